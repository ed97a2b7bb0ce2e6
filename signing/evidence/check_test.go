package evidence_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// bad is a bundle that proves nothing, and why. Write refuses it, and so does Verify,
// which does not trust what wrote the bundle.
type bad struct {
	bundle evidence.Bundle
	kind   signing.Kind
	part   string
}

// refused checks that neither Write nor Verify takes the bundle.
func refused(t *testing.T, b bad, p evidence.Policy) {
	t.Helper()
	p.TimestampOptional = true
	_, err := tryWrite(b.bundle, evidence.Options{Policy: p})
	requireKind(t, b.kind, err)
	_, err = verify(evidence.WriteUnchecked(t, b.bundle, began.Add(time.Minute)), began.Add(time.Hour), p)
	requireKind(t, b.kind, err)
	var e *evidence.Error
	require.ErrorAs(t, err, &e)
	if b.part != "" {
		assert.Equal(t, b.part, e.Part)
	}
}

func idToken(s string) evidence.Part { return evidence.Text(evidence.PartIDToken, "", s) }
func transactionPart(s string) evidence.Part {
	return evidence.Text(evidence.PartTransactionToken, "", s)
}

func TestTokens(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	good := message(t, i)
	jwk := i.jwk(t)
	replaced := func(s string) evidence.Bundle { return with(good, evidence.PartIDToken, idToken(s)) }
	claims := func(c object) evidence.Bundle { return replaced(i.token(t, claimsOf(c))) }
	genuine := i.token(t, claimsOf(nil))
	flipped := []byte(genuine)
	flipped[len(flipped)-8] ^= 1
	header := func(h object) evidence.Bundle { return replaced(i.tokenWith(t, h, claimsOf(nil))) }

	for name, b := range map[string]bad{
		"signature-bit":          {replaced(string(flipped)), signing.TokenInvalid, "id-token-1.jwt"},
		"signed-by-another":      {replaced(other.token(t, claimsOf(nil))), signing.TokenInvalid, "id-token-1.jwt"},
		"alg-none":               {header(object{"alg": "none", "kid": i.kid}), signing.TokenInvalid, "id-token-1.jwt"},
		"alg-hs256":              {header(object{"alg": "HS256", "kid": i.kid}), signing.TokenInvalid, "id-token-1.jwt"},
		"alg-rs256":              {header(object{"alg": "RS256", "kid": i.kid}), signing.TokenInvalid, "id-token-1.jwt"},
		"brings-its-key":         {header(object{"alg": "ES256", "kid": i.kid, "jwk": jwk}), signing.TokenInvalid, "id-token-1.jwt"},
		"logout-token":           {header(object{"alg": "ES256", "kid": i.kid, "typ": "logout+jwt"}), signing.TokenInvalid, "id-token-1.jwt"},
		"kid-of-another":         {header(object{"alg": "ES256", "kid": "2"}), signing.EvidenceIncomplete, "id-token-1.jwt"},
		"line-break-behind":      {replaced(genuine + "\n"), signing.TokenInvalid, "id-token-1.jwt"},
		"key-removed":            {with(good, evidence.PartKeys, evidence.Text(evidence.PartKeys, "", `{"keys":[]}`)), signing.EvidenceIncomplete, "id-token-1.jwt"},
		"keys-removed":           {with(good, evidence.PartKeys), signing.EvidenceIncomplete, "id-token-1.jwt"},
		"keys-not-json":          {with(good, evidence.PartKeys, evidence.Text(evidence.PartKeys, "", `<p>Æ</p>`)), signing.EvidenceIncomplete, "keys-1.json"},
		"keys-of-another":        {with(good, evidence.PartKeys, evidence.Text(evidence.PartKeys, "", other.jwks(t))), signing.TokenInvalid, "id-token-1.jwt"},
		"token-removed":          {with(good, evidence.PartIDToken), signing.EvidenceIncomplete, ""},
		"expired-before-issue":   {claims(object{"exp": began.Add(-time.Hour).Unix()}), signing.TokenInvalid, "id-token-1.jwt"},
		"not-yet-valid":          {claims(object{"nbf": began.Add(time.Hour).Unix()}), signing.TokenInvalid, "id-token-1.jwt"},
		"issued-in-the-future":   {claims(object{"iat": began.Add(2 * time.Hour).Unix()}), signing.TokenInvalid, "id-token-1.jwt"},
		"never-expires":          {claims(object{"exp": nil}), signing.TokenInvalid, "id-token-1.jwt"},
		"no-time-of-issue":       {claims(object{"iat": nil}), signing.TokenInvalid, "id-token-1.jwt"},
		"time-as-text":           {claims(object{"iat": "1796040000"}), signing.TokenInvalid, "id-token-1.jwt"},
		"time-beyond-all":        {claims(object{"exp": 1e30}), signing.TokenInvalid, "id-token-1.jwt"},
		"no-issuer":              {claims(object{"iss": nil}), signing.TokenInvalid, "id-token-1.jwt"},
		"two-audiences":          {claims(object{"aud": []string{clientID, "other"}}), signing.TokenInvalid, "id-token-1.jwt"},
		"no-audience":            {claims(object{"aud": nil}), signing.TokenInvalid, "id-token-1.jwt"},
		"client-of-another":      {claims(object{"aud": clientID + "x"}), signing.TokenInvalid, "id-token-1.jwt"},
		"nonce-of-another":       {claims(object{"nonce": "n-0S6_WzA2Mjx"}), signing.TokenInvalid, "id-token-1.jwt"},
		"nonce-missing":          {claims(object{"nonce": nil}), signing.TokenInvalid, "id-token-1.jwt"},
		"claim-in-another-case":  {claims(object{"RefTextBody": "x"}), signing.TokenInvalid, "id-token-1.jwt"},
		"text-missing":           {claims(object{"refTextBody": nil}), signing.EvidenceIncomplete, "reference-text-1.txt"},
		"text-plus-one":          {claims(object{"refTextBody": shown + "x"}), signing.DocumentMismatch, "reference-text-1.txt"},
		"text-minus-one":         {claims(object{"refTextBody": shown[:len(shown)-1]}), signing.DocumentMismatch, "reference-text-1.txt"},
		"text-decomposed":        {claims(object{"refTextBody": strings.Replace(shown, "Å", "A\u030a", 1)}), signing.DocumentMismatch, "reference-text-1.txt"},
		"another-discovery":      {with(good, evidence.PartDiscovery, evidence.Text(evidence.PartDiscovery, "", `{"issuer":"https://acme.test.examplex"}`)), signing.TokenInvalid, "id-token-1.jwt"},
		"discovery-not-json":     {with(good, evidence.PartDiscovery, evidence.Text(evidence.PartDiscovery, "", `Øv`)), signing.EvidenceIncomplete, "discovery-1.json"},
		"another-issuers-token":  {with(good, evidence.PartUserinfoToken, evidence.Text(evidence.PartUserinfoToken, "", i.token(t, claimsOf(object{"iss": issuerURL + "x"})))), signing.TokenInvalid, "userinfo-token-1.jwt"},
		"another-persons-token":  {with(good, evidence.PartUserinfoToken, evidence.Text(evidence.PartUserinfoToken, "", i.token(t, claimsOf(object{"sub": "{5f4d}"})))), signing.TokenInvalid, "userinfo-token-1.jwt"},
		"request-asks-another":   {with(good, evidence.PartRequest, evidence.Text(evidence.PartRequest, "", "message_sha256="+strings.Repeat("0", 64))), signing.DocumentMismatch, "request-1.txt"},
		"request-asks-more":      {with(good, evidence.PartRequest, evidence.Text(evidence.PartRequest, "", "transaction_text_sha256="+strings.Repeat("0", 64))), signing.EvidenceIncomplete, "request-1.txt"},
		"request-nonce-twice":    {with(good, evidence.PartRequest, evidence.Text(evidence.PartRequest, "", "nonce=n-0S6_WzA2Mj&nonce=x")), signing.EvidenceIncomplete, "request-1.txt"},
		"request-malformed":      {with(good, evidence.PartRequest, evidence.Text(evidence.PartRequest, "", "nonce=%zz")), signing.EvidenceIncomplete, "request-1.txt"},
		"token-in-another-place": {with(with(good, evidence.PartIDToken), evidence.PartTransactionToken, transactionPart(i.tokenWith(t, object{"alg": "ES256", "kid": i.kid, "typ": "at+jwt"}, claimsOf(nil)))), signing.TokenInvalid, "transaction-token-1.jwt"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, b, evidence.Policy{}) })
	}
	t.Run("policy-issuer-plus-one", func(t *testing.T) {
		refused(t, bad{good, signing.TokenInvalid, "id-token-1.jwt"}, evidence.Policy{Issuer: issuerURL + "x"})
	})
	t.Run("policy-client-plus-one", func(t *testing.T) {
		refused(t, bad{good, signing.TokenInvalid, "id-token-1.jwt"}, evidence.Policy{ClientID: clientID + "x"})
	})
	t.Run("kid-missing-one-key", func(t *testing.T) { write(t, header(object{"alg": "ES256"}), evidence.Options{}) })
	t.Run("text-optional", func(t *testing.T) {
		p := evidence.Policy{ReferenceTextOptional: true, TimestampOptional: true}
		file := write(t, claims(object{"refTextBody": nil}), evidence.Options{Policy: p})
		r, err := verify(file, began, p)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(r.Unchecked, "\n"), "whether MitID showed it")
	})
}

