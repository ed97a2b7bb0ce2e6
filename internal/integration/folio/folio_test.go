// Package folio_test holds the verdict on signed PDFs against a signer that is not ours. Its
// library is never given a file from elsewhere: a crafted one ends the process.
package folio_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/carlos7ags/folio/sign"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

var at = time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)

// A notary signs with folio, and has its timestamps from a fake authority. Its certificate is of
// an authority below the root.
type notary struct {
	key    crypto.Signer
	cert   *x509.Certificate
	chain  []*x509.Certificate // cert, the authority, the root
	crls   [][]byte            // of the authority and of the root; nobody is on them
	gone   []byte              // a list of the root that has the authority
	stamps *sign.TSAClient
	roots  *x509.CertPool // its own, and that of the timestamps
}

func newNotary(t *testing.T, key crypto.Signer) *notary {
	t.Helper()
	serial := int64(0)
	issue := func(c, parent *x509.Certificate, public any, by crypto.Signer) *x509.Certificate {
		serial++
		c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(serial), at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
		if parent == nil {
			parent = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
		require.NoError(t, err)
		out, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return out
	}
	list := func(ca *x509.Certificate, by crypto.Signer, revoked ...x509.RevocationListEntry) []byte {
		out, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: at.Add(time.Minute), NextUpdate: at.AddDate(0, 0, 7), RevokedCertificateEntries: revoked,
		}, ca, by)
		require.NoError(t, err)
		return out
	}
	rootKey, caKey := newEC(t), newEC(t)
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	}
	root := issue(authority("Opdigtet rod"), nil, rootKey.Public(), rootKey)
	ca := issue(authority("Opdigtet udsteder"), root, caKey.Public(), rootKey)
	cert := issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Opdigtet notar Åse"}, KeyUsage: x509.KeyUsageContentCommitment}, ca, key.Public(), caKey)
	n := &notary{
		key: key, cert: cert, chain: []*x509.Certificate{cert, ca, root}, roots: x509.NewCertPool(),
		crls: [][]byte{list(ca, caKey), list(root, rootKey)},
		gone: list(root, rootKey, x509.RevocationListEntry{SerialNumber: ca.SerialNumber, RevocationTime: at.Add(-time.Hour)}),
	}
	stamps, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return at }})
	require.NoError(t, err)
	server := httptest.NewServer(stamps.TimestampHandler())
	t.Cleanup(server.Close)
	n.stamps = sign.NewTSAClient(server.URL)
	n.roots.AddCert(root)
	n.roots.AddCert(stamps.RootCertificate())
	return n
}

