package criipto

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Complete exchanges the code and verifies the ID token.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	asked := b.asked(a) // before AdmitTexts, which may remove a text from a
	tokens, err := b.oidc.Exchange(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	as, err := b.assertion(ctx, tokens.IDToken, oidcbroker.Rules(a, tokens))
	if err != nil {
		return nil, err
	}
	if err := oidcbroker.Admit(a, &as.Identity); err != nil {
		return nil, err
	}
	if err := oidcbroker.AdmitTexts(a, as.Texts, b.cfg.textOptional); err != nil {
		return nil, err
	}
	if b.cfg.userinfo {
		if err := b.addUserinfo(ctx, as, tokens.AccessToken); err != nil {
			return nil, err
		}
	}
	as.Evidence = oidcbroker.Evidence(a, asked, as.Evidence.Tokens...)
	return as, nil
}

// VerifyToken checks an ID token that a front end obtained.
func (b *Broker) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	return b.assertion(ctx, raw, oidcrp.Rules{})
}

// verify verifies a token and reads its claims.
func (b *Broker) verify(ctx context.Context, raw string, rules oidcrp.Rules) (*oidcbroker.Token[Claims], error) {
	return oidcbroker.Verify(ctx, b.oidc, raw, rules, parseClaims, func(c *Claims) *claims.Registered { return &c.Registered })
}

// assertion verifies an ID token and returns the assertion of the person in it.
func (b *Broker) assertion(ctx context.Context, raw string, rules oidcrp.Rules) (*mitid.Assertion, error) {
	t, err := b.verify(ctx, raw, rules)
	if err != nil {
		return nil, err
	}
	c := t.Claims
	id, err := c.Identity()
	if err != nil {
		return nil, err
	}
	if claims.CapacityProfessional.Takes(id.Capacity) && !c.TellsLevel() && id.Levels.LoA == claims.LevelUnknown {
		id.Levels.LoA = b.cfg.businessLevel
	}
	as := &mitid.Assertion{
		Identity: id, Claims: c, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0), Holds: t.Holds,
		Texts:    mitid.Texts{ReferenceHeader: c.RefTextHeader},
		Evidence: mitid.Evidence{Tokens: []mitid.Token{t.Evidence("id_token")}},
	}
	if c.RefTextBody != "" {
		as.Texts.Reference = &mitid.Text{Body: c.RefTextBody}
	}
	return as, nil
}

// asked returns the parameters of the request of a, for Login.Evidence.
func (b *Broker) asked(a *mitid.Attempt) url.Values {
	q := b.oidc.Asked(a)
	q.Set("scope", strings.Join(b.scopes(scopesOf(&a.Request)), " "))
	q.Set("acr_values", acrOf(a))
	oidcbroker.SetDigest(q, "message_sha256", a.Reference)
	return q
}
