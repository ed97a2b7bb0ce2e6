package fakepdf_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

func named(t *testing.T, is ...fakepdf.Defect) []fakepdf.Forgery {
	t.Helper()
	out := slices.DeleteFunc(fakepdf.Forgeries(), func(f fakepdf.Forgery) bool { return !slices.Contains(is, f.Is) })
	require.NotEmpty(t, out)
	return out
}

func forge(t *testing.T, title string, pdf []byte) []byte {
	t.Helper()
	before := bytes.Clone(pdf)
	out, err := newAuthority(t).Forge(title, pdf)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, pdf), "the input stays as it is")
	require.False(t, bytes.Equal(pdf, out))
	return out
}

// both tries the forgeries of one defect on a signed and on a sealed file.
func both(t *testing.T, is fakepdf.Defect, try func(*testing.T, fakepdf.Forgery, []byte)) {
	t.Helper()
	for kind, pdf := range map[string][]byte{"signed": signed(t, newAuthority(t), letter(), 1), "sealed": sealed(t, letter())} {
		for _, f := range named(t, is) {
			t.Run(kind+"/"+f.Name, func(t *testing.T) { try(t, f, pdf) })
		}
	}
}

func TestForgeriesHavePlainNames(t *testing.T) {
	seen, said := map[string]bool{}, map[string]bool{}
	for _, f := range fakepdf.Forgeries() {
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.Name)
		assert.NotEmpty(t, f.What, f.Name)
		assert.NotEmpty(t, f.Is, f.Name)
		assert.False(t, seen[f.Name] || said[f.What], "%s: twice", f.Name)
		seen[f.Name], said[f.What] = true, true
	}
	_, err := newAuthority(t).Forge("unknown", signed(t, newAuthority(t), letter(), 1))
	assert.Error(t, err)
	_, err = newAuthority(t).Forge("page-replaced", letter())
	assert.Error(t, err, "nothing is signed")
}

// Every forgery works on a file with several signatures, on a closed one, on one with
// streams and, apart from what is about ContactInfo, on a sealed one.
func TestForgeTakesAllKinds(t *testing.T) {
	a := newAuthority(t)
	streamed := signed(t, a, fakepdf.Document{Streamed: true, Pages: []fakepdf.Page{{Lines: []string{"Æ"}}}}.Bytes(), 1)
	closed, err := a.Close(signed(t, a, letter(), 2), at)
	require.NoError(t, err)
	seal := sealed(t, letter())
	for _, f := range fakepdf.Forgeries() {
		for kind, pdf := range map[string][]byte{"streamed": streamed, "closed": closed, "sealed": seal} {
			out, err := a.Forge(f.Name, pdf)
			if kind == "sealed" && f.Is == fakepdf.Unproven {
				assert.Error(t, err, f.Name)
				continue
			}
			require.NoError(t, err, "%s: %s", f.Name, kind)
			assert.False(t, bytes.Equal(pdf, out), "%s: %s", f.Name, kind)
		}
	}
}

// An appended revision leaves the signature as it was: it verifies, and pdfsig says so.
func TestChangedFilesKeepTheirSignature(t *testing.T) {
	a := newAuthority(t)
	pdf := signed(t, a, letter(), 1)
	texts := map[string]bool{}
	for _, f := range named(t, fakepdf.Changed) {
		t.Run(f.Name, func(t *testing.T) {
			out := forge(t, f.Name, pdf)
			if !f.Prepared {
				require.True(t, bytes.HasPrefix(out, pdf))
				more := string(out[len(pdf):])
				assert.False(t, texts[more], "as another forgery")
				texts[more] = true
			}
			words, ok := opensslVerifies(t, a, find(t, out)[0])
			assert.True(t, ok, words)
			if f.Name == "bytes-behind-end" || f.Name == "field-with-kids" { // which pdfsig does not find
				return
			}
			path := put(t, "forged.pdf", out)
			words, _ = run(t, "pdfsig", "poppler-utils", "-nocert", path)
			assert.Contains(t, words, "Signature is Valid.", "what pdfsig does not see is why we look")
			if f.Name != "page-removed" {
				words, err := run(t, "qpdf", "qpdf", "--check", path)
				assert.NoError(t, err, words)
			}
		})
	}
}

// The forged text is what a person sees.
func TestChangedPagesShowTheChange(t *testing.T) {
	pdf := signed(t, newAuthority(t), letter(), 1)
	for _, title := range []string{"page-replaced", "page-stream-replaced", "page-added", "catalog-replaced", "annotation-added"} {
		words, err := run(t, "pdftotext", "poppler-utils", put(t, "forged.pdf", forge(t, title, pdf)), "-")
		require.NoError(t, err)
		assert.Contains(t, words, "Åse Falsk skrev dette bagefter", title)
	}
	words, err := run(t, "pdftotext", "poppler-utils", put(t, "forged.pdf", forge(t, "page-removed", pdf)), "-")
	require.NoError(t, err)
	assert.NotContains(t, words, "100 kr.")
}

