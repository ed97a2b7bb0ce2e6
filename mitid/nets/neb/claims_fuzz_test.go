package neb

import (
	"testing"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

func seedClaims(f *testing.F, part string) {
	f.Helper()
	for _, name := range []string{"ssn", "text", "details", "employee", "pseudonym", "signatory", "ciba", "ssn-userinfo-token", "document"} {
		if p := nebSample(f, name)[part]; p != nil {
			f.Add(p)
		}
	}
	claimsuite.SeedNets(f)
}

func FuzzParseIDToken(f *testing.F) {
	seedClaims(f, "id_token")
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := readIDToken(payload)
		if c == nil {
			claimsuite.CheckNets(t, payload, nil, true, err, "", nil)
			return
		}
		claimsuite.CheckNets(t, payload, c, false, err, c.Subject, func() (claims.Identity, error) { return c.Identity(nil) })
	})
}

func FuzzParseUserInfo(f *testing.F) {
	seedClaims(f, "userinfo")
	token, err := readIDToken(nebSample(f, "login")["id_token"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := readUserInfo(payload)
		if c == nil {
			claimsuite.CheckNets(t, payload, nil, true, err, "", nil)
			return
		}
		claimsuite.CheckNets(t, payload, c, false, err, c.Subject, func() (claims.Identity, error) {
			id, err := token.Identity(c)
			if err == nil && (id.Subject != token.Subject || id.Levels != token.Levels || c.Subject != token.Subject) {
				t.Fatal("somebody else's userinfo")
			}
			return id, err
		})
	})
}

func FuzzParseTransaction(f *testing.F) {
	seedClaims(f, "transaction_token")
	token, err := readIDToken(nebSample(f, "login")["id_token"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := ParseTransaction(payload)
		if c == nil {
			claimsuite.CheckNets(t, payload, nil, true, err, "", nil)
			return
		}
		claimsuite.CheckNets(t, payload, c, false, err, c.Subject, c.Identity)
		if c.Confirms(token, nil) == nil && (c.Subject != token.Subject || c.Nonce != token.Nonce || c.TransactionID != token.TransactionID) {
			t.Fatal("confirms another login")
		}
	})
}
