package pades_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// A form with one text field, signed and filled in afterwards.
func filledAfter(t *testing.T, a *fakepdf.Authority, s fakepdf.Signature) []byte {
	t.Helper()
	s.At = signedAt
	signed, err := a.Sign(fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.FormOverlay}}.Bytes(), s)
	require.NoError(t, err)
	assert.Equal(t, pades.Passed, verify(t, signed, generic(a)).Verdict)
	out, err := a.Forge("form-value-changed", signed)
	require.NoError(t, err)
	return out
}

// What a certification permits passes without a word of the policy, and what it forbids fails whatever the
// policy says. Without a certification the policy decides.
func TestFillingIn(t *testing.T) {
	a := newAuthority(t)
	open := generic(a)
	open.FormFilling = true
	for title, c := range map[string]struct {
		s            fakepdf.Signature
		strict, open pades.Verdict
	}{
		"no certification": {fakepdf.Signature{}, pades.Indeterminate, pades.Passed},
		"P=1":              {fakepdf.Signature{Certifies: 1}, pades.Failed, pades.Failed},
		"P=2":              {fakepdf.Signature{Certifies: 2}, pades.Passed, pades.Passed},
		"P=3":              {fakepdf.Signature{Certifies: 3}, pades.Passed, pades.Passed},
		"locked":           {fakepdf.Signature{Locks: []string{"Beløb"}}, pades.Failed, pades.Failed},
		"another locked":   {fakepdf.Signature{Locks: []string{"Beløbet"}}, pades.Indeterminate, pades.Passed},
	} {
		t.Run(title, func(t *testing.T) {
			pdf := filledAfter(t, a, c.s)
			r := verify(t, pdf, generic(a))
			assert.Equal(t, c.strict, r.Verdict, "%v", r.Reasons)
			r = verify(t, pdf, open)
			assert.Equal(t, c.open, r.Verdict, "%v", r.Reasons)
			last := r.Changes[len(r.Changes)-1]
			assert.Equal(t, "field-filled", last.Kind)
			assert.Equal(t, "Beløb", last.Field)
			assert.Equal(t, c.open == pades.Passed, last.Allowed)
		})
	}
}

// A certification that permits signing takes a second signature; notes never pass, which is stricter than
// P=3 (package doc).
func TestSigningAfterCertification(t *testing.T) {
	a := newAuthority(t)
	for p := 1; p <= 3; p++ {
		pdf, err := a.Sign(contract(), fakepdf.Signature{At: signedAt, Certifies: p})
		require.NoError(t, err)
		noted, err := a.Forge("annotation-added", pdf)
		require.NoError(t, err)
		assert.Equal(t, pades.Failed, verify(t, noted, generic(a)).Verdict)
		closed, err := a.Close(pdf, signedAt)
		require.NoError(t, err)
		assert.Equal(t, pades.Passed, verify(t, closed, generic(a)).Verdict, "a document timestamp is no change")
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt})
		require.NoError(t, err)
		want := pades.Passed
		if p == 1 {
			want = pades.Failed
		}
		assert.Equal(t, want, verify(t, pdf, generic(a)).Verdict)
	}
}

// Somebody who signs later cannot permit what the first signer did not.
func TestCertificationAfterTheFact(t *testing.T) {
	a := newAuthority(t)
	pdf, err := a.Sign(fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.FormOverlay}}.Bytes(), fakepdf.Signature{At: signedAt})
	require.NoError(t, err)
	pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt, Certifies: 3})
	require.NoError(t, err)
	r := verify(t, pdf, generic(a))
	assert.Equal(t, pades.Failed, r.Verdict, "the catalog says who certified, and said nothing before")
	pdf, err = a.Forge("form-value-changed", pdf)
	require.NoError(t, err)
	r = verify(t, pdf, generic(a))
	assert.Contains(t, r.Reasons, pades.FormFilled)
}

// A certificate that ends after a proven time was good; without a proof nobody can tell.
func TestCertificateThatHasExpiredSince(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{
		Now: func() time.Time { return signedAt }, SealFrom: signedAt.Add(-time.Hour), SealUntil: signedAt.Add(time.Hour),
	})
	require.NoError(t, err)
	pdf, err := a.Sign(contract(), fakepdf.Signature{At: signedAt, Name: "Åse Sørensen"})
	require.NoError(t, err)
	p := generic(a)
	p.At = signedAt.AddDate(7, 0, 0)
	assert.Equal(t, pades.Passed, verify(t, pdf, p).Verdict)
	bare, err := a.Forge("timestamp-missing", pdf)
	require.NoError(t, err)
	r := verify(t, bare, p)
	assert.Equal(t, pades.Indeterminate, r.Verdict)
	assert.Contains(t, r.Reasons, pades.ExpiredWithoutProof)
}
