package neb

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// Transaction are the claims of a transaction token of Nets eID Broker. The token is a
// receipt for one login or signature that can be checked for years. It has claims about
// both the login and the person. Nonce, issuer and audience are in Registered.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type Transaction struct {
	claims.Registered
	TokenClaims

	RedirectURI    string                // redirect_uri
	RequestedScope string                // requested_scope
	Actions        []string              // transaction_actions: "mitid.login", "mitid.transaction_signing", "workflow_finalized"; a text when there is one
	ClientIP       string                // transaction_client_ip: the person's
	Text           *nets.TransactionText // transaction_text, _type and _sha256, with and without "mitid." before them; nil if there is none

	WorkflowID          string // workflow_id
	WorkflowSignatureID string // workflow_signature_transaction_id: this signature, as the workflow lists it
	WorkflowFiles       string // workflow_pdf_title_and_sha256: a JSON text of titles and digests

	twoTexts bool // the claims with and without "mitid." differ
}

type transactionReader struct {
	Transaction
	mitid, broker netsclaims.TextClaims // the claims with and without "mitid." before them
}

// transactionDialect never changes.
var transactionDialect = tokenDialect(func(r *transactionReader) *claims.Registered { return &r.Registered }, func(r *transactionReader) *TokenClaims { return &r.TokenClaims },
	claimset.Join(
		claimset.Table[transactionReader]{
			"redirect_uri":          claimset.String(func(r *transactionReader) *string { return &r.RedirectURI }),
			"requested_scope":       claimset.String(func(r *transactionReader) *string { return &r.RequestedScope }),
			"transaction_actions":   claimset.Strings(func(r *transactionReader) *[]string { return &r.Actions }),
			"transaction_client_ip": claimset.String(func(r *transactionReader) *string { return &r.ClientIP }),

			"workflow_id":                       claimset.String(func(r *transactionReader) *string { return &r.WorkflowID }),
			"workflow_signature_transaction_id": claimset.String(func(r *transactionReader) *string { return &r.WorkflowSignatureID }),
			"workflow_pdf_title_and_sha256":     claimset.String(func(r *transactionReader) *string { return &r.WorkflowFiles }),
		},
		netsclaims.TextTable("mitid.", func(r *transactionReader) *netsclaims.TextClaims { return &r.mitid }),
		netsclaims.TextTable("", func(r *transactionReader) *netsclaims.TextClaims { return &r.broker }),
	))

// ParseTransaction reads the payload of a transaction token. It is for tokens that are
// checked years after the login. It checks no signature: call it only after the signature
// of the token was verified. The caller limits the size of payload.
//
// The error is mitid.ErrTokenInvalid if the payload is not strict JSON, if a claim of
// Registered has the wrong type, or if a member differs from a known claim in letter case
// only. For a claim about the person that cannot be used, [Transaction.Identity] returns an
// error.
func ParseTransaction(payload []byte) (*Transaction, error) {
	r := new(transactionReader)
	if err := transactionDialect.Read(payload, r); err != nil {
		return nil, err
	}
	t := &r.Transaction
	t.dropEmptyParts()
	both, err := r.mitid.Join(r.broker)
	if err != nil {
		t.twoTexts = true
		t.state.Keep(err)
		return t, nil
	}
	t.Text = t.decoded(both)
	return t, nil
}

func (t *Transaction) clone() *Transaction {
	if t == nil {
		return nil
	}
	d := *t
	d.Audience = slices.Clone(t.Audience)
	d.TokenClaims = t.TokenClaims.clone()
	d.Actions = slices.Clone(t.Actions)
	d.Text = claimset.ClonePointer(t.Text)
	return &d
}

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
func (t *Transaction) WithoutCPR() any { return netsclaims.WithoutCPR(t) }

// String names the parts that are present.
func (t Transaction) String() string {
	return private.Outline("neb.Transaction", t.parts(), private.Part("text", t.Text != nil), private.Part("actions", len(t.Actions) > 0), private.Part("workflow", t.WorkflowID != ""))
}

// Format writes String under every verb.
func (t Transaction) Format(f fmt.State, _ rune) { private.Format(f, t.String()) }

// LogValue returns String.
func (t Transaction) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (t Transaction) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (t Transaction) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (t Transaction) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
