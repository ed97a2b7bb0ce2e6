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

// Complete exchanges the code and verifies the ID token. It checks in the token
// everything that was asked, because the person's browser could have changed the
// request.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	asked := b.asked(a) // before AdmitTexts, which may remove a text from a
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
	if err := b.cfg.admit(a, as, t.Claims); err != nil {
		return nil, err
	}
	if b.userinfo {
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
	if err := b.cfg.admitAAL(as.Identity.Levels); err != nil {
		return nil, err
	}
	as.Texts = b.cfg.texts(t.Claims, nil, nil)
	return as, nil
}

// checkNonce checks the parameter nonce of an answer. An older page of the vendor has it
// beside state.
func checkNonce(a *mitid.Attempt, values url.Values) error {
	if nonce, ok := values["nonce"]; ok && nonce[0] != a.Nonce {
		return fault.New(fault.ResponseInvalid, "the answer belongs to another login")
	}
	return nil
}

// rulesOf returns the rules for the ID token of a. The token of a step-up may be that of
// the older login: the vendor does not publish whether the broker issues a new one.
func rulesOf(a *mitid.Attempt, tokens *oidcrp.Tokens) oidcrp.Rules {
	r := oidcbroker.Rules(a, tokens)
	if len(a.Private) > 0 {
		r.Began = r.Began.Add(-transactionLife)
	}
	return r
}

// verify verifies an ID token and reads its claims.
func (b *Broker) verify(ctx context.Context, raw string, rules oidcrp.Rules) (*oidcbroker.Token[Claims], error) {
	return oidcbroker.Verify(ctx, b.oidc, raw, rules, parseClaims, func(c *Claims) *claims.Registered { return &c.Registered })
}

// assertion returns the assertion of a verified ID token, without texts.
func (b *Broker) assertion(t *oidcbroker.Token[Claims]) (*mitid.Assertion, error) {
	c := t.Claims
	id, err := b.cfg.identity(c)
	if err != nil {
		return nil, err
	}
	return &mitid.Assertion{
		Identity: id, Claims: c, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0), StepUp: handleOf(c.TransactionID, c.Expires), Holds: t.Holds,
		Evidence: mitid.Evidence{Tokens: []mitid.Token{t.Evidence("id_token")}},
	}, nil
}

// admit compares what c says with what a demands, and puts the texts that came back
// into as.
func (s *settings) admit(a *mitid.Attempt, as *mitid.Assertion, c *Claims) error {
	if err := oidcbroker.Admit(a, &as.Identity); err != nil {
		return err
	}
	if err := s.admitAAL(as.Identity.Levels); err != nil {
		return err
	}
	as.Texts = s.texts(c, a.Reference, a.Transaction)
	if err := s.checkTransaction(a, c, as.Texts.Transaction); err != nil {
		return err
	}
	return oidcbroker.AdmitTexts(a, as.Texts, s.textOptional)
}

// admitAAL compares the level of the authenticator with the setting AAL.
func (s *settings) admitAAL(l claims.Levels) error {
	if l.AAL < s.aal {
		return fault.New(fault.AssuranceTooLow, "the authenticator's level is below the setting AAL, or the broker did not tell it")
	}
	return nil
}

// asked returns the parameters of the request of a, for Login.Evidence.
func (b *Broker) asked(a *mitid.Attempt) url.Values {
	q := b.oidc.Asked(a)
	b.cfg.addAsked(q, a, "amr_values")
	return q
}

// addAsked adds the parameters of the request of a that Login.Evidence keeps in both
// protocols. eids is the name of the one with the eIDs.
func (s *settings) addAsked(q url.Values, a *mitid.Attempt, eids string) {
	if t, ok := readTransaction(string(a.Private)); ok {
		q.Set("transaction_id", t.id)
		return
	}
	if s.aal != claims.LevelUnknown {
		q.Set("aal_value", s.aal.String())
	} else {
		q.Set("loa_value", a.Level.String())
	}
	q.Set(eids, s.eids(a.Request.Capacity))
	oidcbroker.SetDigest(q, "reference_text_sha256", a.Reference)
	oidcbroker.SetDigest(q, "transactiontext_sha256", a.Transaction)
	if a.Transaction != nil {
		q.Set("transactiontext_type", typeWords[a.Transaction.Type])
	}
}