func TestEvidenceSwapKeepsContentsAndByteRange(t *testing.T) {
	pdf := signed(t, newAuthority(t), letter(), 1)
	out := forge(t, "evidence-swapped", pdf)
	all := find(t, out)
	require.Len(t, all, 2)
	assert.Equal(t, all[0].ranges, all[1].ranges)
	assert.True(t, bytes.Equal(all[0].message, all[1].message))
	words, err := run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", put(t, "forged.pdf", out))
	require.NoError(t, err)
	assert.Contains(t, words, `00000000-0000-0000-0000-000000000003`)
	assert.NotContains(t, words, `\"signatoryId\\\":\\\"c\\\"`, "the newest revision says another signatory")
}

// What a ByteRange covers verifies: the coverage alone is wrong.
func TestUncoveredSignaturesVerify(t *testing.T) {
	a := newAuthority(t)
	both(t, fakepdf.Uncovered, func(t *testing.T, f fakepdf.Forgery, pdf []byte) {
		genuine := find(t, pdf)[0].ranges
		out := forge(t, f.Name, pdf)
		all := find(t, out)
		if f.Name == "byte-range-missing" {
			assert.Empty(t, all)
			assert.NotContains(t, string(out), "/ByteRange")
			return
		}
		require.Len(t, all, 1)
		if f.Name != "contents-twice" {
			assert.NotEqual(t, genuine, all[0].ranges)
		}
		if slices.Contains([]string{"byte-range-negative", "byte-range-too-large", "byte-range-beyond-end"}, f.Name) {
			return // what they cover cannot be told
		}
		words, ok := opensslVerifies(t, a, all[0])
		assert.True(t, ok, words)
	})
}

func TestSecondContentsAreBothInTheGap(t *testing.T) {
	out := forge(t, "contents-twice", signed(t, newAuthority(t), letter(), 1))
	f := find(t, out)[0]
	gap := out[f.ranges[1]:f.ranges[2]]
	assert.Len(t, regexp.MustCompile(`<[0-9a-f]+>`).FindAll(gap, -1), 2)
}

func TestInvalidSignaturesDoNotVerify(t *testing.T) {
	a := newAuthority(t)
	pdf := signed(t, a, letter(), 1)
	for _, f := range named(t, fakepdf.Invalid) {
		t.Run(f.Name, func(t *testing.T) {
			out := forge(t, f.Name, pdf)
			all := find(t, out)
			if len(all) == 0 || len(all[0].message) == 0 {
				assert.NotContains(t, judgeNothing(t, out), "Signature is Valid.")
				return
			}
			if f.Name == "contents-padded-with-bytes" {
				rest := all[0].message[len(withoutPadding(all[0].message)):]
				assert.Equal(t, "rest", string(bytes.TrimRight(rest, "\x00")))
				return
			}
			switch f.Name { // what OpenSSL takes, and the rules of PAdES do not
			case "content-embedded":
				assert.True(t, bytes.Contains(all[0].message, []byte("Noget andet på dansk")))
				return
			case "contents-in-ber", "contents-with-long-length":
				assert.NotEqual(t, byte(0x82), all[0].message[1])
				return
			case "two-signers":
				var m readMessage
				_, err := asn1.Unmarshal(all[0].message, &m)
				require.NoError(t, err)
				assert.Len(t, m.Data.Signers, 2)
				return
			}
			if f.Name == "file-cut" || f.Name == "bytes-before-start" {
				return // what is left verifies, but no reader may take the file
			}
			_, ok := opensslVerifies(t, a, all[0])
			assert.False(t, ok)
		})
	}
}

func judgeNothing(t *testing.T, pdf []byte) string {
	t.Helper()
	out, _ := run(t, "pdfsig", "poppler-utils", "-nocert", put(t, "forged.pdf", pdf))
	return out
}

// The attribute messageDigest alone is wrong: the signature over the attributes holds.
func TestDigestOfOtherBytesIsSigned(t *testing.T) {
	f := find(t, forge(t, "digest-of-other-bytes", signed(t, newAuthority(t), letter(), 1)))[0]
	info := readSignerInfo(t, f.message)
	sum := sha512.Sum512(f.covered)
	for _, a := range info.Signed {
		if a.ID.String() == "1.2.840.113549.1.9.4" {
			assert.NotEqual(t, sum[:], a.Values[0].Bytes)
		}
	}
	words, err := run(t, "openssl", "openssl", "cms", "-verify", "-inform", "DER", "-in", put(t, "sig.der", withoutPadding(f.message)),
		"-content", put(t, "content", f.covered), "-binary", "-noverify", "-out", "/dev/null")
	require.Error(t, err)
	assert.NotContains(t, words, "bad signature", words)
}

