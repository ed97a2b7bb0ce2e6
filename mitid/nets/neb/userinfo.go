package neb

import (
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// userinfo is what the broker tells about the person.
type userinfo struct {
	claims *UserInfo
	token  mitid.Token // as it arrived
}

// person finds out who logged in, from the configured source. Whether that is the
// person of the ID token is settled where the two are joined (Claims).
func (b *Broker) person(ctx context.Context, answer *oidcrp.Tokens) (*userinfo, error) {
	if b.cfg.source == UserinfoEndpoint {
		return b.userinfoEndpoint(ctx, answer)
	}
	return b.userinfoToken(ctx, answer)
}

// userinfoToken reads the token beside the ID token. It has no nonce: its subject
// and transaction bind it to the login.
func (b *Broker) userinfoToken(ctx context.Context, answer *oidcrp.Tokens) (*userinfo, error) {
	raw := answer.Extra["userinfo_token"]
	if raw == "" {
		return nil, fault.New(fault.ResponseInvalid, "the token answer holds no userinfo token; may the client use the scope userinfo_token?")
	}
	u := &userinfo{}
	v, err := b.party.VerifyBy(ctx, raw, oidcrp.Rules{Token: "userinfo token", Types: []string{"at+jwt"}, Signer: b.signsTokens}, func(payload []byte) (*oidcrp.Claims, error) {
		c, err := parseUserInfo(payload)
		if err != nil {
			return nil, err
		}
		u.claims = c
		return shortLived((*oidcrp.Claims)(&c.Registered))
	})
	if err != nil {
		return nil, err
	}
	u.token = tokenAs(useUserinfo, v)
	return u, nil
}

func (b *Broker) userinfoEndpoint(ctx context.Context, answer *oidcrp.Tokens) (*userinfo, error) {
	res, err := b.party.Userinfo(ctx, answer.AccessToken)
	if err != nil {
		return nil, err
	}
	if res.Status != http.StatusOK {
		return nil, b.party.UserinfoRefusal(res)
	}
	c, err := parseUserInfo(res.Body)
	if err != nil {
		return nil, b.party.UserinfoUnreadable(res)
	}
	return &userinfo{claims: c, token: mitid.Token{Use: useUserinfo, Raw: mitid.NewSecret(string(res.Body))}}, nil
}