// The keys as fetched decide, where they are there: keys that the application put
// together are its own word.
func TestTokenKeys(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	other.kid = "2"
	good := message(t, i)
	mine := evidence.Text(evidence.PartTokenKeys, "", i.jwks(t))
	refused(t, bad{with(with(good, evidence.PartKeys, evidence.Text(evidence.PartKeys, "", other.jwks(t))), evidence.PartTokenKeys, mine), signing.EvidenceIncomplete, "id-token-1.jwt"}, evidence.Policy{})

	r, err := verify(write(t, with(good, evidence.PartKeys, mine), evidence.Options{}), began, untimed())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Unchecked, "\n"), "whether the issuer published the keys")
}

// A certificate with a negative serial number does not stop a key, as Criipto's have one.
func TestNegativeSerial(t *testing.T) {
	i := newIssuer(t)
	der := negativeSerial(t, i)
	_, err := x509.ParseCertificate(der)
	require.Error(t, err, "Go refuses such a certificate, or this test shows nothing")
	jwk := i.jwk(t)
	jwk["x5c"] = []string{base64.StdEncoding.EncodeToString(der)}
	b := with(message(t, i), evidence.PartKeys, evidence.Text(evidence.PartKeys, "", marshal(t, object{"keys": []any{jwk}})))
	_, err = verify(write(t, b, evidence.Options{}), began.AddDate(9, 0, 0), untimed())
	require.NoError(t, err)
}

