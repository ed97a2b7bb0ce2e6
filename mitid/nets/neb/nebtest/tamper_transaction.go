package nebtest

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// approving is a login that shows a text, so that its answer must hold a
// transaction token.
func approving() mitid.Request {
	return mitid.Request{TransactionText: mitid.Text{Body: "Jeg køber Ærø for 100 kr."}, Action: mitid.Sign}
}

// transactionTamperings spoil the transaction token.
func (n *dialect) transactionTamperings() []mitidtest.Tampering {
	ts := mitidtest.TokenTamperings(StageTransactionToken, "transaction-token", "signed-by-other-key", "other-azp",
		"loose-base64-bits") // a signature of 384 bytes has none
	on := func(name, doc string, f func(*mitidtest.Broker, *mitidtest.Token)) {
		ts = append(ts, mitidtest.On(name, doc, StageTransactionToken, mitid.TokenInvalid, f))
	}
	change := func(name, doc, claim string, value any) {
		on("transaction-token-"+name, doc, func(_ *mitidtest.Broker, d *mitidtest.Token) { d.Payload.Set(claim, value) })
	}
	on("transaction-token-signed-by-token-key", "the transaction token is signed by the key of ID tokens", func(b *mitidtest.Broker, d *mitidtest.Token) {
		d.Key = b.Keys().Active()
		d.Header.Set("kid", d.Key.ID)
	})
	on("transaction-token-signed-by-token-key-known-kid", "the key of ID tokens signs under the transaction key's id", func(b *mitidtest.Broker, d *mitidtest.Token) { d.Key = b.Keys().Active() })
	on("transaction-token-signed-by-look-alike", "a key with the right certificate subject signs, and is not published", func(b *mitidtest.Broker, d *mitidtest.Token) {
		d.Key = n.keys.stranger
		d.Header.Set("kid", d.Key.ID)
	})
	on("transaction-token-own-certificate", "a key with the right certificate subject comes along in the header", func(b *mitidtest.Broker, d *mitidtest.Token) {
		d.Key = n.keys.stranger
		d.Header.Set("kid", d.Key.ID)
		d.Header.Add("x5c", d.Key.JWK.Get("x5c"))
	})
	change("other-subject", "the transaction token is about another subject", "sub", "00000000-0000-4000-8000-000000000000")
	change("other-login", "the transaction token is of another login", "transaction_id", "00000000-0000-4000-8000-000000000000")
	change("other-mitid-login", "the transaction token is of another MitID login", "mitid.transaction_id", "00000000-0000-4000-8000-000000000000")
	change("other-person", "the transaction token is about another MitID person", "mitid.uuid", "00000000-0000-4000-8000-000000000000")
	change("other-redirect-address", "the transaction token is of a login that went elsewhere", "redirect_uri", "https://other.example/callback")
	on("transaction-token-missing-login", "the transaction token does not say of which login it is", func(_ *mitidtest.Broker, d *mitidtest.Token) { d.Payload.Drop("transaction_id") })
	for i := range ts {
		ts[i].Request = approving()
	}
	return ts
}

// textTamperings change what the answer says that the person approved.
func textTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	on := func(name, doc string, f func(*mitidtest.Broker, *mitidtest.Token)) {
		t := mitidtest.On(name, doc, StageTransactionToken, mitid.TransactionMismatch, f)
		t.Request = approving()
		ts = append(ts, t)
	}
	both := func(d *mitidtest.Token, claim string, value any) {
		d.Payload.Set(claim, value)
		d.Payload.Set("mitid."+claim, value)
	}
	drop := func(claims ...string) func(*mitidtest.Broker, *mitidtest.Token) {
		return func(_ *mitidtest.Broker, d *mitidtest.Token) {
			for _, c := range claims {
				d.Payload.Drop(c)
				d.Payload.Drop("mitid." + c)
			}
		}
	}
	digest := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	const other = "Jeg sælger Ærø for 1 kr."
	on("missing-text", "nothing is told of a text", drop("transaction_text", "transaction_text_type", "transaction_text_sha256"))
	on("missing-text-digest", "the digest of the text is not told", drop("transaction_text_sha256"))
	on("missing-text-type", "the type of the text is not told", drop("transaction_text_type"))
	on("text-not-approved", "the person logged in and approved nothing", func(_ *mitidtest.Broker, d *mitidtest.Token) { d.Payload.Set("transaction_actions", "mitid.login") })
	on("other-text-digest", "the digest is that of another text", func(_ *mitidtest.Broker, d *mitidtest.Token) { both(d, "transaction_text_sha256", digest(other)) })
	on("text-digest-of-base64", "the digest is of the Base64, not of the text", func(_ *mitidtest.Broker, d *mitidtest.Token) {
		body, _ := d.Payload.Get("transaction_text").(string)
		both(d, "transaction_text_sha256", digest(body))
	})
	on("other-text", "the person saw another text", func(_ *mitidtest.Broker, d *mitidtest.Token) {
		both(d, "transaction_text", base64.StdEncoding.EncodeToString([]byte(other)))
	})
	on("other-text-and-digest", "the person saw another text, and its digest came", func(_ *mitidtest.Broker, d *mitidtest.Token) {
		both(d, "transaction_text", base64.StdEncoding.EncodeToString([]byte(other)))
		both(d, "transaction_text_sha256", digest(other))
	})
	on("other-text-type", "the person saw the text as html", func(_ *mitidtest.Broker, d *mitidtest.Token) { both(d, "transaction_text_type", "html") })
	gone := mitidtest.On("missing-transaction-token", "the token answer has no transaction token", mitidtest.StageToken, mitid.TransactionMismatch, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
		p.Object.Drop("transaction_token")
		p.Object.Drop("transaction_token_ocsp_resp")
	})
	gone.Request = approving()
	return append(ts, gone)
}

