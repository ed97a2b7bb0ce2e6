package neb

import (
	"context"
	"encoding/hex"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Complete exchanges the code and verifies what comes: the ID token, then what it
// binds.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	tokens, err := oidcbroker.Exchange(ctx, b.party, a, cb, declined)
	if err != nil {
		return nil, err
	}
	request := b.record(a) // judge settles parts of a
	as, err := b.judge(ctx, a, tokens)
	if err != nil {
		return nil, err
	}
	as.Evidence.Tokens = append(as.Evidence.Tokens, mitid.Token{Use: useAccess, Raw: mitid.NewSecret(tokens.AccessToken)})
	as.Evidence.Request = mitid.NewSecret(request)
	as.Evidence.At = a.Now
	return as, nil
}

// judge verifies the token answer. Whether the login may go on is settled before
// the userinfo endpoint is asked.
func (b *Broker) judge(ctx context.Context, a *mitid.Attempt, tokens *oidcrp.Tokens) (*mitid.Assertion, error) {
	t, err := b.verifyID(ctx, tokens.IDToken, oidcrp.Rules{Nonce: a.Nonce, AccessToken: tokens.AccessToken, Began: a.Started})
	if err != nil {
		return nil, err
	}
	if err := b.admit(a, t); err != nil {
		return nil, err
	}
	as := t.assertion()
	said := &Claims{IDToken: t.claims}
	if b.wantsTransaction(a) {
		x, err := b.transactionOf(ctx, a, t, tokens)
		if err != nil {
			return nil, err
		}
		said.Transaction, as.Texts = x.claims, x.texts
		as.Evidence.Tokens = append(as.Evidence.Tokens, x.tokens...)
	}
	u, err := b.person(ctx, tokens)
	if err != nil {
		return nil, err
	}
	said.UserInfo = u.claims
	as.Claims = said
	as.Evidence.Tokens = append(as.Evidence.Tokens, u.token)
	if as.Identity, err = said.Identity(); err != nil {
		return nil, err
	}
	if text := u.claims.ReferenceText; as.Texts.Reference == nil && text != "" {
		as.Texts.Reference = &mitid.Text{Body: text}
	}
	if as.Texts.Reference == nil && b.cfg.textOptional {
		a.Reference = nil
	}
	return as, nil
}

// admit refuses a login that is not the one that was asked for.
func (b *Broker) admit(a *mitid.Attempt, t *idToken) error {
	id := &t.identity
	if err := a.Admit(mitid.Facts{Level: id.Levels.LoA, Capacity: id.Capacity, AuthTime: id.AuthTime, Subject: id.Subject}); err != nil {
		return err
	}
	if b.cfg.maxAge > 0 && id.AuthTime.Before(a.Started.Add(-b.cfg.maxAge-time.Minute)) {
		return &fault.Error{Class: fault.AssuranceTooLow, Why: "the session at the broker is older than Config.MaxAge", Stale: true}
	}
	return nil
}

// record writes down what was asked, as far as it is known after the journey: of
// texts, their digest.
func (b *Broker) record(a *mitid.Attempt) string {
	q := url.Values{
		"client_id": {b.cfg.clientID}, "redirect_uri": {a.RedirectURL}, "response_type": {"code"},
		"idp_values": {idpValues[a.Request.Capacity]}, "loa_value": {a.Level.String()},
		"nonce": {a.Nonce}, "state": {a.Handle}, "code_challenge": {a.Challenge()},
	}
	if a.Reference != nil {
		q.Set("reference_text_sha256", hex.EncodeToString(a.Reference.SHA256[:]))
	}
	if a.Transaction != nil {
		q.Set("transaction_text_sha256", hex.EncodeToString(a.Transaction.SHA256[:]))
	}
	return q.Encode()
}
