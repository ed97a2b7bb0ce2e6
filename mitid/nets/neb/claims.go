package neb

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// Claims are the claims of Nets eID Broker about one login, in the broker's own terms.
// mitid.Login.Claims holds a *Claims. UserInfo and Transaction are nil if they were not
// asked for.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type Claims struct {
	IDToken     *IDToken
	UserInfo    *UserInfo
	Transaction *Transaction

	Signed *Document // what the login signed; nil if it signed nothing (Broker.Signing)
}

// Identity returns the person, after it has compared each part with the others.
// Without UserInfo the facts about the person come from the transaction token. Errors
// are those of [IDToken.Identity] and [Transaction.Confirms].
func (n *Claims) Identity() (claims.Identity, error) {
	if n.IDToken == nil {
		return claims.Identity{}, fault.New(fault.TokenInvalid, "no ID token")
	}
	if n.Transaction != nil {
		if err := n.Transaction.Confirms(n.IDToken, n.UserInfo); err != nil {
			return claims.Identity{}, err
		}
	}
	if n.UserInfo == nil && n.Transaction != nil {
		return n.IDToken.identity(&n.Transaction.TokenClaims, n.IDToken.Subject, n.IDToken.SessionID)
	}
	return n.IDToken.Identity(n.UserInfo)
}

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
//
// Signed stays, because it is what the application itself said.
func (n *Claims) WithoutCPR() any {
	c := netsclaims.WithoutCPR(n)
	c.Signed = n.Signed
	return c
}

// Clone returns a deep copy, a *Claims.
func (n *Claims) Clone() any {
	return &Claims{IDToken: n.IDToken.clone(), UserInfo: n.UserInfo.clone(), Transaction: n.Transaction.clone(), Signed: claimset.ClonePointer(n.Signed)}
}

// String names the parts that are present.
func (n Claims) String() string {
	return private.Outline("neb.Claims",
		private.Part("id_token", n.IDToken != nil),
		private.Part("userinfo", n.UserInfo != nil),
		private.Part("transaction_token", n.Transaction != nil),
		private.Part("signed", n.Signed != nil),
	)
}

// Format writes String under every verb.
func (n Claims) Format(f fmt.State, _ rune) { private.Format(f, n.String()) }

// LogValue returns String.
func (n Claims) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the tokens.
func (n Claims) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (n Claims) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (n Claims) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