func TestUntimedSignaturesVerify(t *testing.T) {
	a := newAuthority(t)
	both(t, fakepdf.Untimed, func(t *testing.T, f fakepdf.Forgery, pdf []byte) {
		all := find(t, forge(t, f.Name, pdf))
		s := all[0]
		words, ok := opensslVerifies(t, a, s)
		require.True(t, ok, words)
		info := readSignerInfo(t, s.message)
		stamp := token(info)
		if f.Name == "timestamp-missing" {
			assert.Empty(t, info.Unsigned)
			return
		}
		if f.Name == "document-timestamp-of-another-file" {
			require.Len(t, all, 2)
			stamp = withoutPadding(all[1].message)
			words, ok = opensslStamps(t, a, stamp, all[1].covered)
			assert.False(t, ok, words)
			words, ok = opensslStamps(t, a, stamp, []byte("En anden fil"))
			assert.True(t, ok, words)
			return
		}
		words, ok = opensslStamps(t, a, stamp, info.Value)
		if f.Name == "timestamp-from-the-future" { // OpenSSL does not ask what time it is
			assert.True(t, ok, words)
			return
		}
		assert.False(t, ok, words)
		if f.Name == "timestamp-of-another-signature" {
			words, ok = opensslStamps(t, a, stamp, []byte("En anden signatur"))
			assert.True(t, ok, words)
		} else {
			sum := sha256.Sum256(info.Value)
			assert.True(t, bytes.Contains(stamp, sum[:]), "the imprint is right")
		}
	})
}

func TestSealByStranger(t *testing.T) {
	a := newAuthority(t)
	s := find(t, forge(t, "seal-by-stranger", signed(t, a, letter(), 1)))[0]
	words, ok := opensslVerifies(t, a, s)
	assert.False(t, ok, words)
	words, err := run(t, "openssl", "openssl", "cms", "-verify", "-inform", "DER", "-in", put(t, "sig.der", withoutPadding(s.message)),
		"-content", put(t, "content", s.covered), "-binary", "-noverify", "-out", "/dev/null")
	assert.NoError(t, err, "the certificate alone is wrong: %s", words)
	assert.True(t, bytes.Contains(s.message, a.SealCertificate().RawSubject), "the names are the same")
	assert.False(t, bytes.Contains(s.message, a.SealCertificate().Raw))
}

func TestUnsignedFilesHaveNoSignature(t *testing.T) {
	pdf := signed(t, newAuthority(t), letter(), 1)
	for _, f := range named(t, fakepdf.Unsigned) {
		out := forge(t, f.Name, pdf)
		assert.True(t, bytes.HasPrefix(out, letter()), f.Name)
		assert.NotContains(t, judgeNothing(t, out), "Signature is Valid.", f.Name)
		words, err := run(t, "qpdf", "qpdf", "--check", put(t, "forged.pdf", out))
		assert.NoError(t, err, words)
	}
	assert.True(t, bytes.Equal(letter(), forge(t, "signatures-removed", pdf)))
	two := signed(t, newAuthority(t), pdf, 1)
	assert.True(t, bytes.Equal(letter(), forge(t, "signatures-removed", two)))
	assert.True(t, bytes.Equal(pdf, forge(t, "last-signature-removed", two)))
}

// These are genuine signatures of the right form; what they say proves nobody.
func TestGenuineSignaturesWithoutProof(t *testing.T) {
	a := newAuthority(t)
	pdf := signed(t, a, letter(), 1)
	for _, f := range named(t, fakepdf.Unproven, fakepdf.Mismatched, fakepdf.Unrevoked) {
		t.Run(f.Name, func(t *testing.T) {
			out := forge(t, f.Name, pdf)
			judge(t, out, 1)
			words, ok := opensslVerifies(t, a, find(t, out)[0])
			assert.True(t, ok, words)
			if f.Is == fakepdf.Mismatched {
				assert.NotContains(t, string(out), string(letter()[:200]))
				assert.Equal(t, strings.Contains(string(pdf), "signatoryId"), strings.Contains(string(out), "signatoryId"))
			} else {
				assert.True(t, bytes.HasPrefix(out, letter()))
			}
		})
	}
}

// Another form value is a change of the field where there is one.
func TestFormValueChanged(t *testing.T) {
	a := newAuthority(t)
	pdf := signed(t, a, fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.FormOverlay}}.Bytes(), 1)
	words, err := run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", put(t, "forged.pdf", forge(t, "form-value-changed", pdf)))
	require.NoError(t, err)
	assert.Contains(t, words, "u:Beløbet er 900.000 kr.")
	assert.NotContains(t, words, `"/V": "u:Beløbet er 100 kr."`)
	assert.Equal(t, 1, strings.Count(words, `"/FT": "/Tx"`))
}
