package neb

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
)

// Every forgery of a sealed PDF, by its name.
func TestSeals(t *testing.T) {
	now := time.Now()
	a, err := fakepdf.NewAuthority(fakepdf.Config{})
	require.NoError(t, err)
	pdf := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Ærø"}})
	sealed, err := a.Seal(pdf, fakepdf.Seal{At: now, Reason: "Beseglet på Ærø", Attachments: map[string][]byte{"workflow_token.jwt": []byte("æ")}})
	require.NoError(t, err)
	s := &Service{cfg: settings{now: func() time.Time { return now }, sealRoots: a.Roots()}}
	require.Nil(t, s.checkSeal(t.Context(), sealed))
	anybody := &Service{cfg: settings{now: s.cfg.now}}
	require.Nil(t, anybody.checkSeal(t.Context(), sealed))
	tried := 0
	for _, f := range fakepdf.Forgeries() {
		forged, err := a.Forge(f.Name, sealed)
		if f.Is == fakepdf.Unproven {
			continue // the evidence is in the workflow token and not in the seal
		}
		require.NoError(t, err, f.Name)
		tried++
		why := s.checkSeal(t.Context(), forged)
		switch f.Is {
		case fakepdf.Mismatched, fakepdf.Unrevoked:
			require.Nil(t, why, "%s: what Verdict.Unchecked says", f.Name)
		case fakepdf.Untimed:
			require.NotNil(t, why, f.Name)
			require.True(t, why.kind == signing.EvidenceIncomplete || f.Name == "document-timestamp-of-another-file", f.Name)
		case fakepdf.Foreign:
			require.NotNil(t, why, f.Name)
			if f.Name != "second-signature-by-stranger" { // one seal covers the whole file
				require.Nil(t, anybody.checkSeal(t.Context(), forged), "without SealRoots anybody may seal")
			}
		default:
			require.NotNil(t, why, f.Name)
			require.Equal(t, signing.SignatureInvalid, why.kind, f.Name)
		}
	}
	require.Greater(t, tried, 50)

	early := &Service{cfg: settings{now: func() time.Time { return now.Add(-time.Hour) }}}
	require.Equal(t, signing.EvidenceIncomplete, early.checkSeal(t.Context(), sealed).kind)
}
