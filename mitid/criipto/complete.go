package criipto

import (
	"context"
	"encoding/hex"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// statement is one verified ID token.
type statement struct {
	claims   *Claims
	identity claims.Identity
	verified *oidcrp.Verified
}

// Complete exchanges the code and verifies the ID token.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	tokens, err := oidcbroker.Exchange(ctx, b.party, a, cb, declined)
	if err != nil {
		return nil, err
	}
	st, err := b.verify(ctx, tokens.IDToken, oidcrp.Rules{Nonce: a.Nonce, AccessToken: tokens.AccessToken, Began: a.Started})
	if err != nil {
		return nil, err
	}
	if err := a.Admit(mitid.Facts{Level: st.identity.Levels.LoA, Capacity: st.identity.Capacity, AuthTime: st.identity.AuthTime, Subject: st.identity.Subject}); err != nil {
		return nil, err
	}
	as := st.assertion()
	if text := as.Texts.Reference; a.Reference != nil && text != nil && *mitid.DigestOf(*text) != *a.Reference {
		// The client says the same; here it spares a refused login the userinfo call.
		return nil, fault.New(fault.TransactionMismatch, "the person saw another text than the one that was sent")
	}
	if b.cfg.userinfo {
		if err := b.fill(ctx, as, tokens.AccessToken); err != nil {
			return nil, err
		}
	}
	if as.Texts.Reference == nil && b.cfg.textOptional {
		a.Reference = nil
	}
	as.Evidence.Request = mitid.NewSecret(b.record(a))
	as.Evidence.At = a.Now
	return as, nil
}

// verify checks an ID token and reads who it names.
func (b *Broker) verify(ctx context.Context, raw string, rules oidcrp.Rules) (*statement, error) {
	st, err := b.signed(ctx, raw, rules)
	if err != nil {
		return nil, err
	}
	if st.identity, err = st.claims.Identity(); err != nil {
		return nil, err
	}
	business := st.identity.Capacity == claims.CapacityProfessional || st.identity.Capacity == claims.CapacitySignatory
	if business && !st.claims.TellsLevel() && st.identity.Levels.LoA == claims.LevelUnknown {
		st.identity.Levels.LoA = b.cfg.businessLevel
	}
	return st, nil
}

// signed checks an ID token and reads its claims, whoever they name.
func (b *Broker) signed(ctx context.Context, raw string, rules oidcrp.Rules) (*statement, error) {
	st := &statement{}
	var err error
	st.verified, err = b.party.VerifyBy(ctx, raw, rules, func(payload []byte) (*oidcrp.Claims, error) {
		c, err := parseClaims(payload)
		if err != nil {
			return nil, err
		}
		st.claims = c
		return (*oidcrp.Claims)(&c.Registered), nil
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}

func (st *statement) token() mitid.Token {
	return mitid.Token{Use: "id_token", Raw: mitid.NewSecret(st.verified.JWS), Key: st.verified.Key}
}

func (st *statement) assertion() *mitid.Assertion {
	c := st.claims
	as := &mitid.Assertion{
		Identity: st.identity, Claims: c, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0),
		Texts:    mitid.Texts{ReferenceHeader: c.RefTextHeader},
		Evidence: mitid.Evidence{Tokens: []mitid.Token{st.token()}},
	}
	if c.RefTextBody != "" {
		as.Texts.Reference = &mitid.Text{Body: c.RefTextBody}
	}
	return as
}

// record writes down what was asked, as far as it is known after the journey: of
// the text its digest, under a name of our own.
func (b *Broker) record(a *mitid.Attempt) string {
	q := b.recordStart(a)
	q.Set("scope", b.scope(&a.Request))
	q.Set("acr_values", acrOf(a))
	if a.Reference != nil {
		q.Set("message_sha256", hex.EncodeToString(a.Reference.SHA256[:]))
	}
	return q.Encode()
}

func (b *Broker) recordStart(a *mitid.Attempt) url.Values {
	return url.Values{
		"client_id": {b.cfg.clientID}, "redirect_uri": {a.RedirectURL}, "response_type": {"code"},
		"nonce": {a.Nonce}, "state": {a.Handle}, "code_challenge": {a.Challenge()},
	}
}