func newEC(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// sign signs, and with proofs adds the list of what is revoked and a document timestamp.
func (n *notary) sign(t *testing.T, pdf []byte, proofs bool, algorithm sign.Algorithm) []byte {
	t.Helper()
	signer, err := sign.NewLocalSigner(n.key, n.chain)
	require.NoError(t, err)
	signer.SetAlgorithm(algorithm)
	out, err := sign.SignPDF(pdf, sign.Options{Signer: signer, Name: "Åse Sørensen", Reason: "æøå", SigningTime: at})
	require.NoError(t, err)
	if !proofs {
		return out
	}
	dss := sign.NewDSS()
	dss.CRLs = n.crls
	out, err = sign.AddDSS(out, dss)
	require.NoError(t, err)
	out, err = sign.AddDocumentTimestamp(out, n.stamps, crypto.SHA256)
	require.NoError(t, err)
	return out
}

func verdict(t *testing.T, pdf []byte, p pades.Policy) *pades.Report {
	t.Helper()
	p.At = at.Add(time.Hour)
	r, err := pades.Verify(t.Context(), pdf, p)
	require.NoError(t, err)
	return r
}

func contract() []byte { return fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt æøå"}}) }

func TestWhatFolioSignsPasses(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey := newEC(t)
	for title, c := range map[string]struct {
		key       crypto.Signer
		algorithm sign.Algorithm
	}{
		"RSA with SHA-256":   {rsaKey, sign.SHA256WithRSA},
		"RSA with SHA-512":   {rsaKey, sign.SHA512WithRSA},
		"ECDSA with SHA-256": {ecKey, sign.SHA256WithECDSA},
	} {
		t.Run(title, func(t *testing.T) {
			n := newNotary(t, c.key)
			plain, proven := n.sign(t, contract(), false, c.algorithm), n.sign(t, contract(), true, c.algorithm)

			r := verdict(t, plain, pades.Policy{Roots: n.roots, NoRevocation: true})
			require.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
			require.Len(t, r.Signatures, 1)
			assert.Equal(t, n.cert.Raw, r.Signatures[0].Certificate.Raw)
			assert.False(t, r.Signatures[0].Proven)
			assert.Equal(t, at, r.Signatures[0].Time)
			assert.Equal(t, []pades.Reason{pades.RevocationUnknown}, verdict(t, plain, pades.Policy{Roots: n.roots}).Reasons)

			r = verdict(t, proven, pades.Policy{Roots: n.roots, Timestamps: true})
			require.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
			assert.True(t, r.Signatures[0].Proven)
			assert.Len(t, r.Timestamps, 1)

			stranger := newNotary(t, c.key)
			assert.Contains(t, verdict(t, proven, pades.Policy{Roots: stranger.roots}).Reasons, pades.CertificateUntrusted)
		})
	}
}

// Its timestamps of signatures are about the document, and not about the value of the signature
// (RFC 5126, 6.1.1; seen in version 0.11.0): they do not prove when that was made.
func TestFolioStampsSomethingElse(t *testing.T) {
	n := newNotary(t, newEC(t))
	signer, err := sign.NewLocalSigner(n.key, n.chain)
	require.NoError(t, err)
	pdf, err := sign.SignPDF(contract(), sign.Options{Signer: signer, Level: sign.LevelBT, SigningTime: at, TSAClient: n.stamps})
	require.NoError(t, err)
	r := verdict(t, pdf, pades.Policy{Roots: n.roots, NoRevocation: true})
	assert.Equal(t, pades.Failed, r.Verdict)
	assert.Equal(t, []pades.Reason{pades.TimestampWrong}, r.Reasons)
}

func TestWhatFolioSignedIsChanged(t *testing.T) {
	n := newNotary(t, newEC(t))
	pdf := n.sign(t, n.sign(t, contract(), true, sign.SHA256WithECDSA), true, sign.SHA256WithECDSA)
	r := verdict(t, pdf, pades.Policy{Roots: n.roots})
	require.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
	require.Len(t, r.Signatures, 2)

	text := bytes.Index(pdf, []byte("Lejekontrakt"))
	require.Positive(t, text)
	pdf[text] ^= 1
	r = verdict(t, pdf, pades.Policy{Roots: n.roots})
	assert.Equal(t, pades.Failed, r.Verdict)
	assert.Equal(t, []pades.Reason{pades.DigestMismatch, pades.TimestampWrong}, r.Reasons, "of the signatures, and of the document timestamps")
}

// An authority between the root and the signer was revoked before anything was signed.
func TestARevokedAuthorityFailsWhatItIssued(t *testing.T) {
	n := newNotary(t, newEC(t))
	n.crls[1] = n.gone
	r := verdict(t, n.sign(t, contract(), true, sign.SHA256WithECDSA), pades.Policy{Roots: n.roots})
	assert.NotEqual(t, pades.Passed, r.Verdict)
	assert.Equal(t, []pades.Reason{pades.CertificateRevoked}, r.Reasons)

	n.crls = n.crls[:1] // nothing is known of the authority
	r = verdict(t, n.sign(t, contract(), true, sign.SHA256WithECDSA), pades.Policy{Roots: n.roots})
	assert.Equal(t, []pades.Reason{pades.RevocationUnknown}, r.Reasons)
}
