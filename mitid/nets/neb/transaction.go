package neb

import (
	"context"
	"errors"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// signingAction says that the person approved a text (Signaturgruppen, transaction
// token).
const signingAction = "mitid.transaction_signing"

// transaction is a verified transaction token with its OCSP answer.
type transaction struct {
	claims *Transaction
	texts  mitid.Texts
	tokens []mitid.Token
}

// transactionOf verifies the transaction token of a login in the vendor's order:
// signature and key, the login that it belongs to, the certificate with its OCSP answer,
// the texts.
func (b *Broker) transactionOf(ctx context.Context, a *mitid.Attempt, id *IDToken, answer *oidcrp.Tokens, doc *Document) (*transaction, error) {
	raw := answer.Extra["transaction_token"]
	switch {
	case raw == "" && doc != nil:
		return nil, incomplete("the answer holds no transaction token; may the client use the scope transaction_token?")
	case raw == "" && (a.Transaction != nil || a.Reference != nil):
		return nil, fault.New(fault.TransactionMismatch, "the answer holds no transaction token, which would tell of the text")
	case raw == "":
		return nil, fault.New(fault.ResponseInvalid, "the answer holds no transaction token; may the client use the scope transaction_token?")
	}
	rules := oidcrp.Rules{Token: "transaction token", Nonce: a.Nonce, Types: []string{"jwt"}, Signer: b.signsTransactions}
	t, err := oidcbroker.Verify(ctx, b.oidc, raw, rules, ParseTransaction, func(c *Transaction) *claims.Registered { return &c.Registered })
	if err != nil {
		return nil, err
	}
	x := &transaction{claims: t.Claims}
	if doc != nil && x.claims.twoTexts {
		return nil, otherDocument("the broker tells of two different documents")
	}
	if err := x.claims.Confirms(id, nil); err != nil {
		return nil, err
	}
	if to := x.claims.RedirectURI; to != "" && to != a.RedirectURL {
		return nil, fault.New(fault.TokenInvalid, "transaction token: of a login that goes elsewhere")
	}
	status := answer.Extra["transaction_token_ocsp_resp"]
	if err := b.checkStatus(status, t.Certificate); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok && doc != nil {
			return nil, f.With(ErrEvidenceIncomplete)
		}
		return nil, err
	}
	if doc != nil && status == "" {
		return nil, incomplete("the answer holds no OCSP answer about the key of the transaction token")
	}
	x.tokens = append(x.tokens, t.Evidence(useTransaction))
	if status != "" {
		x.tokens = append(x.tokens, mitid.Token{Use: useOCSP, Raw: mitid.NewSecret(status)})
	}
	if doc != nil {
		if err := x.claims.proves(doc); err != nil {
			return nil, err
		}
	} else if x.texts.Transaction, err = x.approved(a); err != nil {
		return nil, err
	}
	if body := x.claims.ReferenceText; body != "" {
		x.texts.Reference = &mitid.Text{Body: body}
	}
	return x, nil
}

// approved returns the text that the person approved, or nil if the token has none. The
// digest is of the decoded text, not of its base64 (recorded).
//
// It compares the text with that of the attempt, as the client does later, so that a
// refused login causes no further call. A token may have a digest without a text.
// approved then compares the digest, because the client can only compare texts.
func (x *transaction) approved(a *mitid.Attempt) (*mitid.Text, error) {
	mismatch := func(why string) (*mitid.Text, error) { return nil, fault.New(fault.TransactionMismatch, why) }
	t := x.claims.Text
	switch {
	case t == nil && a.Transaction == nil:
		return nil, nil
	case t == nil:
		return mismatch("the broker does not tell which text the person approved")
	case a.Transaction != nil && !slices.Contains(x.claims.Actions, signingAction):
		return mismatch("the broker does not tell that the person approved the text")
	case t.Encoded != "" && !t.Agrees():
		return mismatch("the text that came back is not the one of its digest")
	}
	kind, known := textType(t.Type)
	switch {
	case a.Transaction == nil && (!known || t.Encoded == ""):
		return nil, nil // such as a document; nobody asked about it
	case !known:
		return mismatch("the broker does not tell of what type the approved text was")
	case a.Transaction != nil && *a.Transaction != (mitid.Digest{Type: kind, SHA256: t.SHA256}):
		return mismatch("the person approved another text than the one that was sent")
	case t.Encoded == "":
		a.Transaction = nil
		return nil, nil
	}
	return &mitid.Text{Type: kind, Body: t.Body}, nil
}

func textType(word string) (mitid.TextType, bool) {
	for t, w := range textTypes {
		if w == word {
			return t, true
		}
	}
	return 0, false
}
