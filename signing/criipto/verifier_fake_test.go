package criipto_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// Everything that the fake service can do wrong to a signed file, and to the token in it,
// ends in an error that says what is wrong. Nothing is stored and nothing cleaned up.
func TestVerifierRefusesWhatTheFakeMisdoes(t *testing.T) {
	harmless := map[string]string{
		"pdf-revocation-of-another-certificate": "Verdict.Unchecked says that revocation was not looked at",
		"pdf-timestamp-by-stranger":             "no TimestampRoots are configured, which Verdict.Unchecked says",
		"evidence-other-environment":            "AllowTest takes both",
		"evidence-unknown-members":              "the vendor may add members",
		"token-no-keys":                         "the keys in the file are never used",
	}
	kinds := map[string]signing.Kind{
		"drawing-instead": signing.EvidenceIncomplete, "signed-without-seal": signing.SignatureInvalid, "file-other-document": signing.DocumentMismatch,
		"file-without-timestamp": signing.DocumentModified, "pdf-page-replaced": signing.DocumentModified, "pdf-seal-by-stranger": signing.SignatureInvalid,
		"pdf-timestamp-missing": signing.EvidenceIncomplete, "evidence-other-order": signing.EvidenceIncomplete, "evidence-other-signatory": signing.SignerMismatch,
		"evidence-ids-swapped": signing.EvidenceIncomplete, "token-no-text": signing.EvidenceIncomplete, "token-other-text": signing.DocumentMismatch,
		"token-other-issuer": signing.IssuerMismatch, "token-other-audience": signing.TokenInvalid, "token-foreign-key": signing.TokenInvalid,
		"token-expired": signing.TokenInvalid, "token-older-than-order": signing.TokenInvalid, "token-low-level": signing.AssuranceTooLow,
		"token-other-person": signing.SignerMismatch, "token-other-scheme": signing.EvidenceIncomplete,
	}
	o, ctx := newOffice(t), t.Context()
	for _, m := range signingtest.Misbehaviours() {
		if m.Occasion != signingtest.AtSigning && m.Occasion != signingtest.AtClosing {
			continue
		}
		_, named := kinds[m.Name]
		if strings.HasPrefix(m.Name, "pdf-") && !named && harmless[m.Name] == "" {
			continue // TestVerifierRefusesEveryForgery has them all
		}
		t.Run(m.Name, func(t *testing.T) {
			order := realOrder("sag-" + m.Name)
			order.Signatories, order.Documents = order.Signatories[:1], order.Documents[:1]
			placed, err := o.client.Place(ctx, order)
			require.NoError(t, err)
			require.NoError(t, o.fake.Next(m.Name))
			require.NoError(t, o.fake.SignAs(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev()))
			cleaned := o.fake.Count("cleanupSignatureOrder")
			stored := false
			_, err = o.client.Complete(ctx, placed.Ticket, order, func(context.Context, *signing.Result) error {
				stored = true
				return nil
			})
			if harmless[m.Name] != "" {
				require.NoError(t, err)
				assert.True(t, stored)
				return
			}
			require.Error(t, err)
			assert.False(t, stored)
			assert.Equal(t, cleaned, o.fake.Count("cleanupSignatureOrder"))
			assert.Equal(t, signing.Decide, signing.KindOf(err).Then(), "a person must look: %v", err)
			if want, named := kinds[m.Name]; named {
				assert.Equal(t, want.String(), signing.KindOf(err).String(), "%v", err)
			}
			delete(kinds, m.Name)
		})
	}
	assert.Empty(t, kinds, "misbehaviours that the fake no longer has")
}
