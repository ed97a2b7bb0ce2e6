package neb

import (
	"context"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// person finds out who logged in, from the configured source. Whether that is the
// person of the ID token is settled where the two are joined (Claims).
func (b *Broker) person(ctx context.Context, answer *oidcrp.Tokens) (*UserInfo, mitid.Token, error) {
	if b.cfg.source == UserinfoEndpoint {
		return oidcbroker.Userinfo(ctx, b.oidc, answer.AccessToken, readUserInfo)
	}
	return b.userinfoToken(ctx, answer)
}

// userinfoToken reads the token beside the ID token. It has no nonce: its subject
// and transaction bind it to the login.
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
