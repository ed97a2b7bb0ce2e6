package neb

import (
	"context"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// EndSession sends the browser through the broker's logout (Signaturgruppen,
// sessions). The ID token goes along as a hint: it holds no fact about the person
// but a key that means nothing outside this organisation, and lives five minutes.
//
// The broker leads the browser back to returnTo only with a hint that is still
// good. A login without one (its ID token has expired, or Login.Evidence is gone)
// ends on the broker's own page.
func (b *Broker) EndSession(ctx context.Context, l *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	if md.EndSession == "" {
		return nil, fault.New(fault.Unsupported, "the broker announces no logout")
	}
	var q oidcrp.Params
	if hint := tokenOf(l, useIDToken); hint != "" && (l.Expires.IsZero() || b.now().Before(l.Expires)) {
		q.Add("id_token_hint", hint)
	}
	q.Add("post_logout_redirect_uri", returnTo)
	q.Add("state", state)
	return &mitid.Redirect{URL: q.On(md.EndSession)}, nil
}
