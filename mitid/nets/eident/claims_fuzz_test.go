package eident

import (
	"testing"

	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

func FuzzParseClaims(f *testing.F) {
	for _, name := range []string{"ssn", "employee", "signatory-older-name", "transaction", "text-of-2021"} {
		f.Add(claimsuite.Sample(f, name))
	}
	claimsuite.SeedNets(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := parseClaims(payload)
		if c == nil {
			claimsuite.CheckNets(t, payload, nil, true, err, "", nil)
			return
		}
		claimsuite.CheckNets(t, payload, c, false, err, c.Subject, c.Identity)
		if c.Text != nil && c.Text.Agrees() && c.Text.Encoded == "" {
			t.Fatal("nothing agrees with a digest")
		}
	})
}
