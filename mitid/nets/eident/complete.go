package eident

import (
	"context"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Complete exchanges the code and verifies the ID token. Everything that the
// request said is looked for in the token, because the person's browser could
// have changed the request.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	asked := b.asked(a) // before AdmitTexts takes out of a what need not come back
	tokens, err := b.oidc.Exchange(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	t, err := b.verify(ctx, tokens.IDToken, rulesOf(a, tokens))
	if err != nil {
		return nil, err
	}
	as, err := b.assertion(t)
	if err != nil {
		return nil, err
	}
	if err := oidcbroker.Admit(a, &as.Identity); err != nil {
		return nil, err
	}
	if err := b.admitAAL(as.Identity.Levels); err != nil {
		return nil, err
	}
	as.Texts = b.texts(t.Claims, a.Reference, a.Transaction)
	if err := b.checkTransaction(a, t.Claims, as.Texts.Transaction); err != nil {
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
	t, err := b.verify(ctx, raw, oidcrp.Rules{})
	if err != nil {
		return nil, err
	}
	as, err := b.assertion(t)
	if err != nil {
		return nil, err
	}
	if err := b.admitAAL(as.Identity.Levels); err != nil {
		return nil, err
	}
	as.Texts = b.texts(t.Claims, nil, nil)
	return as, nil
}

// checkNonce checks the nonce that an older page of the vendor's has come back
// beside the state.
func checkNonce(a *mitid.Attempt, values url.Values) error {
	if nonce, ok := values["nonce"]; ok && nonce[0] != a.Nonce {
		return fault.New(fault.ResponseInvalid, "the answer belongs to another login")
	}
	return nil
}

// rulesOf are the rules for the ID token of a. One that is stepped up from an older
// login may have been issued with it: nobody publishes whether the broker issues
// another.
func rulesOf(a *mitid.Attempt, tokens *oidcrp.Tokens) oidcrp.Rules {
	r := oidcbroker.Rules(a, tokens)
	if len(a.Private) > 0 {
		r.Began = r.Began.Add(-transactionLife)
	}
	return r
}

// verify checks an ID token and reads its claims.
func (b *Broker) verify(ctx context.Context, raw string, rules oidcrp.Rules) (*oidcbroker.Token[Claims], error) {
	return oidcbroker.Verify(ctx, b.oidc, raw, rules, parseClaims, func(c *Claims) *claims.Registered { return &c.Registered })
}

// assertion returns what a verified ID token says, but for its texts.
func (b *Broker) assertion(t *oidcbroker.Token[Claims]) (*mitid.Assertion, error) {
	c := t.Claims
	id, err := b.identity(c)
	if err != nil {
		return nil, err
	}
	return &mitid.Assertion{
		Identity: id, Claims: c, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0), StepUp: handleOf(c.TransactionID, c.Expires), Holds: t.Holds,
		Evidence: mitid.Evidence{Tokens: []mitid.Token{t.Evidence("id_token")}},
	}, nil
}

// admitAAL holds a login against Config.AAL.
func (b *Broker) admitAAL(l claims.Levels) error {
	if l.AAL < b.cfg.aal {
		return fault.New(fault.AssuranceTooLow, "the authenticator's level is below Config.AAL, or the broker did not tell it")
	}
	return nil
}

// asked writes down what a asked.
func (b *Broker) asked(a *mitid.Attempt) url.Values {
	q := b.oidc.Asked(a)
	if t, ok := readTransaction(string(a.Private)); ok {
		q.Set("transaction_id", t.id)
		return q
	}
	if b.cfg.aal != claims.LevelUnknown {
		q.Set("aal_value", b.cfg.aal.String())
	} else {
		q.Set("loa_value", a.Level.String())
	}
	q.Set("amr_values", b.eids(a.Request.Capacity))
	oidcbroker.SetDigest(q, "reference_text_sha256", a.Reference)
	oidcbroker.SetDigest(q, "transactiontext_sha256", a.Transaction)
	if a.Transaction != nil {
		q.Set("transactiontext_type", typeWords[a.Transaction.Type])
	}
	return q
}
