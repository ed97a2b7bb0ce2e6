package mitid

import (
	"context"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// VerifyToken checks an ID token that a single-page or mobile app obtained for
// the same client id, and returns who it names. The token's nonce is the front
// end's business: this call cannot tell a first use from a second, so do not
// take it for a login; it is for APIs that receive the token with a request.
// The level must reach Config.MinLevel; capacity, age of the login and CPR number
// are as the front end asked, so look at Identity.
//
// A token that passed is remembered for the next request that brings it, until it
// expires or the broker's keys change or must be renewed. Each call returns a Login
// of its own.
//
// Errors: ErrTokenInvalid (and ErrTokenExpired for a genuine one that came too
// late), ErrAssuranceTooLow, ErrClaimInvalid,
// ErrBrokerUnavailable, ErrUnsupported.
func (c *Client) VerifyToken(ctx context.Context, raw string) (*Login, error) {
	const op = "verify token"
	v, ok := c.broker.(TokenVerifier)
	if !ok {
		return nil, c.fail(ctx, op, fault.New(fault.Unsupported, "this broker issues no ID tokens"))
	}
	if len(raw) > maxToken {
		return nil, c.fail(ctx, op, fault.New(fault.TokenInvalid, "the token is too long"))
	}
	digest, short := digestOfToken(raw)
	if short {
		if l := c.passed.recall(digest, c.now()); l != nil {
			return l, nil
		}
	}
	as, err := v.VerifyToken(ctx, raw)
	if err != nil {
		return nil, c.fail(ctx, op, err)
	}
	if as == nil || as.Identity.Subject == "" {
		return nil, c.fail(ctx, op, fault.New(fault.TokenInvalid, "the token names nobody"))
	}
	a := &Attempt{Request: Request{Capacity: claims.CapacityEither}, Level: c.minLevel, Now: c.now()}
	if err := a.Admit(Facts{Level: as.Identity.Levels.LoA, Capacity: as.Identity.Capacity, AuthTime: as.Identity.AuthTime}); err != nil {
		return nil, c.fail(ctx, op, asked(a.Level, err))
	}
	l, err := c.login(as)
	if err != nil {
		return nil, c.fail(ctx, op, err)
	}
	if short && as.Holds != nil {
		c.passed.remember(digest, c.now(), l, as.Holds)
	}
	return l, nil
}
