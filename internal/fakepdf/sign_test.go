package fakepdf_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// inputs are what Sign takes.
func inputs(t *testing.T) map[string][]byte {
	t.Helper()
	fpdf, err := os.ReadFile("../../testdata/pdf/fpdf-a4.pdf")
	require.NoError(t, err)
	return map[string][]byte{
		"table":       letter(),
		"stream":      fakepdf.Document{Title: "Aftale om æbler", Streamed: true, Pages: []fakepdf.Page{{Lines: []string{"Æ"}}}}.Bytes(),
		"fpdf":        fpdf,
		"with a form": fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.FormOverlay}}.Bytes(),
		"updated":     fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EarlierUpdate}}.Bytes(),
		"no end":      bytes.TrimRight(letter(), "\n"),
	}
}

// judge has pdfsig and qpdf look at a file with n genuine signatures.
func judge(t *testing.T, pdf []byte, n int) string {
	t.Helper()
	path := put(t, "signed.pdf", pdf)
	out, err := run(t, "qpdf", "qpdf", "--check", path)
	require.NoError(t, err, out)
	require.NotContains(t, strings.ToLower(out), "warning", out)
	out, _ = run(t, "pdfsig", "poppler-utils", "-nocert", path)
	require.Equal(t, n, strings.Count(out, "Signature is Valid."), out)
	return out
}

func TestSignSatisfiesOtherReaders(t *testing.T) {
	a := newAuthority(t)
	for title, pdf := range inputs(t) {
		t.Run(title, func(t *testing.T) {
			out := pdf
			for n := 1; n <= 3; n++ {
				before := out
				out = signed(t, a, out, 1)
				require.True(t, bytes.HasPrefix(out, before), "what was there is still there")
				require.Equal(t, bytes.Count(pdf, []byte("%%EOF"))+2*n, bytes.Count(out, []byte("%%EOF")), "two revisions a signature")
			}
			judge(t, out, 3)
			closed, err := a.Close(out, at.Add(time.Minute))
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(closed, out))
			said := judge(t, closed, 3)
			for i := 1; i <= 4; i++ {
				assert.Contains(t, said, fmt.Sprintf("Signature Field Name: Signature%d\n", i))
			}
			assert.Equal(t, 1, strings.Count(said, "Total document signed"), said)

			all := find(t, closed)
			require.Len(t, all, 4)
			for _, f := range all[:3] {
				words, ok := opensslVerifies(t, a, f)
				require.True(t, ok, words)
			}
			words, ok := opensslStamps(t, a, withoutPadding(all[3].message), all[3].covered)
			require.True(t, ok, words)
		})
	}
}

// Files of another writer: object streams with filters, a linearized file, and one with
// comments.
func TestSignTakesFilesOfAnotherWriter(t *testing.T) {
	for _, how := range []string{"--object-streams=generate", "--linearize", "--qdf"} {
		t.Run(how, func(t *testing.T) {
			path := put(t, "letter.pdf", letter())
			words, err := run(t, "qpdf", "qpdf", how, "--replace-input", path)
			require.NoError(t, err, words)
			pdf, err := os.ReadFile(path)
			require.NoError(t, err)
			out := signed(t, newAuthority(t), pdf, 2)
			require.True(t, bytes.HasPrefix(out, pdf))
			words, err = run(t, "pdfsig", "poppler-utils", "-nocert", put(t, "signed.pdf", out))
			require.NoError(t, err, words)
			assert.Equal(t, 2, strings.Count(words, "Signature is Valid."), words)
			words, err = run(t, "pdftotext", "poppler-utils", put(t, "signed.pdf", out), "-")
			require.NoError(t, err)
			assert.Contains(t, words, "Kære Sofus Ærøskøbing")
			assert.Contains(t, words, "Underskrevet af Sofus Ærøskøbing")
			judge(t, sealed(t, pdf), 1)
		})
	}
}

