package pades_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

var signedAt = time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)

func newAuthority(t testing.TB) *fakepdf.Authority {
	t.Helper()
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return signedAt }})
	require.NoError(t, err)
	return a
}

func contract() []byte {
	return fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt for Grusgraven 1", "æøå"}}, fakepdf.Page{Lines: []string{"Side 2"}})
}

// generic trusts an authority an hour after everything was signed.
func generic(a *fakepdf.Authority) pades.Policy {
	return pades.Policy{Roots: a.Roots(), At: signedAt.Add(time.Hour)}
}

func verify(t testing.TB, pdf []byte, p pades.Policy) *pades.Report {
	t.Helper()
	r, err := pades.Verify(t.Context(), pdf, p)
	require.NoError(t, err)
	return r
}

// kinds are the layouts that the fakes make, with a number of signatures each.
func kinds(t testing.TB, a *fakepdf.Authority) map[string][]byte {
	t.Helper()
	sign := func(pdf []byte, n int) []byte {
		for range n {
			var err error
			pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt, Name: "Åse Sørensen", Reason: "Underskrevet af Åse Sørensen"})
			require.NoError(t, err)
		}
		return pdf
	}
	closed, err := a.Close(sign(contract(), 2), signedAt.Add(time.Minute))
	require.NoError(t, err)
	sealed, err := a.Seal(contract(), fakepdf.Seal{At: signedAt})
	require.NoError(t, err)
	return map[string][]byte{
		"one":      sign(contract(), 1),
		"three":    sign(contract(), 3),
		"closed":   closed,
		"sealed":   sealed,
		"streamed": sign(fakepdf.Document{Streamed: true, Pages: []fakepdf.Page{{Lines: []string{"Ærlig"}}}}.Bytes(), 2),
	}
}

func TestGenuineLayoutsPass(t *testing.T) {
	a := newAuthority(t)
	for kind, pdf := range kinds(t, a) {
		t.Run(kind, func(t *testing.T) {
			r := verify(t, pdf, generic(a))
			assert.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
			assert.Empty(t, r.Reasons)
			for _, s := range r.Signatures {
				assert.True(t, s.Proven)
				assert.Equal(t, signedAt, s.Time)
				assert.Equal(t, a.SealCertificate().Raw, s.Certificate.Raw)
			}
			for _, c := range r.Changes {
				assert.True(t, c.Allowed, "%+v", c)
			}
		})
	}
}

// harmless are forgeries that take nothing from what a policy asks for, and why.
func harmless(kind, forgery string) string {
	switch {
	case forgery == "revocation-of-another-certificate":
		return "a genuine list of revoked certificates is in the file too"
	case forgery == "last-signature-removed" && (kind == "three" || kind == "closed"):
		return "what is left is what was there before the last person signed"
	case kind == "closed" && (forgery == "timestamp-missing" || forgery == "timestamp-by-stranger"):
		return "the document timestamp proves when the signature was there"
	case kind != "one" && kind != "sealed" && (forgery == "revocation-by-stranger" || forgery == "revocation-stale"):
		return "the answers that came with the signature before are about the same certificate"
	}
	return ""
}

// found are the reasons that a defect may have. A file that cannot be read needs none.
var found = map[fakepdf.Defect][]pades.Reason{
	fakepdf.Changed:    {pades.Modified, pades.Replaced, pades.Coverage, pades.FormFilled},
	fakepdf.Uncovered:  {pades.Coverage, pades.Malformed},
	fakepdf.Invalid:    {pades.Coverage, pades.Malformed, pades.DigestMismatch, pades.SignatureWrong, pades.MessageMalformed, pades.CertificateUnnamed, pades.IndefiniteLength, pades.Modified, pades.Replaced},
	fakepdf.Untimed:    {pades.TimestampMissing, pades.TimestampUntrusted, pades.TimestampWrong, pades.TimestampFuture},
	fakepdf.Foreign:    {pades.CertificateUntrusted},
	fakepdf.Unsigned:   {pades.NoSignature, pades.Coverage, pades.OriginalDiffers},
	fakepdf.Unproven:   {pades.EvidenceMissing, pades.EvidenceMalformed, pades.EvidenceWrong},
	fakepdf.Unrevoked:  {pades.RevocationUnknown},
	fakepdf.Mismatched: {pades.OriginalDiffers},
	fakepdf.Broken:     {pades.Malformed, pades.Modified, pades.Replaced, pades.Coverage},
	fakepdf.Lapsed:     {pades.CertificateExpired, pades.CertificateNotYet, pades.CertificateRevoked, pades.CertificateUse},
}

// judge verifies a forgery of a kind of file, and wants it to be found.
func judge(t *testing.T, a *fakepdf.Authority, kind string, pdf []byte, f fakepdf.Forgery) {
	t.Helper()
	forged, err := a.Forge(f.Name, pdf)
	if err != nil {
		require.True(t, kind == "sealed" && f.Is == fakepdf.Unproven, "%v", err)
		return
	}
	p := generic(a)
	p.Timestamps = true
	if f.Is == fakepdf.Unproven {
		p.Evidence = pades.CriiptoEvidence
	}
	if f.Is == fakepdf.Mismatched || f.Is == fakepdf.Unsigned {
		p.Original = contract()
	}
	r, err := pades.Verify(t.Context(), forged, p)
	if err != nil {
		require.ErrorIs(t, err, pades.ErrUnreadable)
		require.Contains(t, []fakepdf.Defect{fakepdf.Invalid, fakepdf.Uncovered, fakepdf.Changed, fakepdf.Broken}, f.Is)
		return
	}
	if why := harmless(kind, f.Name); why != "" {
		assert.Equal(t, pades.Passed, r.Verdict, "%s: %v", why, r.Reasons)
		return
	}
	assert.NotEqual(t, pades.Passed, r.Verdict, "%s (%s): %s", f.Name, f.Is, f.What)
	assert.True(t, slices.ContainsFunc(r.Reasons, func(r pades.Reason) bool { return slices.Contains(found[f.Is], r) }), "%v is not why: %s", r.Reasons, f.What)
	if f.Is == fakepdf.Changed && !slices.Contains(r.Reasons, pades.FormFilled) {
		assert.Equal(t, pades.Failed, r.Verdict)
	}
	if f.Prepared {
		seal := r.Signatures[0]
		assert.Equal(t, a.SealCertificate(), seal.Certificate, "what was prepared is signed: %v", seal.Reasons)
	}
}

// No forgery passes but those that are harmless. Those of evidence pass the generic policy,
// which demands none, and the policies that demand it refuse them.
func TestNoForgeryPasses(t *testing.T) {
	a := newAuthority(t)
	for kind, pdf := range kinds(t, a) {
		for _, f := range fakepdf.Forgeries() {
			t.Run(kind+"/"+f.Name, func(t *testing.T) { judge(t, a, kind, pdf, f) })
		}
	}
}