// negativeSerial makes a certificate and turns its serial number, 1, into -1 (the
// signature is then wrong, which nobody looks at).
func negativeSerial(tb testing.TB, i *issuer) []byte {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mitid"}}, &x509.Certificate{Subject: pkix.Name{CommonName: "mitid"}}, i.key.Public(), i.key)
	require.NoError(tb, err)
	at := strings.Index(string(der), "\x02\x01\x01\x30")
	require.Positive(tb, at)
	der[at+2] = 0xff
	return der
}

// texts is a login with a transaction text, without certificates.
func texts(t *testing.T, i *issuer, claims object) evidence.Bundle {
	t.Helper()
	return evidence.Bundle{About: evidence.AboutLogin, Reference: "sag-18", Parts: []evidence.Part{
		evidence.Text(evidence.PartTransactionText, "text/plain; charset=utf-8", shown),
		transactionPart(i.token(t, transaction(claims))),
		evidence.Text(evidence.PartKeys, "", i.jwks(t)),
	}}
}

func TestTransactionTexts(t *testing.T) {
	i := newIssuer(t)
	policy := evidence.Policy{OCSPOptional: true}
	b64 := base64.StdEncoding.EncodeToString
	sum := sha256.Sum256([]byte(shown + "x"))
	both := func(c object) evidence.Bundle {
		twice := object{}
		for name, v := range c {
			twice[name], twice["mitid."+name] = v, v
		}
		return texts(t, i, twice)
	}
	for name, b := range map[string]bad{
		"digest-missing":      {both(object{"transaction_text_sha256": nil}), signing.EvidenceIncomplete, "transaction-token-1.jwt"},
		"nothing-told":        {both(object{"transaction_text": nil, "transaction_text_type": nil, "transaction_text_sha256": nil}), signing.EvidenceIncomplete, "transaction-text-1.txt"},
		"action-missing":      {texts(t, i, object{"transaction_actions": []string{"mitid.login"}}), signing.EvidenceIncomplete, "transaction-token-1.jwt"},
		"session-reused":      {texts(t, i, object{"transaction_actions": "mitid.reuse_jwt"}), signing.EvidenceIncomplete, "transaction-token-1.jwt"},
		"digest-of-another":   {both(object{"transaction_text_sha256": b64(sum[:])}), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"text-of-another":     {both(object{"transaction_text": b64([]byte(shown + "x"))}), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"another-type":        {both(object{"transaction_text_type": "html"}), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"type-missing":        {both(object{"transaction_text_type": nil}), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"spellings-differ":    {texts(t, i, object{"mitid.transaction_text_sha256": b64(sum[:])}), signing.TokenInvalid, "transaction-token-1.jwt"},
		"digest-hexadecimal":  {both(object{"transaction_text_sha256": hex.EncodeToString(sum[:])}), signing.EvidenceIncomplete, "transaction-token-1.jwt"},
		"text-not-kept":       {with(texts(t, i, nil), evidence.PartTransactionText), signing.EvidenceIncomplete, "transaction-token-1.jwt"},
		"another-text-kept":   {with(texts(t, i, nil), evidence.PartTransactionText, evidence.Text(evidence.PartTransactionText, "", shown+"\n")), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"one-text-too-many":   {with(texts(t, i, nil), evidence.PartOther, evidence.Text(evidence.PartTransactionText, "", "Ét til")), signing.EvidenceIncomplete, "transaction-text-2.txt"},
		"actions-of-numbers":  {texts(t, i, object{"transaction_actions": []int{1}}), signing.TokenInvalid, "transaction-token-1.jwt"},
		"text-plain-for-html": {with(texts(t, i, nil), evidence.PartTransactionText, evidence.Text(evidence.PartTransactionText, "text/html", shown)), signing.DocumentMismatch, "transaction-token-1.jwt"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, b, policy) })
	}
	for name, b := range map[string]evidence.Bundle{
		"genuine":             texts(t, i, nil),
		"action-as-text":      texts(t, i, object{"transaction_actions": "mitid.transaction_signing"}),
		"without-mitid-names": texts(t, i, object{"mitid.transaction_text": nil, "mitid.transaction_text_type": nil, "mitid.transaction_text_sha256": nil}),
		"with-mitid-names":    texts(t, i, object{"transaction_text": nil, "transaction_text_type": nil, "transaction_text_sha256": nil}),
		"digest-alone":        both(object{"transaction_text": nil}),
	} {
		t.Run(name, func(t *testing.T) {
			p := policy
			p.TimestampOptional = true
			_, err := verify(write(t, b, evidence.Options{Policy: p}), began, p)
			require.NoError(t, err)
		})
	}
}

func pdf(text string) []byte { return []byte("%PDF-1.7\n" + text + "\n%%EOF\n") }

func TestDocuments(t *testing.T) {
	i := newIssuer(t)
	lease, annex := pdf("Lejekontrakt for Ærøgade 1"), pdf("Bilag Å")
	sum, sum2 := sha256.Sum256(lease), sha256.Sum256(annex)
	together := sha256.Sum256(append(append([]byte(nil), sum[:]...), sum2[:]...))
	signed := evidence.Bytes(evidence.PartSigned, "", pdf("underskrevet"))
	bundle := func(k evidence.PartKind, claims object, documents ...[]byte) evidence.Bundle {
		b := evidence.Bundle{About: evidence.AboutSignature, Reference: "ordre-1", Parts: []evidence.Part{
			evidence.Text(k, "", i.token(t, claims)), evidence.Text(evidence.PartKeys, "", i.jwks(t)), signed,
		}}
		for _, d := range documents {
			b.Parts = append(b.Parts, evidence.Bytes(evidence.PartOriginal, "", d))
		}
		return b
	}
	message := func(text any) object { return claimsOf(object{"refTextBody": text}) }
	x := hex.EncodeToString
	pdfText := func(digest []byte) object {
		return claimsOf(object{"refTextBody": nil, "transaction_actions": []string{"mitid.transaction_signing"}, "transaction_text_type": "pdf", "transaction_text_sha256": base64.StdEncoding.EncodeToString(digest)})
	}
	workflow := claimsOf(object{"refTextBody": nil, "workflow_pdf_title_and_sha256": marshal(t, object{"Lejekontrakt": x(sum[:]), "Bilag": x(sum2[:])})})
	token := claimsOf(object{"refTextBody": nil, "aud": "29915938", "document_1": marshal(t, object{"title": "Leje", "sha256Hex": x(sum[:])}), "document_2": marshal(t, object{"title": "Å", "sha256Hex": x(sum2[:])})})
	policy := evidence.Policy{OCSPOptional: true, TimestampOptional: true}

	for name, b := range map[string]evidence.Bundle{
		"message":            bundle(evidence.PartIDToken, message(x(sum[:])), lease),
		"message-with-words": bundle(evidence.PartIDToken, message("Lejekontrakt: "+x(sum[:])+"."), lease),
		"several-in-one":     bundle(evidence.PartIDToken, message(x(together[:])), lease, annex),
		"sign-text-pdf":      bundle(evidence.PartTransactionToken, pdfText(sum[:]), lease),
		"workflow":           bundle(evidence.PartTransactionToken, workflow, lease, annex),
		"workflow-token":     bundle(evidence.PartWorkflowToken, token, lease, annex),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := verify(write(t, b, evidence.Options{Policy: policy, Now: at(began.AddDate(0, 0, 30))}), began.AddDate(7, 0, 0), policy)
			require.NoError(t, err)
			assert.Contains(t, strings.Join(r.Unchecked, "\n"), "the signatures inside the signed documents")
		})
	}
	for name, b := range map[string]bad{
		"no-digest":             {bundle(evidence.PartIDToken, message(nil), lease), signing.EvidenceIncomplete, "original-1.pdf"},
		"digest-of-another":     {bundle(evidence.PartIDToken, message(x(sum2[:])), lease), signing.DocumentMismatch, "original-1.pdf"},
		"digest-in-longer-run":  {bundle(evidence.PartIDToken, message("a"+x(sum[:])), lease), signing.EvidenceIncomplete, "original-1.pdf"},
		"one-of-two":            {bundle(evidence.PartIDToken, message(x(sum[:])), lease, annex), signing.DocumentMismatch, "original-2.pdf"},
		"two-in-another-order":  {bundle(evidence.PartIDToken, message(x(together[:])), annex, lease), signing.DocumentMismatch, "original-1.pdf"},
		"pdf-of-another":        {bundle(evidence.PartTransactionToken, pdfText(sum2[:]), lease), signing.DocumentMismatch, "transaction-token-1.jwt"},
		"workflow-malformed":    {bundle(evidence.PartTransactionToken, claimsOf(object{"workflow_pdf_title_and_sha256": `{"a":"b"}`}), lease), signing.TokenInvalid, "transaction-token-1.jwt"},
		"workflow-duplicate":    {bundle(evidence.PartTransactionToken, claimsOf(object{"workflow_pdf_title_and_sha256": `{"a":"` + x(sum[:]) + `","a":"` + x(sum[:]) + `"}`}), lease), signing.TokenInvalid, "transaction-token-1.jwt"},
		"workflow-of-another":   {bundle(evidence.PartWorkflowToken, token, pdf("Ø")), signing.DocumentMismatch, "original-1.pdf"},
		"workflow-token-broken": {bundle(evidence.PartWorkflowToken, claimsOf(object{"document_1": 1}), lease), signing.TokenInvalid, "workflow-token-1.jwt"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, b, policy) })
	}
}

