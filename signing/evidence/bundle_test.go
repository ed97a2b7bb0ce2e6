package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// Seven years later the token, the certificate of the timestamp and the keys have long
// expired. The bundle holds, and says since when.
func TestSevenYearsLater(t *testing.T) {
	broker := newIssuer(t)
	a, authority := tsa(t, timestamptest.Config{})
	file := write(t, message(t, broker), evidence.Options{Authority: authority})
	later := began.AddDate(7, 0, 0)
	require.True(t, later.After(a.Cert.NotAfter))

	r, err := verify(file, later, evidence.Policy{Roots: a.Roots(), Issuer: issuerURL, ClientID: clientID, Reference: "sag-17"})
	require.NoError(t, err)
	assert.Equal(t, began.Add(time.Minute), r.Timestamp)
	assert.Equal(t, "Fictitious timestamp authority", r.Authority)
	require.Len(t, r.Tokens, 1)
	assert.Equal(t, began.Add(time.Minute), r.Tokens[0].Judged)
	assert.Equal(t, "sag-17", r.Reference)
	assert.Equal(t, "OCSP answer demanded; reference text in a token demanded; issuer "+issuerURL+"; client "+clientID, r.Policy)
	assert.Contains(t, strings.Join(r.Checked, "\n"), "reference-text-1.txt: a token repeats it")
	assert.NotContains(t, strings.Join(r.Unchecked, "\n"), "issuer")
	for _, text := range append(r.Checked, r.Unchecked...) {
		assert.NotContains(t, text, "Åse")
		assert.NotContains(t, text, shown)
	}
}

// Every single bit of the file is held, whatever it belongs to.
func TestEveryBit(t *testing.T) {
	a, authority := tsa(t, timestamptest.Config{})
	b := message(t, newIssuer(t))
	b.Parts = append(b.Parts, evidence.Text(evidence.PartOther, "", "Æ"))
	file := write(t, b, evidence.Options{Authority: authority})
	policy := evidence.Policy{Roots: a.Roots()}
	when := began.AddDate(1, 0, 0)
	_, err := verify(file, when, policy)
	require.NoError(t, err)
	names := map[string]bool{}
	for i := range file {
		for bit := range 8 {
			if raceEnabled && bit != i%8 {
				continue
			}
			file[i] ^= 1 << bit
			r, err := verify(file, when, policy)
			file[i] ^= 1 << bit
			if r != nil || !errors.Is(err, signing.ErrEvidenceDamaged) {
				t.Fatalf("byte %d of %d, bit %d: %v", i, len(file), bit, err)
			}
			var e *evidence.Error
			require.ErrorAs(t, err, &e)
			names[e.Part] = true
		}
	}
	for _, name := range []string{
		"README.txt", "manifest.json", "SHA256SUMS", "manifest.tst", "id-token-1.jwt", "keys-1.json", "reference-text-1.txt",
		"request-1.txt", "other-1.bin", "report-1.json", "zip directory",
	} {
		assert.True(t, names[name], "%s was never named", name)
	}
}

// What is cut off, or added, anywhere, is found.
func TestCutAndAdded(t *testing.T) {
	file := write(t, message(t, newIssuer(t)), evidence.Options{})
	for n := 0; n < len(file); n += 7 {
		_, err := verify(file[:n], began, untimed())
		requireKind(t, signing.EvidenceDamaged, err)
	}
	for _, extra := range [][]byte{{0}, []byte("PK"), file} {
		_, err := verify(append(bytes.Clone(file), extra...), began, untimed())
		requireKind(t, signing.EvidenceDamaged, err)
		_, err = verify(append(bytes.Clone(extra), file...), began, untimed())
		requireKind(t, signing.EvidenceDamaged, err)
	}
	_, err := evidence.Verify(context.Background(), bytes.NewReader(file[:100]), int64(len(file)), began, untimed())
	requireKind(t, signing.EvidenceDamaged, err)
}

// files unpacks a bundle in order.
func files(tb testing.TB, file []byte) (names []string, contents map[string][]byte) {
	tb.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(tb, err)
	contents = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(tb, err)
		b, err := io.ReadAll(r)
		require.NoError(tb, err)
		names, contents[f.Name] = append(names, f.Name), b
	}
	return names, contents
}

