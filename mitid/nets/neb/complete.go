package neb

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Complete exchanges the code and verifies the ID token, and then the other tokens and
// userinfo, which must belong to it.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	if len(a.Private) > 0 {
		return nil, fault.New(fault.StateInvalid, "the pending login is one that signs a document; it is no login")
	}
	return b.complete(ctx, a, cb, nil)
}

// complete finishes a login, which signs doc if doc is not nil.
func (b *Broker) complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback, doc *Document) (*mitid.Assertion, error) {
	asked := b.asked(a) // before verify, which may remove a text from a
	if doc != nil {
		doc.asked(asked)
	}
	tokens, err := b.oidc.Exchange(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	as, err := b.verify(ctx, a, tokens, doc)
	if err != nil {
		return nil, err
	}
	access := mitid.Token{Use: useAccess, Raw: mitid.NewSecret(tokens.AccessToken)}
	as.Evidence = oidcbroker.Evidence(a, asked, append(as.Evidence.Tokens, access)...)
	return as, nil
}

// verify verifies the token answer. It admits the login before it calls the userinfo
// endpoint.
func (b *Broker) verify(ctx context.Context, a *mitid.Attempt, tokens *oidcrp.Tokens, doc *Document) (*mitid.Assertion, error) {
	t, err := b.verifyID(ctx, tokens.IDToken, oidcbroker.Rules(a, tokens))
	if err != nil {
		return nil, err
	}
	as, err := assertion(t)
	if err != nil {
		return nil, err
	}
	if err := oidcbroker.Admit(a, &as.Identity); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Stale && doc != nil {
			return nil, f.With(ErrEvidenceIncomplete)
		}
		return nil, err
	}
	if err := b.admitSession(a, as.Identity.AuthTime); err != nil {
		return nil, err
	}
	said := &Claims{IDToken: t.Claims, Signed: doc}
	if b.wantsTransaction(a) || doc != nil {
		x, err := b.transactionOf(ctx, a, t.Claims, tokens, doc)
		if err != nil {
			return nil, err
		}
		said.Transaction, as.Texts = x.claims, x.texts
		as.Evidence.Tokens = append(as.Evidence.Tokens, x.tokens...)
	}
	as.Claims = said
	if doc == nil || signingNeedsUserinfo(&a.Request) {
		u, token, err := b.person(ctx, tokens)
		if err != nil {
			return nil, err
		}
		said.UserInfo = u
		as.Evidence.Tokens = append(as.Evidence.Tokens, token)
	}
	if as.Identity, err = said.Identity(); err != nil {
		return nil, err
	}
	if doc != nil {
		if err := doc.admitSigner(a, &as.Identity); err != nil {
			return nil, err
		}
	}
	if u := said.UserInfo; u != nil && as.Texts.Reference == nil && u.ReferenceText != "" {
		as.Texts.Reference = &mitid.Text{Body: u.ReferenceText}
	}
	if err := oidcbroker.AdmitTexts(a, as.Texts, b.cfg.textOptional); err != nil {
		return nil, err
	}
	return as, nil
}

// admitSession refuses a session at the broker that is older than Config.MaxAge.
func (b *Broker) admitSession(a *mitid.Attempt, began time.Time) error {
	if b.cfg.maxAge > 0 && began.Before(a.Started.Add(-b.cfg.maxAge-time.Minute)) {
		return &fault.Error{Class: fault.AssuranceTooLow, Why: "the session at the broker is older than Config.MaxAge", Stale: true}
	}
	return nil
}

// asked returns the parameters of the request of a, for Login.Evidence.
func (b *Broker) asked(a *mitid.Attempt) url.Values {
	q := b.oidc.Asked(a)
	q.Set("idp_values", idpValuesOf(&a.Request))
	q.Set("loa_value", a.Level.String())
	oidcbroker.SetDigest(q, "reference_text_sha256", a.Reference)
	oidcbroker.SetDigest(q, "transaction_text_sha256", a.Transaction)
	return q
}
