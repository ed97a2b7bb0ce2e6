package pdfscan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

func TestProofs(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{})
	require.NoError(t, err)
	pdf := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt æøå"}})
	for range 2 {
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: time.Unix(2e9, 0)})
		require.NoError(t, err)
	}
	f, err := pdfscan.Open(pdf)
	require.NoError(t, err)
	p, err := f.Proofs()
	require.NoError(t, err)
	assert.Contains(t, p.Certificates, a.RootCertificate().Raw)
	assert.NotEmpty(t, p.OCSPs)
	assert.NotEmpty(t, p.CRLs)
}

func TestProofsThatCannotBeRead(t *testing.T) {
	w := plain()
	w.object(1, "<</Type/Catalog/Pages 2 0 R/DSS 30 0 R>>")
	w.object(30, "<</Certs[31 0 R 32 0 R 33 0 R<</a 1>>]/OCSPs 5/CRLs[31 0 R]/VRI<</A<</Cert[31 0 R 34 0 R]>>/B 7>>>>")
	w.object(31, stream("", "a certificate"))
	w.object(32, stream("/Filter/LZWDecode", "x"))
	w.object(34, stream("", "another"))
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	p, err := f.Proofs()
	require.NoError(t, err)
	assert.Equal(t, pdfscan.Proofs{Certificates: [][]byte{[]byte("a certificate"), []byte("another")}}, p)
}

func TestAttachments(t *testing.T) {
	w := plain()
	w.object(1, "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 30 0 R>>>>")
	w.object(30, "<</Kids[31 0 R]>>")
	w.object(31, "<</Names[(a)32 0 R(b)5 0 R(c)<</F(c.txt)/EF<</F 34 0 R>>>>]>>")
	w.object(32, "<</Type/Filespec/F(x)/UF<FEFF00E5>/EF<</F 33 0 R/UF 33 0 R>>>>")
	w.object(33, stream("", "indhold"))
	w.object(34, stream("/Filter/ASCIIHexDecode", "41"))
	w.table()
	w.begin()
	w.object(33, stream("", "another one"))
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	for revision, want := range []string{"indhold", "another one"} {
		all, err := f.Attachments(revision)
		require.NoError(t, err)
		assert.Equal(t, []pdfscan.Attachment{{Name: "å", Data: []byte(want)}}, all)
	}
}

func TestAttachmentsInACircle(t *testing.T) {
	w := plain()
	w.object(1, "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 30 0 R>>>>")
	w.object(30, "<</Kids[31 0 R]>>")
	w.object(31, "<</Kids[30 0 R]>>")
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	_, err = f.Attachments(0)
	wantReason(t, pdfscan.Malformed, err)
}
