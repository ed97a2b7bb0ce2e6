package pades_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// A tokenAuthority issues the certificate of workflow tokens, as Den Danske Stat does.
type tokenAuthority struct {
	root, leaf *x509.Certificate
	key        *ecdsa.PrivateKey
}

func newTokenAuthority(t testing.TB) *tokenAuthority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	issue := func(serial int64, name string, ca bool, by *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(1, 0, 0),
			IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		}
		if ca {
			c.KeyUsage = x509.KeyUsageCertSign
		}
		if by == nil {
			by = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, by, public, key)
		require.NoError(t, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return parsed
	}
	a := &tokenAuthority{key: key}
	a.root = issue(1, "Opdigtet rod æøå", true, nil, key.Public())
	a.leaf = issue(2, "Opdigtet nøgle", false, a.root, tokenKeys()[0].Public())
	return a
}

// status is the attachment with an OCSP answer.
func (a *tokenAuthority) status(t testing.TB, serial *big.Int, revoked time.Time) []byte {
	t.Helper()
	r := ocsp.Response{Status: ocsp.Good, SerialNumber: serial, ThisUpdate: signedAt, NextUpdate: signedAt.AddDate(0, 0, 2), IssuerHash: crypto.SHA1}
	if !revoked.IsZero() {
		r.Status, r.RevokedAt = ocsp.Revoked, revoked
	}
	der, err := ocsp.CreateResponse(a.root, a.root, r, a.key)
	require.NoError(t, err)
	return []byte(base64.StdEncoding.EncodeToString(der))
}