// repack makes a zip file as others would.
func repack(tb testing.TB, names []string, contents map[string][]byte, header func(*zip.FileHeader)) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		if header != nil {
			header(h)
		}
		w, err := z.CreateHeader(h)
		require.NoError(tb, err)
		_, err = w.Write(contents[name])
		require.NoError(tb, err)
	}
	require.NoError(tb, z.Close())
	return b.Bytes()
}

// A zip file with the same content, but packed by somebody else, is another file.
func TestPackedAgain(t *testing.T) {
	file := write(t, message(t, newIssuer(t)), evidence.Options{})
	names, contents := files(t, file)
	for name, header := range map[string]func(*zip.FileHeader){
		"stored":   nil,
		"deflated": func(h *zip.FileHeader) { h.Method = zip.Deflate },
		"comment":  func(h *zip.FileHeader) { h.Comment = "Øv" },
		"extra":    func(h *zip.FileHeader) { h.Extra = []byte{1, 0, 0, 0} },
		"path":     func(h *zip.FileHeader) { h.Name = "../" + h.Name },
		"folder":   func(h *zip.FileHeader) { h.Name = "a/" + h.Name },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(repack(t, names, contents, header), began, untimed())
			requireKind(t, signing.EvidenceDamaged, err)
		})
	}
}

// The form of the file is the same whenever the same bundle is written.
func TestDeterministic(t *testing.T) {
	b := message(t, newIssuer(t))
	assert.Equal(t, write(t, b, evidence.Options{}), write(t, b, evidence.Options{}))
}

