package neb

import (
	"context"
	"net/url"

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
	q := url.Values{"post_logout_redirect_uri": {returnTo}, "state": {state}}
	if hint := tokenOf(l, useIDToken); hint != "" && (l.Expires.IsZero() || b.now().Before(l.Expires)) {
		q.Set("id_token_hint", hint)
	}
	return b.oidc.EndSession(ctx, q)
}
