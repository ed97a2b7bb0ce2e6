package criipto_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
)

func TestVerifierSaysWhoSigned(t *testing.T) {
	s := newScene(t, 2)
	v, err := s.verify()
	require.NoError(t, err)
	require.Len(t, v.Signatures, 2)
	for i, got := range v.Signatures {
		p := s.people[i]
		assert.Equal(t, signing.ID("Signatory:"+p.guid), got.Signatory)
		assert.Equal(t, fmt.Sprint("lejer-", i), got.Reference)
		assert.Equal(t, p.uuid, got.Identity.UUID.String())
		assert.Equal(t, p.sub, got.Identity.Subject)
		assert.Equal(t, p.name, got.Identity.Name.Full)
		assert.Equal(t, p.birth, got.Identity.BirthDate.Format(time.DateOnly))
		assert.Equal(t, claims.Substantial, got.Level)
		assert.Equal(t, s.time(i), got.SignedAt)
		assert.True(t, got.Identity.CPR.IsZero(), "nobody asked for a CPR number")
		require.Len(t, got.Evidence, 1)
		assert.Equal(t, "id_token", got.Evidence[0].Use)
		assert.JSONEq(t, publicJWK(issuerKeyID, issuerKey()), string(got.Evidence[0].Key))
	}
	assert.NotEmpty(t, v.Checked)
	assert.Contains(t, v.Unchecked, "whether the seal is the service's own (VerifierConfig.Seals)")
}

func TestVerifierRefusesEveryForgery(t *testing.T) {
	kinds := map[fakepdf.Defect]signing.Kind{
		fakepdf.Changed: signing.DocumentModified, fakepdf.Uncovered: signing.SignatureInvalid, fakepdf.Invalid: signing.SignatureInvalid,
		fakepdf.Untimed: signing.EvidenceIncomplete, fakepdf.Unsigned: signing.SignatureInvalid, fakepdf.Foreign: signing.SignatureInvalid,
		fakepdf.Unproven: signing.EvidenceIncomplete, fakepdf.Mismatched: signing.DocumentMismatch,
		fakepdf.Broken: signing.SignatureInvalid, fakepdf.Lapsed: signing.SignatureInvalid,
	}
	others := map[string]signing.Kind{ // which are found by an earlier check
		"signed-byte-changed": signing.DocumentMismatch, "bytes-before-start": signing.DocumentMismatch, "bytes-behind-end": signing.SignatureInvalid,
		"signature-in-two-fields": signing.SignatureInvalid, "document-timestamp-of-another-file": signing.SignatureInvalid,
		"signature-value-direct": signing.SignatureInvalid, "signature-value-direct-twice": signing.SignatureInvalid, "fields-in-a-circle": signing.SignatureInvalid,
		"second-signature-by-stranger": signing.EvidenceIncomplete, "pages-in-a-circle": signing.DocumentModified, "pages-too-deep": signing.DocumentModified,
		"two-objects-at-one-place": signing.DocumentModified, "hybrid-that-hides": signing.DocumentModified,
	}
	for _, f := range fakepdf.Forgeries() {
		t.Run(f.Name, func(t *testing.T) {
			s := newScene(t, 1)
			s.cfg.Seals, s.cfg.TimestampRoots = []signing.Digest{sealOf(s.authority)}, s.authority.Roots()
			s.forge = func(pdf []byte) []byte {
				out, err := s.authority.Forge(f.Name, pdf)
				require.NoError(t, err)
				return out
			}
			v, err := s.verify()
			accepted := ""
			switch {
			case f.Is == fakepdf.Unrevoked, f.Name == "seal-revoked", f.Name == "seal-revoked-by-list": // the certificate is one of Seals
				accepted = "whether an answer in the file says that a certificate was revoked (VerifierConfig.SealRoots, TimestampRoots)"
				s.cfg.Seals, s.cfg.SealRoots = nil, s.authority.Roots()
				w, err := s.verify()
				switch {
				case f.Is == fakepdf.Unrevoked:
					require.NoError(t, err)
					assert.Contains(t, w.Unchecked, "whether a certificate was revoked of which the file has no answer")
				default:
					assert.Nil(t, w)
					assert.Equal(t, signing.SignatureInvalid.String(), signing.KindOf(err).String(), "%v", err)
				}
			case f.Name == "certificate-unbound": // CMS does not ask for the attribute; only CAdES does
				accepted = "whether a certificate with the same key and name took the place of the one that signed (signingCertificateV2)"
			}
			if accepted != "" {
				require.NoError(t, err)
				assert.Contains(t, v.Unchecked, accepted)
				return
			}
			want := kinds[f.Is]
			if k, other := others[f.Name]; other {
				want = k
			}
			assert.Nil(t, v)
			assert.Equal(t, want.String(), signing.KindOf(err).String(), "%v", err)
		})
	}
}