// Others read it: archive/zip, unzip, Python, sha256sum, and openssl the timestamp.
func TestOthersReadIt(t *testing.T) {
	a, authority := tsa(t, timestamptest.Config{})
	file := write(t, message(t, newIssuer(t)), evidence.Options{Authority: authority})
	names, contents := files(t, file)
	assert.Equal(t, []string{
		"README.txt", "reference-text-1.txt", "request-1.txt", "id-token-1.jwt", "keys-1.json", "report-1.json",
		"manifest.json", "SHA256SUMS", "manifest.tst",
	}, names)
	assert.Equal(t, shown, string(contents["reference-text-1.txt"]))
	sum := sha256.Sum256(contents["manifest.json"])
	assert.Contains(t, string(contents["SHA256SUMS"]), hex.EncodeToString(sum[:])+"  manifest.json\n")

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bevis.zip"), file, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "root.pem"), a.RootPEM(), 0o600))
	for name, content := range contents {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	for _, call := range [][]string{
		{"unzip", "-t", "bevis.zip"},
		{"python3", "-c", "import zipfile; z = zipfile.ZipFile('bevis.zip'); assert z.testzip() is None; assert all(z.read(n) == open(n, 'rb').read() for n in z.namelist())"},
		{"sha256sum", "-c", "SHA256SUMS"},
		{"openssl", "ts", "-verify", "-token_in", "-in", "manifest.tst", "-data", "manifest.json", "-CAfile", "root.pem", "-attime", "1796040000"},
	} {
		if _, err := exec.LookPath(call[0]); err != nil && (call[0] == "unzip" || call[0] == "python3") {
			continue // more readers of zip files than archive/zip, where they are
		}
		path := toolstest.Program(t, call[0], call[0]+" is missing: apt-get install coreutils openssl")
		cmd := exec.Command(path, call[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", call[0], out)
	}
}

// What somebody rewrites consistently, manifest and all, is found by the timestamp.
func TestTimestampHoldsTheManifest(t *testing.T) {
	broker := newIssuer(t)
	a, authority := tsa(t, timestamptest.Config{})
	genuine := write(t, message(t, broker), evidence.Options{Authority: authority})
	_, contents := files(t, genuine)
	policy := evidence.Policy{Roots: a.Roots()}

	t.Run("other-case-same-timestamp", func(t *testing.T) {
		b := message(t, broker)
		b.Reference = "sag-18"
		_, other := files(t, write(t, b, evidence.Options{Authority: authority}))
		assert.NotEqual(t, contents["manifest.tst"], other["manifest.tst"])
		forged := graft(t, write(t, b, evidence.Options{}), contents["manifest.tst"])
		_, err := verify(forged, began.AddDate(1, 0, 0), policy)
		requireKind(t, signing.SignatureInvalid, err)
	})
	t.Run("timestamp-removed", func(t *testing.T) {
		untimedFile := write(t, message(t, broker), evidence.Options{})
		_, err := verify(untimedFile, began.AddDate(1, 0, 0), policy)
		requireKind(t, signing.EvidenceIncomplete, err)
		r, err := verify(untimedFile, began.AddDate(1, 0, 0), untimed())
		require.NoError(t, err)
		assert.True(t, r.Timestamp.IsZero())
		assert.Equal(t, began, r.Tokens[0].Judged)
		assert.Contains(t, strings.Join(r.Unchecked, "\n"), "it has no timestamp")
	})
	t.Run("another-authority", func(t *testing.T) {
		stranger, _ := tsa(t, timestamptest.Config{Name: "Stranger"})
		_, err := verify(genuine, began.AddDate(1, 0, 0), evidence.Policy{Roots: stranger.Roots()})
		requireKind(t, signing.SignatureInvalid, err)
	})
	t.Run("no-roots", func(t *testing.T) {
		_, err := verify(genuine, began.AddDate(1, 0, 0), evidence.Policy{})
		requireKind(t, signing.ConfigInvalid, err)
	})
	t.Run("later-than-asked", func(t *testing.T) {
		_, err := verify(genuine, began.AddDate(0, 0, -1), policy)
		requireKind(t, signing.SignatureInvalid, err)
	})
	t.Run("another-reference", func(t *testing.T) {
		p := policy
		p.Reference = "sag-1"
		_, err := verify(genuine, began.AddDate(1, 0, 0), p)
		requireKind(t, signing.EvidenceIncomplete, err)
	})
}

// graft puts a timestamp into a bundle without one, in the one form that a bundle has.
func graft(tb testing.TB, file, token []byte) []byte {
	tb.Helper()
	return evidence.Append(file, "manifest.tst", token)
}

// An authority that errs gives no bundle.
func TestAuthorityErrs(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  timestamptest.Config
		kind signing.Kind
	}{
		"usage-missing":  {timestamptest.Config{Signer: func(c *x509.Certificate) { c.ExtraExtensions = nil }}, signing.SignatureInvalid},
		"clock-ahead":    {timestamptest.Config{Now: at(began.Add(time.Hour))}, signing.SignatureInvalid},
		"clock-behind":   {timestamptest.Config{Now: at(began.Add(-time.Hour))}, signing.SignatureInvalid},
		"another-digest": {timestamptest.Config{Spoil: func(k *timestamptest.Token) { k.Imprint = make([]byte, 32) }}, signing.SignatureInvalid},
		"another-nonce":  {timestamptest.Config{Spoil: func(k *timestamptest.Token) { k.Nonce = nil }}, signing.SignatureInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, authority := tsa(t, c.cfg)
			file, err := tryWrite(message(t, newIssuer(t)), evidence.Options{Authority: authority})
			requireKind(t, c.kind, err)
			assert.Empty(t, file)
		})
	}
	t.Run("unreachable", func(t *testing.T) {
		_, authority := tsa(t, timestamptest.Config{})
		authority.URL = "http://127.0.0.1:1/"
		_, err := tryWrite(message(t, newIssuer(t)), evidence.Options{Authority: authority})
		requireKind(t, signing.Unavailable, err)
	})
	for name, broken := range map[string]evidence.Authority{
		"no-url": {}, "no-roots": {URL: "https://tsa.example"}, "password": {URL: "https://a:b@tsa.example"}, "file": {URL: "file:///etc"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tryWrite(message(t, newIssuer(t)), evidence.Options{Authority: &broken})
			requireKind(t, signing.ConfigInvalid, err)
		})
	}
}

