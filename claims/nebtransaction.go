package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

// NEBTransaction are the claims of a transaction token of Nets eID Broker: its
// receipt for one login or signature, made to be checked for years. It holds both
// the login and the person. Its nonce, issuer and audience are in Registered.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NEBTransaction struct {
	Registered
	NEBClaims

	RedirectURI    string           // redirect_uri
	RequestedScope string           // requested_scope
	Actions        []string         // transaction_actions: "mitid.login", "mitid.transaction_signing"; a text when there is one
	ClientIP       string           // transaction_client_ip: the person's
	Text           *TransactionText // transaction_text, _type and _sha256, with and without "mitid." before them; nil if there is none
}

type nebTransactionReader struct {
	NEBTransaction
	mitid, broker textClaims // what MitID showed, and what the broker says of it
}

// nebTransactionClaims is only read.
var nebTransactionClaims = merged(
	claimTable[nebTransactionReader]{
		"redirect_uri":          texts(func(r *nebTransactionReader) *string { return &r.RedirectURI }),
		"requested_scope":       texts(func(r *nebTransactionReader) *string { return &r.RequestedScope }),
		"transaction_actions":   words(func(r *nebTransactionReader) *[]string { return &r.Actions }),
		"transaction_client_ip": texts(func(r *nebTransactionReader) *string { return &r.ClientIP }),
	},
	textTable("mitid.", func(r *nebTransactionReader) *textClaims { return &r.mitid }),
	textTable("", func(r *nebTransactionReader) *textClaims { return &r.broker }),
)

// nebTransactionFolded is only read.
var nebTransactionFolded = fold(nebFolded, nebTransactionClaims)

// ParseNEBTransaction reads the payload of a transaction token in one pass, by
// the rules of [ParseNEBIDToken].
func ParseNEBTransaction(payload []byte) (*NEBTransaction, error) {
	r := new(nebTransactionReader)
	if err := readNEB(payload, &r.Registered, &r.NEBClaims, r, nebTransactionClaims, nebTransactionFolded); err != nil {
		return nil, err
	}
	t := r.NEBTransaction
	both, err := r.mitid.join(r.broker)
	if err != nil {
		t.keep(nil, err)
		return &t, nil
	}
	t.Text = t.keep(both.read(fromBase64))
	return &t, nil
}

// join is what either says, as long as they do not contradict each other.
func (c textClaims) join(d textClaims) (textClaims, error) {
	for _, p := range [...]struct {
		to   *string
		from string
	}{{&c.body, d.body}, {&c.kind, d.kind}, {&c.digest, d.digest}} {
		switch {
		case *p.to == "":
			*p.to = p.from
		case p.from != "" && p.from != *p.to:
			return textClaims{}, fault.New(fault.ClaimInvalid, "the token tells of two different transaction texts")
		}
	}
	return c, nil
}

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (t *NEBTransaction) WithoutCPR() any { return withoutCPR(t) }

// String names the parts that are present.
func (t NEBTransaction) String() string {
	return private.Outline("claims.NEBTransaction", t.parts(), private.Part("text", t.Text != nil), private.Part("actions", len(t.Actions) > 0))
}

// Format writes String under every verb.
func (t NEBTransaction) Format(f fmt.State, _ rune) { private.Format(f, t.String()) }

// LogValue returns String.
func (t NEBTransaction) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (t NEBTransaction) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (t NEBTransaction) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (t NEBTransaction) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
