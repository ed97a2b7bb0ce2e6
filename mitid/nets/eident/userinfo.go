package eident

import (
	"context"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// addUserinfo calls the userinfo endpoint and adds what the ID token lacks. The level,
// the capacity and the organisation come from the ID token alone.
func (b *Broker) addUserinfo(ctx context.Context, as *mitid.Assertion, accessToken string) error {
	c, token, err := oidcbroker.Userinfo(ctx, b.oidc, accessToken, parseClaims)
	if err != nil {
		return err
	}
	id := &as.Identity
	if err := oidcbroker.SameSubject(id, c.Subject); err != nil {
		return err
	}
	more, err := b.cfg.identity(c)
	if err != nil {
		return err
	}
	if err := oidcbroker.Complement(id, more); err != nil {
		return err
	}
	as.Evidence.Tokens = append(as.Evidence.Tokens, token)
	return nil
}
