package nemlogin

import (
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// A list of pins or of signers that came out empty, such as that of an empty setting, must
// not mean that every key counts.
func TestAnEmptyListOfTrustTrustsNobody(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"Pins":       func(c *Config) { c.Pins = [][32]byte{} },
		"IdPSigners": func(c *Config) { c.IdPSigners = []*x509.Certificate{} },
	} {
		t.Run(name, func(t *testing.T) {
			c := settings()
			change(&c)
			_, err := New(c)
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, name)
		})
	}
}