// What a signature says, as qpdf reads it.
func TestSignSaysWhatItIsGiven(t *testing.T) {
	out := signed(t, newAuthority(t), letter(), 1)
	json, err := run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", put(t, "signed.pdf", out))
	require.NoError(t, err)
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(evidence)
	for _, s := range []string{
		`"/Name": "u:Sofus Ærøskøbing"`,
		`"/Reason": "u:Underskrevet af Sofus Ærøskøbing med MitID, ID: c"`,
		`"/ContactInfo": "u:` + escaped + `"`,
		`"/M": "u:D:20261130120000+00'00'"`,
		`"/SubFilter": "/ETSI.CAdES.detached"`,
		`"/Filter": "/Adobe.PPKLite"`,
		`"/Prop_Build"`,
		`"/VRI"`,
	} {
		assert.Contains(t, json, s)
	}
	assert.NotContains(t, json, "DocMDP")
}

func TestSignWritesDanishEvidence(t *testing.T) {
	s := sofus()
	s.ContactInfo = `{"value":"Åge (æ\\ø)` + "\r\n" + `"}`
	out, err := newAuthority(t).Sign(letter(), s)
	require.NoError(t, err)
	json, err := run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", put(t, "signed.pdf", out))
	require.NoError(t, err)
	assert.Contains(t, json, `u:{\"value\":\"Åge (æ\\\\ø)\r\n\"}`)
}

// The reference's layout of Criipto's files, measured.
func TestSignLayout(t *testing.T) {
	out := signed(t, newAuthority(t), letter(), 1)
	f := find(t, out)[0]
	require.Len(t, f.ranges, 4)
	assert.Equal(t, 57538, f.ranges[2]-f.ranges[1], "the gap")
	revision := out[:f.ranges[2]+f.ranges[3]]
	assert.True(t, bytes.HasSuffix(revision, []byte("%%EOF\n")))
	info := readSignerInfo(t, f.message)
	assert.ElementsMatch(t, []string{
		"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.52", "1.2.840.113549.1.9.16.2.47",
	}, attributeIDs(info.Signed), "contentType, messageDigest, CMSAlgorithmProtection, signingCertificateV2; no signingTime")
	assert.Equal(t, []string{"1.2.840.113549.1.9.16.2.14"}, attributeIDs(info.Unsigned))
	words, ok := opensslStamps(t, newAuthority(t), token(info), info.Value)
	assert.True(t, ok, words)
	assert.Empty(t, bytes.Trim(f.message[len(withoutPadding(f.message)):], "\x00"), "zeros behind the message")
}

func TestSignShowsTheReasonOnTheLastPage(t *testing.T) {
	out := signed(t, newAuthority(t), letter(), 1)
	path := put(t, "signed.pdf", out)
	text, err := run(t, "pdftotext", "poppler-utils", "-f", "2", "-l", "2", path, "-")
	require.NoError(t, err, text)
	assert.Contains(t, text, "Underskrevet af Sofus Ærøskøbing")
	assert.Contains(t, text, "FAKE")
	text, err = run(t, "pdftotext", "poppler-utils", "-f", "1", "-l", "1", path, "-")
	require.NoError(t, err, text)
	assert.Contains(t, text, "Beløbet er 100 kr. (ét hundrede).")
	assert.NotContains(t, text, "Underskrevet")
}

func TestSignWithECDSA(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a, err := fakepdf.NewAuthority(fakepdf.Config{SealKey: key, Now: func() time.Time { return at }})
	require.NoError(t, err)
	out, err := a.Sign(letter(), fakepdf.Signature{Reason: "Æ"})
	require.NoError(t, err)
	words, ok := opensslVerifies(t, a, find(t, out)[0])
	assert.True(t, ok, words)
	assert.Contains(t, string(out), "D:20261130120000", "without a time, that of Now")
}

