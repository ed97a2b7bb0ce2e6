package pades_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// A timestamp proves that a signature was made before it. It fails a certificate that had expired
// then only if the signer claims no better time (ETSI EN 319 102-1, 5.3.4).
func TestCertificatesAtALateTimestamp(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return signedAt }, SealFrom: signedAt.AddDate(-1, 0, 0), SealUntil: signedAt.AddDate(0, 1, 0)})
	require.NoError(t, err)
	later := signedAt.AddDate(0, 2, 0)
	sign := func(at time.Time) []byte {
		pdf, err := a.Sign(contract(), fakepdf.Signature{At: at})
		require.NoError(t, err)
		return pdf
	}
	bare := func(at time.Time) []byte { // without a timestamp of its own
		pdf, err := a.Forge("timestamp-missing", sign(at))
		require.NoError(t, err)
		return pdf
	}
	stamped := func(pdf []byte, at time.Time) []byte {
		pdf, err := a.Close(pdf, at)
		require.NoError(t, err)
		return pdf
	}
	for title, c := range map[string]struct {
		pdf  []byte
		want []pades.Reason
	}{
		"timestamp in its life":                      {sign(signedAt), nil},
		"document timestamp in its life":             {stamped(bare(signedAt), signedAt.Add(time.Minute)), nil},
		"claimed in its life, stamped afterwards":    {stamped(bare(signedAt), later), []pades.Reason{pades.ExpiredWithoutProof}},
		"claimed and stamped afterwards":             {sign(later), []pades.Reason{pades.CertificateExpired}},
		"claimed and stamped before":                 {sign(signedAt.AddDate(-2, 0, 0)), []pades.Reason{pades.CertificateNotYet}},
		"claimed in its life, and it has no proof":   {bare(signedAt), []pades.Reason{pades.ExpiredWithoutProof}},
		"claimed afterwards, document timestamp too": {stamped(bare(later), later), []pades.Reason{pades.CertificateExpired}},
	} {
		t.Run(title, func(t *testing.T) {
			r := verify(t, c.pdf, pades.Policy{Roots: a.Roots(), At: later.AddDate(0, 1, 0)})
			assert.Equal(t, c.want, r.Reasons)
		})
	}
}
