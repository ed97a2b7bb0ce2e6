package pades_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/signing/pades"
)

// program runs a program of others in dir. A test that finds none is skipped; with DKEID_NO_SKIP=1 it fails.
func program(t *testing.T, dir, title string, args ...string) (string, error) {
	t.Helper()
	path := toolstest.Program(t, title, "no "+title+" is installed; apt-get install openssl poppler-utils qpdf, to compare with what others make and say")
	c := exec.Command(path, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// A bench is a directory where OpenSSL signs, stamps and answers, with keys in PEM files.
type bench struct {
	t      *testing.T
	dir    string
	root   *x509.Certificate
	key    crypto.Signer
	serial int64
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: t.TempDir()}
	b.root, b.key = b.issue("root", p256(t), &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	b.issue("tsa", p256(t), &x509.Certificate{
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8}}},
	})
	b.issue("responder", p256(t), &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
	b.put("serial", []byte("01\n"))
	b.put("ts.cnf", []byte("[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256,sha384,sha512\naccuracy=secs:1\ness_cert_id_alg=sha256\n"))
	return b
}

func p256(t *testing.T) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func (b *bench) put(title string, data []byte) {
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, title), data, 0o600))
}

func (b *bench) issue(title string, key crypto.Signer, c *x509.Certificate) (*x509.Certificate, crypto.Signer) {
	b.serial++
	c.SerialNumber, c.Subject = big.NewInt(b.serial), pkix.Name{CommonName: "Fictitious " + title, Organization: []string{"Ærø"}}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	parent, by := b.root, b.key
	if parent == nil {
		parent, by = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
	require.NoError(b.t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(b.t, err)
	b.put(title+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	b.put(title+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	cert, err := x509.ParseCertificate(der)
	require.NoError(b.t, err)
	return cert, key
}

// openssl runs a command and returns what it wrote into a file.
func (b *bench) openssl(into string, args ...string) []byte {
	b.t.Helper()
	words, err := program(b.t, b.dir, "openssl", args...)
	require.NoError(b.t, err, words)
	out, err := os.ReadFile(filepath.Join(b.dir, into))
	require.NoError(b.t, err)
	return out
}

// answer is what OpenSSL's responder says of a certificate.
func (b *bench) answer(title string, serial int64) []byte {
	b.put("index.txt", fmt.Appendf(nil, "V\t%s\t\t%02X\tunknown\t/CN=Fictitious %s\n", time.Now().Add(time.Hour).UTC().Format("060102150405Z"), serial, title))
	b.openssl("q.der", "ocsp", "-issuer", "root.pem", "-cert", title+".pem", "-no_nonce", "-reqout", "q.der")
	return b.openssl("a.der", "ocsp", "-index", "index.txt", "-CA", "root.pem", "-rsigner", "responder.pem", "-rkey", "responder.key", "-ndays", "1", "-reqin", "q.der", "-respout", "a.der")
}

// stamp is a timestamp token about a SHA-256.
func (b *bench) stamp(digest []byte) []byte {
	b.openssl("q.tsq", "ts", "-query", "-sha256", "-digest", hex.EncodeToString(digest), "-cert", "-out", "q.tsq")
	return b.openssl("t.der", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "root.pem", "-token_out", "-out", "t.der")
}

// A pen writes a PDF by hand, update by update.
type pen struct {
	bytes.Buffer
	offsets map[int]int
	prev    int
}

func (p *pen) object(n int, body string) {
	p.offsets[n] = p.Len()
	fmt.Fprintf(p, "%d 0 obj\n%s\nendobj\n", n, body)
}

func (p *pen) end(size int) {
	start := p.Len()
	p.WriteString("xref\n")
	if p.prev == 0 {
		p.WriteString("0 1\n0000000000 65535 f \n")
	}
	for n := 1; n < size; n++ {
		if at, ok := p.offsets[n]; ok {
			fmt.Fprintf(p, "%d 1\n%010d 00000 n \n", n, at)
		}
	}
	fmt.Fprintf(p, "trailer\n<</Size %d/Root 1 0 R", size)
	if p.prev != 0 {
		fmt.Fprintf(p, "/Prev %d", p.prev)
	}
	fmt.Fprintf(p, ">>\nstartxref\n%d\n%%%%EOF\n", start)
	p.offsets, p.prev = map[int]int{}, start
}

const (
	gap    = 16000 // hexadecimal digits
	range0 = "/ByteRange [0 0000000000 0000000000 0000000000]"
)

func slotFor(subFilter string) string {
	return "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/" + subFilter + range0 + "/Contents <" + strings.Repeat("0", gap) + ">>>"
}

// fill has the newest slot signed: sign is given what it covers.
func (p *pen) fill(t *testing.T, sign func(covered []byte) []byte) {
	b := p.Bytes()
	at := bytes.LastIndex(b, []byte(range0))
	open := at + len(range0) + len("/Contents ")
	shut := open + gap + 2
	copy(b[at:], fmt.Sprintf("/ByteRange [0 %010d %010d %010d]", open, shut, len(b)-shut))
	value := hex.EncodeToString(sign(append(bytes.Clone(b[:open]), b[shut:]...)))
	require.LessOrEqual(t, len(value), gap)
	copy(b[open+1:], value)
}

func packedStream(data []byte) string {
	return fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(data), data)
}

// Files whose signatures, timestamps and answers OpenSSL made, and nobody of ours, pass with the right roots and
// do not without.
func TestVerifyTakesWhatOpenSSLMakes(t *testing.T) {
	b := newBench(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(b.root)
	stranger := newBench(t).root
	others.AddCert(stranger)
	for title, c := range map[string]struct {
		key  crypto.Signer
		args []string
	}{
		"RSA, SHA-256":     {rsaKey, []string{"-md", "sha256"}},
		"RSA, SHA-384":     {rsaKey, []string{"-md", "sha384"}},
		"RSA-PSS, SHA-512": {rsaKey, []string{"-md", "sha512", "-keyopt", "rsa_padding_mode:pss"}},
		"ECDSA, SHA-256":   {p256(t), []string{"-md", "sha256"}},
	} {
		t.Run(title, func(t *testing.T) {
			seal, _ := b.issue("seal", c.key, &x509.Certificate{KeyUsage: x509.KeyUsageContentCommitment})
			p := &pen{offsets: map[int]int{}}
			p.WriteString("%PDF-1.7\n%\xe6\xf8\xe5\xc6\n")
			catalog := "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[%s]>>%s>>"
			page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[%s]>>"
			widget := "<</Type/Annot/Subtype/Widget/FT/Sig/F 132/Rect[0 0 0 0]/P 3 0 R/T(%s)/V %d 0 R>>"
			p.object(1, fmt.Sprintf(catalog, "4 0 R", ""))
			p.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
			p.object(3, fmt.Sprintf(page, "4 0 R"))
			p.object(4, fmt.Sprintf(widget, "Segl p\xe5 \xc6r\xf8", 5))
			p.object(5, slotFor("ETSI.CAdES.detached"))
			p.end(6)
			p.fill(t, func(covered []byte) []byte {
				b.put("covered", covered)
				return b.openssl("s.der", append([]string{
					"cms", "-sign", "-binary", "-cades", "-in", "covered", "-signer", "seal.pem", "-inkey", "seal.key", "-outform", "DER", "-out", "s.der",
				}, c.args...)...)
			})
			p.object(1, fmt.Sprintf(catalog, "4 0 R", "/DSS<</Certs[6 0 R]/OCSPs[7 0 R]>>"))
			p.object(6, packedStream(b.root.Raw))
			p.object(7, packedStream(b.answer("seal", seal.SerialNumber.Int64())))
			p.end(8)
			p.object(1, fmt.Sprintf(catalog, "4 0 R 8 0 R", "/DSS<</Certs[6 0 R]/OCSPs[7 0 R]>>"))
			p.object(3, fmt.Sprintf(page, "4 0 R 8 0 R"))
			p.object(8, fmt.Sprintf(widget, "Tid", 9))
			p.object(9, slotFor("ETSI.RFC3161"))
			p.end(10)
			p.fill(t, func(covered []byte) []byte {
				sum := sha256.Sum256(covered)
				return b.stamp(sum[:])
			})
			policy := pades.Policy{Roots: roots, Timestamps: true}
			r := verify(t, p.Bytes(), policy)
			assert.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
			require.Len(t, r.Signatures, 1)
			assert.True(t, r.Signatures[0].Proven)
			assert.Equal(t, "Segl på Ærø", r.Signatures[0].Field)
			policy.Roots = others
			r = verify(t, p.Bytes(), policy)
			assert.Equal(t, pades.Indeterminate, r.Verdict)
			assert.Contains(t, r.Reasons, pades.CertificateUntrusted)
			agree(t, p.Bytes(), 1)

			spoilt := bytes.Replace(bytes.Clone(p.Bytes()), []byte("[0 0 595 842]"), []byte("[0 0 595 942]"), 1)
			policy.Roots = roots
			assert.Contains(t, verify(t, spoilt, policy).Reasons, pades.DigestMismatch)
		})
	}
}

// agree wants pdfsig and qpdf to say of a genuine file what we say.
func agree(t *testing.T, pdf []byte, signatures int) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "genuine.pdf"), pdf, 0o600))
	words, _ := program(t, dir, "pdfsig", "-nocert", "genuine.pdf") // its status is about the certificates
	assert.Equal(t, signatures, strings.Count(words, "Signature is Valid."), words)
	words, err := program(t, dir, "qpdf", "--check", "genuine.pdf")
	assert.NoError(t, err, words)
}

func TestOthersAgreeOnGenuineFiles(t *testing.T) {
	for kind, pdf := range kinds(t, newAuthority(t)) {
		t.Run(kind, func(t *testing.T) {
			agree(t, pdf, map[string]int{"one": 1, "three": 3, "closed": 2, "sealed": 1, "streamed": 2}[kind])
		})
	}
}