// ocspTamperings spoil the OCSP answer beside the transaction token.
func (n *dialect) ocspTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	on := func(name, doc string, f func(b *mitidtest.Broker, a *ocspAnswer)) {
		t := mitidtest.On("ocsp-"+name, doc, StageOCSP, mitid.TokenInvalid, f)
		t.Request = approving()
		ts = append(ts, t)
	}
	on("missing", "there is no OCSP answer", func(_ *mitidtest.Broker, a *ocspAnswer) { a.missing = true })
	on("unauthorized", "the OCSP answer is an error", func(_ *mitidtest.Broker, a *ocspAnswer) { a.status = 6 })
	on("try-later", "the OCSP answer says to try later", func(_ *mitidtest.Broker, a *ocspAnswer) { a.status = 3 })
	on("revoked", "the certificate is revoked", func(_ *mitidtest.Broker, a *ocspAnswer) { a.verdict = ocspRevoked(a.at.Add(-time.Hour)) })
	on("unknown", "the certificate is unknown", func(_ *mitidtest.Broker, a *ocspAnswer) { a.verdict = ocspUnknown })
	on("other-certificate", "the OCSP answer is about another certificate", func(b *mitidtest.Broker, a *ocspAnswer) { a.cert = n.keys.stranger.Certificate })
	on("wrong-serial", "the OCSP answer is about the next serial number", func(_ *mitidtest.Broker, a *ocspAnswer) {
		next := *a.cert
		next.SerialNumber = new(big.Int).Add(a.cert.SerialNumber, big.NewInt(1))
		a.cert = &next
	})
	on("expired", "the OCSP answer has expired", func(_ *mitidtest.Broker, a *ocspAnswer) {
		a.at, a.produced, a.until = a.at.AddDate(0, 0, -10), a.produced.AddDate(0, 0, -10), a.until.AddDate(0, 0, -8)
	})
	on("in-future", "the OCSP answer is of tomorrow", func(_ *mitidtest.Broker, a *ocspAnswer) {
		a.at, a.produced, a.until = a.at.AddDate(0, 0, 1), a.produced.AddDate(0, 0, 1), a.until.AddDate(0, 0, 1)
	})
	on("wrong-signature", "the OCSP answer's signature is wrong", func(_ *mitidtest.Broker, a *ocspAnswer) { a.breakSignature = true })
	on("trailing-bytes", "the OCSP answer is followed by more bytes", func(_ *mitidtest.Broker, a *ocspAnswer) { a.trailing = []byte{5, 0} })
	on("missing-certificate", "the responder's certificate is missing", func(_ *mitidtest.Broker, a *ocspAnswer) { a.certs = nil })
	responder := func(name, doc string, change func(t *x509.Certificate), foreign bool) {
		on(name, doc, func(b *mitidtest.Broker, a *ocspAnswer) {
			if r := spoiltResponder(n.keys, a, change, foreign); r != nil {
				a.responder, a.certs = r, []*x509.Certificate{r.cert}
			}
		})
	}
	responder("missing-purpose", "the responder's certificate is not for OCSP", func(t *x509.Certificate) { t.ExtKeyUsage = nil }, false)
	responder("other-purpose", "the responder's certificate is for a web server", func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, false)
	responder("expired-responder", "the responder's certificate has expired", func(t *x509.Certificate) {
		t.NotBefore, t.NotAfter = t.NotBefore.AddDate(-1, 0, 0), t.NotBefore.AddDate(0, -1, 0)
	}, false)
	responder("other-authority", "another authority issued the responder's certificate", func(*x509.Certificate) {}, true)
	return ts
}

// spoiltResponder makes a responder with a certificate that change alters before it is
// issued. If foreign, an unknown authority issues it.
func spoiltResponder(k *keySet, a *ocspAnswer, change func(*x509.Certificate), foreign bool) *ocspResponder {
	t := responderTemplate(a.responder.cert.NotBefore, a.responder.cert.NotAfter)
	change(t)
	if !foreign {
		r, _ := k.issueResponder(t) // nil where it failed
		return r
	}
	t.SignatureAlgorithm = x509.UnknownSignatureAlgorithm // that of its key
	stranger, err := fakehttp.NewAuthority("mitidtest")
	if err != nil {
		return nil
	}
	issued, err := stranger.Issue(*t)
	if err != nil {
		return nil
	}
	return &ocspResponder{issued.PrivateKey.(*ecdsa.PrivateKey), issued.Leaf}
}