// A workflow token's key is a certificate, whose thumbprint the token names.
func TestWorkflowTokenByCertificate(t *testing.T) {
	i := newIssuer(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: "Fictitious workflow"}, NotBefore: began, NotAfter: began.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, i.key.Public(), i.key)
	require.NoError(t, err)
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	foreign, err := x509.CreateCertificate(rand.Reader, template, template, stranger.Public(), stranger)
	require.NoError(t, err)
	b := evidence.Bundle{About: evidence.AboutSignature, Reference: "ordre-2", Parts: []evidence.Part{
		evidence.Text(evidence.PartWorkflowToken, "", i.token(t, claimsOf(object{"refTextBody": nil}))),
		evidence.Bytes(evidence.PartCertificate, "", foreign), evidence.Bytes(evidence.PartCertificate, "", der),
	}}
	policy := evidence.Policy{OCSPOptional: true, TimestampOptional: true}
	_, err = verify(write(t, b, evidence.Options{Policy: policy}), began, policy)
	require.NoError(t, err)
	refused(t, bad{b, signing.EvidenceIncomplete, "workflow-token-1.jwt"}, evidence.Policy{}) // no OCSP answer
	refused(t, bad{with(b, evidence.PartCertificate, evidence.Bytes(evidence.PartCertificate, "", foreign)), signing.EvidenceIncomplete, "workflow-token-1.jwt"}, evidence.Policy{})
}
