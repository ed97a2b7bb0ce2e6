package neb

import (
	"context"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// person returns the facts about the person, from Config.Source. Claims.Identity checks
// that they belong to the ID token.
func (b *Broker) person(ctx context.Context, answer *oidcrp.Tokens) (*UserInfo, mitid.Token, error) {
	if b.cfg.source == UserinfoEndpoint {
		return oidcbroker.Userinfo(ctx, b.oidc, answer.AccessToken, readUserInfo)
	}
	return b.userinfoToken(ctx, answer)
}

// userinfoToken verifies the userinfo token. It has no nonce: its subject and
// transaction bind it to the login.
func (b *Broker) userinfoToken(ctx context.Context, answer *oidcrp.Tokens) (*UserInfo, mitid.Token, error) {
	raw := answer.Extra["userinfo_token"]
	if raw == "" {
		return nil, mitid.Token{}, fault.New(fault.ResponseInvalid, "the token answer holds no userinfo token; may the client use the scope userinfo_token?")
	}
	rules := oidcrp.Rules{Token: "userinfo token", Types: []string{"at+jwt"}, Signer: b.signsTokens}
	t, err := oidcbroker.Verify(ctx, b.oidc, raw, rules, parseUserinfoToken, func(c *UserInfo) *claims.Registered { return &c.Registered })
	if err != nil {
		return nil, mitid.Token{}, err
	}
	return t.Claims, t.Evidence(useUserinfo), nil
}

func parseUserinfoToken(payload []byte) (*UserInfo, error) {
	c, err := readUserInfo(payload)
	if err != nil {
		return nil, err
	}
	return c, checkLifetime(&c.Registered)
}
