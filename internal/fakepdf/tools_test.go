package fakepdf_test

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/toolstest"
)

var at = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// authority is made once: its RSA key takes a while.
var authority = sync.OnceValues(func() (*fakepdf.Authority, error) {
	return fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return at }, Name: "Æblegård"})
})

func newAuthority(tb testing.TB) *fakepdf.Authority {
	tb.Helper()
	a, err := authority()
	require.NoError(tb, err)
	return a
}

// run starts a program. A test that finds none is skipped; with DKEID_NO_SKIP=1 it
// fails.
func run(t *testing.T, program, debian string, args ...string) (string, error) {
	t.Helper()
	path := toolstest.Program(t, program, "no "+program+" is installed; apt-get install "+debian+", to have others judge the PDFs")
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err
}

func put(t *testing.T, title string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), title)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const evidence = `{"meta":"{\"applicationId\":\"a\",\"signatureOrderId\":\"b\",\"signatoryId\":\"c\"}",` +
	`"environment":"TEST","type":"criipto.signature.jwt.v1","value":"{\"jwt\":\"e30.e30.c2ln\",\"jwks\":\"{(\\\\}\"}"}`

func sofus() fakepdf.Signature {
	return fakepdf.Signature{
		At: at, Name: "Sofus Ærøskøbing", Reason: "Underskrevet af Sofus Ærøskøbing med MitID, ID: c", ContactInfo: evidence,
	}
}

func letter() []byte {
	return fakepdf.Document{Title: "Aftale om æbler", Pages: []fakepdf.Page{
		{Lines: []string{"Kære Sofus Ærøskøbing", "Beløbet er 100 kr. (ét hundrede)."}},
		{Lines: []string{"Underskrifter på næste side."}},
	}}.Bytes()
}

// signed is the letter signed by one, two and more.
func signed(tb testing.TB, a *fakepdf.Authority, pdf []byte, n int) []byte {
	tb.Helper()
	for range n {
		var err error
		pdf, err = a.Sign(pdf, sofus())
		require.NoError(tb, err)
	}
	return pdf
}

// A found signature is what a plain search for ByteRange and Contents finds.
type found struct {
	ranges  []int
	covered []byte
	message []byte // with the padding
}

var (
	byteRange = regexp.MustCompile(`/ByteRange \[([-0-9 ]+)\]`)
	contents  = regexp.MustCompile(`/Contents <([0-9a-f]{1000,})>`)
)

// find searches the bytes of a file for signatures, without any reader of PDFs. A part
// that lies outside of the file is cut.
func find(t *testing.T, pdf []byte) []found {
	t.Helper()
	var out []found
	for _, m := range byteRange.FindAllSubmatchIndex(pdf, -1) {
		var f found
		for _, s := range strings.Fields(string(pdf[m[2]:m[3]])) {
			n, err := strconv.Atoi(s)
			if err != nil {
				n = 1 << 40
			}
			f.ranges = append(f.ranges, n)
		}
		for i := 0; i+1 < len(f.ranges); i += 2 {
			from := min(max(f.ranges[i], 0), len(pdf))
			f.covered = append(f.covered, pdf[from:min(from+f.ranges[i+1], len(pdf))]...)
		}
		if c := contents.FindSubmatch(pdf[m[0]:]); c != nil {
			raw, err := hex.DecodeString(string(c[1]))
			require.NoError(t, err)
			f.message = raw
		}
		out = append(out, f)
	}
	return out
}

// opensslVerifies has OpenSSL check a signature over what it covers: digest,
// attributes, the certificate that the attribute names, chain.
func opensslVerifies(t *testing.T, a *fakepdf.Authority, f found) (string, bool) {
	t.Helper()
	out, err := run(t, "openssl", "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", put(t, "sig.der", withoutPadding(f.message)),
		"-content", put(t, "content", f.covered), "-CAfile", put(t, "root.pem", a.RootPEM()), "-purpose", "any",
		"-attime", strconv.FormatInt(at.Unix(), 10), "-out", os.DevNull)
	return out, err == nil
}

// withoutPadding returns the one DER value that b begins with.
func withoutPadding(b []byte) []byte {
	if len(b) < 4 || b[1] != 0x82 {
		return b
	}
	return b[:min(len(b), 4+int(b[2])<<8+int(b[3]))]
}

// opensslStamps has OpenSSL check a token over data.
func opensslStamps(t *testing.T, a *fakepdf.Authority, token, data []byte) (string, bool) {
	t.Helper()
	out, err := run(t, "openssl", "openssl", "ts", "-verify", "-token_in", "-in", put(t, "token.der", token),
		"-data", put(t, "data", data), "-CAfile", put(t, "root.pem", a.RootPEM()))
	return out, err == nil && bytes.Contains([]byte(out), []byte("Verification: OK"))
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
