package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

// NEB is everything that Nets eID Broker says about one login: mitid.Login.Claims
// of its adapter. UserInfo and Transaction are nil where they were not asked for.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NEB struct {
	IDToken     *NEBIDToken
	UserInfo    *NEBUserInfo
	Transaction *NEBTransaction
}

// Identity returns the person, after it has compared each part with the others.
// Without UserInfo the transaction token tells of the person.
// Errors are those of [NEBIDToken.Identity] and [NEBTransaction.Confirms].
func (n *NEB) Identity() (Identity, error) {
	if n.IDToken == nil {
		return Identity{}, fault.New(fault.TokenInvalid, "no ID token")
	}
	if n.Transaction != nil {
		if err := n.Transaction.Confirms(n.IDToken, n.UserInfo); err != nil {
			return Identity{}, err
		}
	}
	if n.UserInfo == nil && n.Transaction != nil {
		return n.IDToken.identity(&n.Transaction.NEBClaims, n.IDToken.Subject, n.IDToken.SessionID)
	}
	return n.IDToken.Identity(n.UserInfo)
}

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (n *NEB) WithoutCPR() any { return withoutCPR(n) }

// String names the parts that are present.
func (n NEB) String() string {
	return private.Outline("claims.NEB",
		private.Part("id_token", n.IDToken != nil),
		private.Part("userinfo", n.UserInfo != nil),
		private.Part("transaction_token", n.Transaction != nil),
	)
}

// Format writes String under every verb.
func (n NEB) Format(f fmt.State, _ rune) { private.Format(f, n.String()) }

// LogValue returns String.
func (n NEB) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON refuses; see [Plain], or keep the tokens.
func (n NEB) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (n NEB) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (n NEB) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
