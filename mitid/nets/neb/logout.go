package neb

import (
	"context"
	"net/url"

	"github.com/dkeid/dkeid/mitid"
)

// EndSession sends the browser through the broker's logout (Signaturgruppen,
// sessions), with the ID token as a hint. The only fact about the person in it is a key
// that means nothing outside this organisation, and it lives five minutes.
//
// The broker sends the browser back to returnTo only if the hint has not expired.
// Otherwise, and if Login.Evidence is missing, the logout ends on the broker's page.
func (b *Broker) EndSession(ctx context.Context, l *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	q := url.Values{"post_logout_redirect_uri": {returnTo}, "state": {state}}
	if hint := tokenOf(l, useIDToken); hint != "" && (l.Expires.IsZero() || b.now().Before(l.Expires)) {
		q.Set("id_token_hint", hint)
	}
	return b.oidc.EndSession(ctx, q)
}