func kid(der []byte) string {
	sum := sha1.Sum(der)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// workflow are the claims of a workflow token of two people and two documents.
func workflow(t testing.TB, more fields) fields {
	person := func(name string, others fields) string {
		said := fields{
			"mitid.identity_name": name, "idp": "mitid", "sub": "sub-" + name, "idp_identity_id": "7f2e1c34-5d6b-4a3f-8a55-2b0e0bbf1a11",
			"loa": "https://data.gov.dk/concept/core/nsis/Substantial", "mitid.date_of_birth": "1985-06-11",
		}
		return text(t, fields{"Created": signedAt.Add(-time.Minute).Format("2006-01-02T15:04:05.0000000-07:00"), "Id": "id-" + name, "SignatureTransactionId": "t", "UserClaims": said.with(others)})
	}
	out := fields{
		"token_type": "workflow_token_v1", "workflow_id": "forløb-ø", "organization_tin": "DK12345674", "iss": "https://pp.netseidbroker.dk/op", "aud": "DK12345674",
		"iat": signedAt.Unix(), "exp": signedAt.AddDate(30, 0, 0).Unix(), "documents_signed_number": "2", "signatures_number": "2",
		"document_1":  text(t, fields{"title": "Lejekontrakt", "sha256Hex": digest(contract())}),
		"document_2":  text(t, fields{"title": "Bilag på Ærø", "sha256Hex": strings.ToUpper(digest([]byte("bilag")))}),
		"signature_1": person("Åse Sørensen", nil), "signature_2": person("Bo Ærlig", nil),
	}
	for name, v := range more {
		if others, ok := v.(fields); ok && strings.HasPrefix(name, "signature_") {
			more = more.with(fields{name: person("Åse Sørensen", others)})
		}
	}
	return out.with(more)
}

// attachments are what Nets attaches to a workflow.
func (a *tokenAuthority) attachments(t testing.TB, more fields) map[string][]byte {
	return map[string][]byte{
		"workflow_token.jwt":     []byte(jws(t, tokenKeys()[0], fields{"alg": "RS256", "kid": kid(a.leaf.Raw)}, workflow(t, more))),
		"workflow_token_pub.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.leaf.Raw}),
		"workflow_token.ocsp":    a.status(t, a.leaf.SerialNumber, time.Time{}),
	}
}

func sealed(t testing.TB, a *fakepdf.Authority, attachments map[string][]byte) []byte {
	t.Helper()
	pdf, err := a.Seal(contract(), fakepdf.Seal{At: signedAt, Attachments: attachments})
	require.NoError(t, err)
	return pdf
}

// netsPolicy trusts the seal, and the authority of tokens if there is one.
func netsPolicy(a *fakepdf.Authority, tokens *tokenAuthority) pades.Policy {
	roots := a.Roots()
	if tokens != nil {
		roots.AddCert(tokens.root)
	}
	p := pades.ForNets(roots)
	p.At = signedAt.Add(time.Hour)
	return p
}

func TestNetsNamesEverybody(t *testing.T) {
	a, tokens := newAuthority(t), newTokenAuthority(t)
	r := verify(t, sealed(t, a, tokens.attachments(t, nil)), netsPolicy(a, tokens))
	require.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
	assert.Empty(t, r.Signatures[0].Notes)
	require.Len(t, r.Signatures[0].Persons, 2)
	p := r.Signatures[0].Persons[1]
	p.UUID = claims.UUID{}
	assert.Equal(t, pades.Person{
		Name: "Bo Ærlig", Subject: "sub-Bo Ærlig", BirthDate: time.Date(1985, 6, 11, 0, 0, 0, 0, time.UTC), Level: claims.Substantial, Scheme: "mitid",
		Issuer: "https://pp.netseidbroker.dk/op", Audience: "DK12345674", LoginAt: signedAt.Add(-time.Minute), Order: "forløb-ø", Signatory: "id-Bo Ærlig",
	}, p)
	assert.Subset(t, r.Discloses, []pades.Disclosure{pades.DisclosesName, pades.DisclosesBirthDate, pades.DisclosesID})
}

func TestNetsEvidence(t *testing.T) {
	a, tokens := newAuthority(t), newTokenAuthority(t)
	files := func(more fields) map[string][]byte { return tokens.attachments(t, more) }
	with := func(name string, content []byte) map[string][]byte {
		all := maps.Clone(files(nil))
		if all[name] = content; content == nil {
			delete(all, name)
		}
		return all
	}
	token := func(key *rsa.PrivateKey, header fields) map[string][]byte {
		return with("workflow_token.jwt", []byte(jws(t, key, fields{"alg": "RS256", "kid": kid(tokens.leaf.Raw)}.with(header), workflow(t, nil))))
	}
	negative := negativeSerial(t)
	with509 := func(der []byte, answer []byte) map[string][]byte {
		return map[string][]byte{
			"workflow_token.jwt":     []byte(jws(t, tokenKeys()[0], fields{"alg": "RS256", "kid": kid(der)}, workflow(t, nil))),
			"workflow_token_pub.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			"workflow_token.ocsp":    answer,
		}
	}
	wrong, malformed, missing := []pades.Reason{pades.EvidenceWrong}, []pades.Reason{pades.EvidenceMalformed}, []pades.Reason{pades.EvidenceMissing}
	sealAlone := func(p *pades.Policy) { p.Roots = a.Roots() }
	for title, c := range map[string]struct {
		files   map[string][]byte
		change  func(p *pades.Policy)
		want    []pades.Reason
		bySeal  bool
		persons int
	}{
		"the seal alone vouches for the key":     {files(nil), sealAlone, nil, true, 2},
		"a pinned key":                           {files(nil), func(p *pades.Policy) { sealAlone(p); p.Pins = [][32]byte{sha256.Sum256(tokens.leaf.Raw)} }, nil, false, 2},
		"a serial number below zero":             {with509(negative, nil), nil, nil, true, 2},
		"no token":                               {nil, nil, missing, false, 0},
		"no certificate":                         {with("workflow_token_pub.pem", nil), nil, wrong, false, 0},
		"a certificate that is none":             {with("workflow_token_pub.pem", []byte("æøå")), nil, wrong, false, 0},
		"a certificate of another key":           {with("workflow_token_pub.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tokens.root.Raw})), nil, wrong, false, 0},
		"signed by another key":                  {token(tokenKeys()[1], nil), nil, wrong, false, 0},
		"kid of another certificate":             {token(tokenKeys()[0], fields{"kid": kid(tokens.root.Raw)}), nil, wrong, false, 0},
		"no kid":                                 {token(tokenKeys()[0], fields{"kid": nil}), nil, wrong, false, 0},
		"alg none":                               {token(tokenKeys()[0], fields{"alg": "none"}), nil, wrong, false, 0},
		"no OCSP answer":                         {with("workflow_token.ocsp", nil), nil, []pades.Reason{pades.RevocationUnknown}, false, 2},
		"an OCSP answer of another certificate":  {with("workflow_token.ocsp", tokens.status(t, big.NewInt(3), time.Time{})), nil, []pades.Reason{pades.RevocationUnknown}, false, 2},
		"revoked before":                         {with("workflow_token.ocsp", tokens.status(t, tokens.leaf.SerialNumber, signedAt.Add(-time.Hour))), nil, wrong, false, 2},
		"revoked later":                          {with("workflow_token.ocsp", tokens.status(t, tokens.leaf.SerialNumber, signedAt.Add(time.Hour))), nil, nil, false, 2},
		"revoked before, by the seal's own word": {with("workflow_token.ocsp", tokens.status(t, tokens.leaf.SerialNumber, signedAt.Add(-time.Hour))), sealAlone, wrong, true, 2},

		"another issuer":         {files(nil), func(p *pades.Policy) { p.Issuers = []string{"https://netseidbroker.dk/op"} }, wrong, false, 2},
		"another organisation":   {files(nil), func(p *pades.Policy) { p.Audiences = []string{"DK87654321"} }, wrong, false, 2},
		"a level that is met":    {files(nil), func(p *pades.Policy) { p.MinLevel = claims.Substantial }, nil, false, 2},
		"a level too low":        {files(nil), func(p *pades.Policy) { p.MinLevel = claims.High }, wrong, false, 2},
		"one person too low":     {files(fields{"signature_2": fields{"loa": "https://data.gov.dk/concept/core/nsis/Low"}}), func(p *pades.Policy) { p.MinLevel = claims.Substantial }, wrong, false, 2},
		"a simulated person":     {files(fields{"signature_2": fields{"simulated": "true"}}), nil, []pades.Reason{pades.TestEnvironment}, false, 2},
		"not a simulated person": {files(fields{"signature_2": fields{"simulated": "false"}}), nil, nil, false, 2},
		"simulated is allowed":   {files(fields{"signature_2": fields{"simulated": "true"}}), func(p *pades.Policy) { p.AllowTest = true }, nil, false, 2},
		"claims that are null":   {files(fields{"signature_2": fields{"mitid.age": nil}}), nil, nil, false, 2},

		"another type of token":           {files(fields{"token_type": "workflow_token_v2"}), nil, wrong, false, 0},
		"of tomorrow":                     {files(fields{"iat": signedAt.AddDate(0, 0, 1).Unix()}), nil, []pades.Reason{pades.EvidenceElsewhen}, false, 2},
		"over":                            {files(fields{"exp": signedAt.Add(-time.Hour).Unix()}), nil, []pades.Reason{pades.EvidenceElsewhen}, false, 2},
		"more signatures than it says":    {files(fields{"signatures_number": "1"}), nil, malformed, false, 0},
		"fewer signatures than it says":   {files(fields{"signatures_number": "3"}), nil, malformed, false, 0},
		"more documents than it says":     {files(fields{"documents_signed_number": "1"}), nil, malformed, false, 0},
		"a document numbered otherwise":   {files(fields{"document_02": "{}"}), nil, malformed, false, 0},
		"no numbers":                      {files(fields{"signatures_number": nil}), nil, malformed, false, 0},
		"a number below zero":             {files(fields{"signatures_number": "-1"}), nil, malformed, false, 0},
		"two documents of one title":      {files(fields{"document_2": text(t, fields{"title": "Lejekontrakt", "sha256Hex": digest([]byte("æ"))})}), nil, malformed, false, 0},
		"a digest that is none":           {files(fields{"document_2": text(t, fields{"title": "x", "sha256Hex": strings.Repeat("æ", 32)})}), nil, malformed, false, 0},
		"nobody signed":                   {files(fields{"signatures_number": "0", "signature_1": nil, "signature_2": nil}), nil, missing, false, 0},
		"nothing was signed":              {files(fields{"documents_signed_number": "0", "document_1": nil, "document_2": nil}), nil, missing, false, 2},
		"a signature that cannot be read": {files(fields{"signature_2": "{}"}), nil, malformed, false, 1},
		"a signature without a time":      {files(fields{"signature_2": text(t, fields{"Id": "x", "UserClaims": fields{"sub": "x"}})}), nil, malformed, false, 1},
		"a signature after the token": {files(fields{"signature_2": text(t, fields{"Created": signedAt.Add(time.Hour), "UserClaims": fields{"sub": "x"}})}), nil,
			[]pades.Reason{pades.EvidenceElsewhen}, false, 2},
	} {
		t.Run(title, func(t *testing.T) {
			p := netsPolicy(a, tokens)
			if c.change != nil {
				c.change(&p)
			}
			r := verify(t, sealed(t, a, c.files), p)
			assert.ElementsMatch(t, c.want, r.Reasons)
			assert.Len(t, r.Signatures[0].Persons, c.persons)
			if c.bySeal {
				assert.Contains(t, r.Signatures[0].Notes, pades.KeysBySeal)
			} else {
				assert.NotContains(t, r.Signatures[0].Notes, pades.KeysBySeal)
			}
		})
	}
}

// The attachments are those of the revision that the seal covers.
func TestSwappedAttachment(t *testing.T) {
	a, tokens := newAuthority(t), newTokenAuthority(t)
	pdf := sealed(t, a, tokens.attachments(t, nil))
	forged := swapAttachment(t, pdf, "workflow_token.jwt", []byte(jws(t, tokenKeys()[0], fields{"alg": "RS256", "kid": kid(tokens.leaf.Raw)}, workflow(t, fields{"workflow_id": "andet forløb"}))))
	r := verify(t, forged, netsPolicy(a, tokens))
	assert.Equal(t, pades.Failed, r.Verdict)
	assert.Contains(t, r.Reasons, pades.Modified)
	for _, p := range r.Signatures[0].Persons {
		assert.Equal(t, "forløb-ø", p.Order)
	}
}

// swapAttachment appends an update in which an attachment has other content.
func swapAttachment(t testing.TB, pdf []byte, title string, content []byte) []byte {
	t.Helper()
	at := max(bytes.Index(pdf, []byte("/UF("+title+")")), bytes.Index(pdf, []byte("/UF ("+title+")")))
	require.Positive(t, at)
	var num, last, size int
	start := bytes.LastIndex(pdf[:at], []byte(" 0 obj"))
	_, err := fmt.Sscan(string(pdf[bytes.LastIndexByte(pdf[:start], '\n')+1:start]), &num)
	require.NoError(t, err)
	trailer := pdf[bytes.LastIndex(pdf, []byte("trailer"))+len("trailer") : bytes.LastIndex(pdf, []byte("startxref"))]
	_, err = fmt.Sscanf(string(pdf[bytes.LastIndex(pdf, []byte("startxref"))+len("startxref"):]), "\n%d", &last)
	require.NoError(t, err)
	_, err = fmt.Sscanf(string(trailer[bytes.Index(trailer, []byte("/Size")):]), "/Size %d", &size)
	require.NoError(t, err)
	out := bytes.Clone(pdf)
	first := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>\nendobj\n", num, title, title, size)
	second := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n<</Type/EmbeddedFile/Length %d>>\nstream\n%s\nendstream\nendobj\n", size, len(content), content)
	start = len(out)
	dict := bytes.Replace(bytes.TrimSpace(trailer), fmt.Appendf(nil, "/Size %d", size), fmt.Appendf(nil, "/Prev %d /Size %d", last, size+1), 1)
	return fmt.Appendf(out, "xref\n%d 1\n%010d 00000 n \n%d 1\n%010d 00000 n \ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n", num, first, size, second, dict, start)
}

// The pages of a workflow are set anew: what counts is the digest in the token.
func TestNetsOriginal(t *testing.T) {
	a, tokens := newAuthority(t), newTokenAuthority(t)
	pdf := sealed(t, a, tokens.attachments(t, nil))
	other := sealed(t, a, tokens.attachments(t, fields{"document_1": text(t, fields{"title": "Lejekontrakt", "sha256Hex": digest([]byte("æ"))})}))
	strange := fakepdf.New(fakepdf.Page{Lines: []string{"Beløbet er 900.000 kr."}})
	for title, c := range map[string]struct {
		pdf, original []byte
		policy        pades.Policy
		want          []pades.Reason
	}{
		"the original":                        {pdf, contract(), netsPolicy(a, tokens), nil},
		"the other document":                  {pdf, []byte("bilag"), netsPolicy(a, tokens), nil},
		"another document":                    {pdf, strange, netsPolicy(a, tokens), []pades.Reason{pades.OriginalDiffers}},
		"the same pages, another digest":      {other, contract(), netsPolicy(a, tokens), []pades.Reason{pades.OriginalDiffers}},
		"generic, and an authority vouches":   {pdf, contract(), pades.Policy{Roots: netsPolicy(a, tokens).Roots, At: signedAt.Add(time.Hour)}, nil},
		"generic, and the seal alone vouches": {pdf, contract(), generic(a), []pades.Reason{pades.OriginalRewritten}},
	} {
		t.Run(title, func(t *testing.T) {
			c.policy.Original = c.original
			assert.Equal(t, c.want, verify(t, c.pdf, c.policy).Reasons)
		})
	}
}
