package neb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// Signed is what one person has signed. It prints as a placeholder.
type Signed struct {
	guarded
	Type   Type           // of a Signtext; PDF for an order
	SHA256 signing.Digest // of the Signtext.Body that was sent; zero for an order, whose digests are in its ticket
	// Signature says who signed. Its Evidence holds the transaction token and the OCSP answer
	// about its key, which prove the signature for years. Store them.
	Signature signing.Signature
	Login     *mitid.Login // the login that signed; its Claims are *neb.Claims of mitid/nets/neb

	Order       signing.ID // empty for a Signtext
	Transaction string     // the id of the signature in its order; empty for a Signtext
}

// Complete finishes a login that signs. state is the Redirect.State that this browser
// kept, as for mitid.Client.Complete, which says more.
//
// A Signed means that the person signed the bytes that were sent, at the level that was
// asked for, and that the transaction token proves it: its key is the broker's, the OCSP
// answer is about that key, it names the signing action, and its digest is that of the
// bytes. Otherwise the error is ErrEvidenceIncomplete, ErrDocumentMismatch,
// ErrSignerMismatch, ErrAssuranceTooLow or ErrTokenInvalid. ErrPending means that the
// person cancelled: they may begin again. Every error wraps that of package mitid.
func (s *Service) Complete(ctx context.Context, state string, cb mitid.Callback) (*Signed, error) {
	const op = "complete"
	l, err := s.answer.Complete(ctx, state, cb)
	if err != nil {
		return nil, refused(op, "", err)
	}
	said, ok := l.Claims.(*neb.Claims)
	if !ok || said.Signed == nil || said.Transaction == nil {
		return nil, &signing.Error{Kind: signing.EvidenceIncomplete, Service: name, Op: op, Why: "the login signed nothing"}
	}
	if !s.cfg.simulated && simulated(said) {
		return nil, &signing.Error{Kind: signing.SignerMismatch, Service: name, Op: op, Why: "a simulated identity has signed, which Config.Simulated does not allow"}
	}
	doc := said.Signed
	of := &Signed{Login: l, Transaction: doc.SignatureID, Signature: signing.Signature{
		Identity: l.Identity, Level: l.Level, SignedAt: time.Unix(said.Transaction.IssuedAt, 0).UTC(), Evidence: evidence(l),
	}}
	if doc.WorkflowID == "" {
		of.Type, of.SHA256 = typeOf(doc.Type), doc.SHA256
		return of, nil
	}
	order, signatory, ok := readNote(doc.Note)
	if !ok {
		return nil, &signing.Error{Kind: signing.InputInvalid, Service: name, Op: op, Why: "the login was begun by another version"}
	}
	of.Type, of.Order, of.Signature.Signatory = PDF, order, signatory
	return of, nil
}

// simulated reports whether a token of a login marks the identity as simulated.
func simulated(c *neb.Claims) bool {
	return c.IDToken != nil && marked(c.IDToken.Unknown) || c.UserInfo != nil && marked(c.UserInfo.Unknown) || c.Transaction != nil && marked(c.Transaction.Unknown)
}

// marked reports whether the claim simulated is there. The vendor's sample has the text
// "true". Anything but an absent claim, "false" or false marks a simulated identity.
func marked(claims map[string]json.RawMessage) bool {
	mark, there := claims["simulated"]
	return there && string(mark) != `"false"` && string(mark) != "false"
}

func typeOf(word string) Type {
	for t, w := range typeWords {
		if w == word {
			return Type(t)
		}
	}
	return PDF
}

// uses are the tokens of a login that prove a signature, by the name in signing.Token.
var uses = map[string]string{"id_token": "id_token", "transaction_token": "transaction_token", "transaction_token_ocsp_resp": "ocsp"}

// evidence returns the tokens of l that prove a signature.
func evidence(l *mitid.Login) []signing.Token {
	var ts []signing.Token
	for _, t := range l.Evidence.Tokens {
		if use := uses[t.Use]; use != "" {
			ts = append(ts, signing.Token{Use: use, Raw: signing.NewSecret(t.Raw.Reveal()), Key: t.Key})
		}
	}
	return ts
}
