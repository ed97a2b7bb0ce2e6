package fakepdf_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

func sealed(tb testing.TB, pdf []byte) []byte {
	tb.Helper()
	out, err := newAuthority(tb).Seal(pdf, fakepdf.Seal{
		At: at, Name: "Fictitious Ærø", Reason: "Forseglet på dansk",
		Attachments: map[string][]byte{"workflow_token.jwt": []byte("e30.e30.c2ln"), "workflow_token.ocsp": []byte("MAM=")},
	})
	require.NoError(tb, err)
	return out
}

func TestSealSatisfiesOtherReaders(t *testing.T) {
	for title, pdf := range inputs(t) {
		t.Run(title, func(t *testing.T) {
			out := sealed(t, pdf)
			said := judge(t, out, 1)
			assert.Contains(t, said, "Total document signed")
			assert.Equal(t, 1, bytes.Count(out, []byte("%%EOF")), "one revision")
			f := find(t, out)
			require.Len(t, f, 1)
			assert.Less(t, f[0].ranges[1], 200, "the signature dictionary is first")
			words, ok := opensslVerifies(t, newAuthority(t), f[0])
			require.True(t, ok, words)
			info := readSignerInfo(t, f[0].message)
			assert.Subset(t, attributeIDs(info.Signed), []string{"1.2.840.113549.1.9.5", "1.2.840.113583.1.1.8"}, "signingTime, revocation archive")
			words, ok = opensslStamps(t, newAuthority(t), token(info), info.Value)
			assert.True(t, ok, words)
		})
	}
}

func TestSealAttachesFiles(t *testing.T) {
	path := put(t, "sealed.pdf", sealed(t, letter()))
	out, err := run(t, "qpdf", "qpdf", "--show-attachment=workflow_token.jwt", path)
	require.NoError(t, err, out)
	assert.Equal(t, "e30.e30.c2ln", out)
	out, err = run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", path)
	require.NoError(t, err)
	assert.Contains(t, out, `"/TransformMethod": "/DocMDP"`)
	assert.Contains(t, out, `"/P": 1`)
	assert.Contains(t, out, `"/Reason": "u:Forseglet på dansk"`)
}

// What acts by itself is not taken over.
func TestSealTakesPagesAlone(t *testing.T) {
	for _, p := range fakepdf.Plants() {
		if p == fakepdf.EncryptionMarker {
			continue
		}
		out := sealed(t, fakepdf.Document{Plants: []fakepdf.Plant{p}}.Bytes())
		for _, word := range []string{"JavaScript", "J#61vaScript", "/Launch", "/OCProperties", "/XFA", "/OpenAction"} {
			assert.NotContains(t, string(out), word, p)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	_, err := fakepdf.NewAuthority(fakepdf.Config{SealFrom: at, SealUntil: at.Add(-time.Hour)})
	assert.ErrorContains(t, err, "SealUntil")
	_, err = fakepdf.NewAuthority(fakepdf.Config{SealKey: shortKey(t)})
	assert.ErrorContains(t, err, "SealKey")
}

func TestSealLife(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{SealKey: curveKey(t), SealFrom: at, SealUntil: at.AddDate(1, 0, 0)})
	require.NoError(t, err)
	assert.Equal(t, at, a.SealCertificate().NotBefore.UTC())
	assert.Equal(t, at.AddDate(1, 0, 0), a.SealCertificate().NotAfter.UTC())
	assert.Contains(t, a.SealCertificate().Subject.CommonName, "Fictitious")
}
