package nebtest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// transactionLife is how long a transaction token holds: six years.
const transactionLife = 189388800 * time.Second

// transaction returns the transaction token, signed by a key of its own, and the
// OCSP answer about that key's certificate. The answer is nil when a tampering
// took it away.
func (n *dialect) transaction(g *grant, s Settings) (string, []byte, error) {
	d := newToken(n.keys.transaction, "JWT", n.transactionClaims(g, s))
	mitidtest.Spoil(n.b, StageTransactionToken, d)
	token, err := d.Serialize()
	if err != nil {
		return "", nil, err
	}
	if t := g.text; t != nil && t.kind == "pdf" && !g.reused {
		n.signed.Put(digestOf(token), &receipt{t, g}, transactionLife)
	}
	proof, err := n.ocspFor(n.b.Now())
	return token, proof, err
}

func (n *dialect) transactionClaims(g *grant, s Settings) mitidtest.Object {
	var o mitidtest.Object
	for _, m := range n.capacity(g, s) {
		if m.Name == "loa" {
			o.Add("amr", g.amr()) // a text here
		}
		o.Add(m.Name, m.Value)
	}
	o = append(o, g.details(s)...)
	o.Add("auth_time", unixText(g.session.at))
	o.Add("sub", g.session.sub)
	o.Add("transaction_id", g.transaction)
	o.Add("redirect_uri", g.req.params.Get("redirect_uri"))
	o = o.Optional("nonce", g.req.params.Get("nonce"))
	o.Add("requested_scope", g.req.params.Get("scope"))
	o = append(o, g.aboutLogin()...)
	switch t := g.text; {
	case t == nil:
	case t.signer != nil:
		o = append(o, t.signer.claims(g.workflowSignature)...)
	case !g.reused:
		for _, prefix := range s.TextPrefixes {
			if t.kind != "pdf" { // a document does not come back
				o.Add(prefix+"transaction_text", t.body)
			}
			o.Add(prefix+"transaction_text_type", t.kind)
			o.Add(prefix+"transaction_text_sha256", t.digest())
		}
	}
	if actions := n.actions(g); len(actions) == 1 {
		o.Add("transaction_actions", actions[0])
	} else {
		o.Add("transaction_actions", actions)
	}
	o.Add("transaction_client_ip", "127.0.0.1")
	now := n.b.Now().Unix()
	o.Add("nbf", now)
	o.Add("exp", now+int64(transactionLife/time.Second))
	o.Add("iat", now)
	o.Add("iss", n.b.Issuer())
	o.Add("aud", n.b.ClientID())
	return n.spoilt(g, o)
}

// digest is taken over the decoded text, not over its Base64.
func (t *approvalText) digest() string {
	sum := sha256.Sum256(t.raw)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// actions are what the person did in this transaction.
func (n *dialect) actions(g *grant) []string {
	done := []string{"mitid.login"}
	if g.reused {
		done = []string{"mitid.reuse_jwt"}
	}
	n.mu.Lock()
	matched := g.session.matched
	n.mu.Unlock()
	if g.consent || matched {
		done = append(done, "mitid.cpr_match")
	}
	switch {
	case g.text == nil:
	case g.text.signer != nil:
		done = append(done, "workflow_finalized")
	case !g.reused:
		done = append(done, "mitid.transaction_signing")
	}
	if g.session.company != nil {
		done = append(done, "mitid_erhverv.identity_selected")
	}
	return done
}

// signedText are userinfo's claims about a text: never the text itself.
func (g *grant) signedText() mitidtest.Object {
	if g.text == nil || g.text.signer != nil || g.reused {
		return nil
	}
	return mitidtest.Object{{"mitid.transaction_text_type", g.text.kind}, {"mitid.transaction_text_sha256", g.text.digest()}}
}

// spoilReference changes the reference text that comes back in the next login,
// wherever it does; an empty text takes it away.
func (n *dialect) spoilReference(text string) {
	n.b.Apply(mitidtest.On("", "", StagePerson, mitid.TransactionMismatch, func(_ *mitidtest.Broker, o *mitidtest.Object) {
		if !slices.ContainsFunc(*o, func(m mitidtest.Member) bool { return strings.HasSuffix(m.Name, ".reference_text") }) {
			return
		}
		if text == "" {
			o.Drop("mitid.reference_text")
			return
		}
		o.Set("mitid.reference_text", base64.StdEncoding.EncodeToString([]byte(text)))
	}))
}
