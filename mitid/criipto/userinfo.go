package criipto

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// addUserinfo calls the userinfo endpoint and adds what the ID token lacks. The level
// and the capacity come from the ID token alone.
func (b *Broker) addUserinfo(ctx context.Context, as *mitid.Assertion, accessToken string) error {
	c, token, err := b.askUserinfo(ctx, accessToken)
	if err != nil {
		return err
	}
	id := &as.Identity
	if err := oidcbroker.SameSubject(id, c.Subject); err != nil {
		return err
	}
	more, err := c.Identity()
	if err != nil {
		return err
	}
	if more.Capacity != claims.CapacityPrivate && more.Capacity != id.Capacity {
		return oidcbroker.Contradiction()
	}
	if err := oidcbroker.Complement(id, more); err != nil {
		return err
	}
	as.Evidence.Tokens = append(as.Evidence.Tokens, token)
	return nil
}

// askUserinfo calls the userinfo endpoint. The application's response strategy decides
// the form of the answer: plain JSON, or a token, which is verified as an ID token is.
func (b *Broker) askUserinfo(ctx context.Context, accessToken string) (*Claims, mitid.Token, error) {
	res, err := b.oidc.Party.Userinfo(ctx, accessToken)
	if err != nil {
		return nil, mitid.Token{}, err
	}
	if res.Status != http.StatusOK {
		if bytes.Contains(res.Body, []byte("Unknown Access Code")) {
			e := oidcrp.Refusal(fault.ConfigInvalid, res, "userinfo endpoint")
			e.Why += ": userinfo is disabled: the application's user info response strategy is \"from token endpoint\"; turn Config.Userinfo off or change the strategy"
			return nil, mitid.Token{}, e
		}
		return nil, mitid.Token{}, b.oidc.Party.RefusedUserinfo(res)
	}
	body := bytes.TrimSpace(res.Body)
	if t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); t == "application/json" || t != "application/jwt" && bytes.HasPrefix(body, []byte("{")) {
		return oidcbroker.ReadUserinfo(b.oidc, res, parseClaims)
	}
	if !oidcrp.IsToken(body) {
		return nil, mitid.Token{}, b.oidc.Party.UnreadableUserinfo(res)
	}
	t, err := b.verify(ctx, string(body), oidcrp.Rules{})
	if err != nil {
		return nil, mitid.Token{}, err
	}
	return t.Claims, t.Evidence("userinfo"), nil
}