// A bundle that is made when its token has expired would not hold, so it is not made.
func TestTimestampAfterTheToken(t *testing.T) {
	late := began.Add(time.Hour)
	a, authority := tsa(t, timestamptest.Config{Now: at(late)})
	b := message(t, newIssuer(t))
	_, err := tryWrite(b, evidence.Options{Authority: authority, Now: at(late)})
	requireKind(t, signing.TokenInvalid, err)

	file, err := tryWrite(b, evidence.Options{Authority: authority, Now: at(late), Policy: evidence.Policy{AtIssue: true}})
	require.NoError(t, err)
	_, err = verify(file, late, evidence.Policy{Roots: a.Roots()})
	requireKind(t, signing.TokenInvalid, err)
	r, err := verify(file, late, evidence.Policy{Roots: a.Roots(), AtIssue: true})
	require.NoError(t, err)
	assert.Equal(t, began, r.Tokens[0].Judged)
}

func TestInputs(t *testing.T) {
	broker := newIssuer(t)
	good := message(t, broker)
	for name, change := range map[string]func(b *evidence.Bundle){
		"about":           func(b *evidence.Bundle) { b.About = "noget" },
		"reference":       func(b *evidence.Bundle) { b.Reference = "" },
		"reference-long":  func(b *evidence.Bundle) { b.Reference = strings.Repeat("å", 201) },
		"reference-lines": func(b *evidence.Bundle) { b.Reference = "a\nb" },
		"no-parts":        func(b *evidence.Bundle) { b.Parts = nil },
		"many-parts":      func(b *evidence.Bundle) { b.Parts = append(b.Parts, make([]evidence.Part, 300)...) },
		"kind":            func(b *evidence.Bundle) { b.Parts[0].Kind = "hemmelig" },
		"readme":          func(b *evidence.Bundle) { b.Parts[0].Kind = evidence.PartReadme },
		"media-type":      func(b *evidence.Bundle) { b.Parts[0].MediaType = "text/plain\r\nx" },
		"no-source":       func(b *evidence.Bundle) { b.Parts[0].Open = nil },
		"url":             func(b *evidence.Bundle) { b.Parts[0].URL = "https://x\n" },
		"empty":           func(b *evidence.Bundle) { b.Parts[0] = evidence.Text(evidence.PartOther, "", "") },
		"long-token": func(b *evidence.Bundle) {
			b.Parts[0] = evidence.Bytes(evidence.PartIDToken, "", make([]byte, evidence.MaxToken+1))
		},
		"long-text": func(b *evidence.Bundle) {
			b.Parts[0] = evidence.Bytes(evidence.PartRequest, "", make([]byte, evidence.MaxSmall+1))
		},
		"changing": func(b *evidence.Bundle) {
			n := 0
			b.Parts = append(b.Parts, evidence.Part{Kind: evidence.PartOther, Open: func() (io.ReadCloser, error) {
				n++
				return io.NopCloser(strings.NewReader(strings.Repeat("x", n))), nil
			}})
		},
		"changing-same-length": func(b *evidence.Bundle) {
			n := byte(0)
			b.Parts = append(b.Parts, evidence.Part{Kind: evidence.PartOther, Open: func() (io.ReadCloser, error) {
				n++
				return io.NopCloser(bytes.NewReader([]byte{n})), nil
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := good
			b.Parts = append([]evidence.Part(nil), good.Parts...)
			change(&b)
			_, err := tryWrite(b, evidence.Options{})
			requireKind(t, signing.InputInvalid, err)
		})
	}
	t.Run("source-that-fails", func(t *testing.T) {
		b := with(good, evidence.PartRequest, evidence.File(evidence.PartRequest, "", filepath.Join(t.TempDir(), "Åse Ærø.txt")))
		_, err := tryWrite(b, evidence.Options{})
		requireKind(t, signing.StoreFailed, err)
		assert.NotContains(t, err.Error(), "Åse")
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := evidence.Write(ctx, io.Discard, good, evidence.Options{Now: at(began)})
		assert.ErrorIs(t, err, context.Canceled)
		file := write(t, good, evidence.Options{})
		_, err = evidence.Verify(ctx, bytes.NewReader(file), int64(len(file)), began, untimed())
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("writer-that-fails", func(t *testing.T) {
		_, err := evidence.Write(context.Background(), broken{}, good, evidence.Options{Now: at(began)})
		requireKind(t, signing.StoreFailed, err)
	})
	t.Run("no-time", func(t *testing.T) {
		_, err := verify(write(t, good, evidence.Options{}), time.Time{}, untimed())
		requireKind(t, signing.InputInvalid, err)
	})
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disken med Åse er fuld") }