func TestSignRefuses(t *testing.T) {
	a := newAuthority(t)
	for title, pdf := range map[string][]byte{
		"nothing":          nil,
		"text":             []byte("Rødgrød med fløde"),
		"head alone":       []byte("%PDF-1.7\n"),
		"cut":              letter()[:500],
		"encrypted":        fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EncryptionMarker}}.Bytes(),
		"circular section": []byte("%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n"),
		"no root":          []byte("%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1>>\nstartxref\n9\n%%EOF\n"),
		"too long":         make([]byte, 64<<20+1),
	} {
		t.Run(title, func(t *testing.T) {
			out, err := a.Sign(pdf, sofus())
			assert.Error(t, err)
			assert.Nil(t, out)
			assert.LessOrEqual(t, len(err.Error()), 100)
		})
	}
}

func TestCloseRefusesWhatIsNotSigned(t *testing.T) {
	_, err := newAuthority(t).Close(letter(), at)
	assert.Error(t, err)
}

// What a verifier needs later: each value is what its name says.
func TestDSS(t *testing.T) {
	a := newAuthority(t)
	out := signed(t, a, letter(), 2)
	path := put(t, "signed.pdf", out)
	values := func(title string, n int) [][]byte {
		all := regexp.MustCompile(`/`+title+` \[([0-9 R]+)\]`).FindAllSubmatch(out, -1)
		require.NotEmpty(t, all, title)
		var found [][]byte
		for _, r := range regexp.MustCompile(`(\d+) 0 R`).FindAllSubmatch(all[len(all)-1][1], -1) {
			data, err := run(t, "qpdf", "qpdf", "--show-object="+string(r[1]), "--filtered-stream-data", path)
			require.NoError(t, err, data)
			found = append(found, []byte(data))
		}
		require.Len(t, found, n, title)
		return found
	}
	var names []string
	for _, raw := range values("Certs", 8) {
		c, err := x509.ParseCertificate(raw)
		require.NoError(t, err)
		names = append(names, c.Subject.CommonName)
	}
	for _, what := range []string{"segl", "tidsstempling", "OCSP", "rod"} {
		assert.Contains(t, names, "Fictitious Æblegård "+what)
	}
	for _, raw := range values("CRLs", 2) {
		list, err := x509.ParseRevocationList(raw)
		require.NoError(t, err)
		assert.NoError(t, list.CheckSignatureFrom(a.RootCertificate()))
	}
	answer := values("OCSPs", 4)[0]
	words, err := run(t, "openssl", "openssl", "ocsp", "-respin", put(t, "answer.der", answer), "-issuer", put(t, "root.pem", a.RootPEM()),
		"-cert", put(t, "seal.pem", pemOf(a.SealCertificate())), "-CAfile", put(t, "root.pem", a.RootPEM()), "-noverify")
	require.NoError(t, err, words)
	assert.Contains(t, words, "good\n")
	assert.Contains(t, words, "This Update: Nov 30 12:00:00 2026 GMT")
	for _, f := range find(t, out) {
		assert.Contains(t, string(out), fmt.Sprintf("/%X ", sha1.Sum(f.message)), "the name of the signature in VRI")
	}
}

// One authority serves many.
func TestAuthorityMayBeShared(t *testing.T) {
	a := newAuthority(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			out, err := a.Sign(letter(), sofus())
			assert.NoError(t, err)
			_, err = a.Forge("seal-by-stranger", out)
			assert.NoError(t, err)
		})
	}
	all.Wait()
}

// Without a time, and long from now.
func TestTimes(t *testing.T) {
	a := newAuthority(t)
	out, err := a.Close(signed(t, a, letter(), 1), time.Time{})
	require.NoError(t, err)
	stamp, err := run(t, "openssl", "openssl", "ts", "-reply", "-token_in", "-in", put(t, "token.der", withoutPadding(find(t, out)[1].message)), "-text")
	require.NoError(t, err, stamp)
	assert.Contains(t, stamp, "Nov 30 12:00:00 2026 GMT")
	out, err = a.Seal(letter(), fakepdf.Seal{At: time.Date(2051, 2, 3, 4, 5, 6, 7, time.UTC)})
	require.NoError(t, err)
	for _, v := range readSignerInfo(t, find(t, out)[0].message).Signed {
		if v.ID.String() == "1.2.840.113549.1.9.5" {
			assert.Equal(t, "20510203040506Z", string(v.Values[0].Bytes))
		}
	}
}
