package criipto

import (
	"context"
	"net/url"

	"github.com/dkeid/dkeid/mitid"
)

// EndSession sends the browser through the broker's logout
// (https://docs.idura.app/verify/guides/sso). It sends no id_token_hint, because an ID
// token of this broker names the person, and addresses get into logs.
func (b *Broker) EndSession(ctx context.Context, _ *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	return b.oidc.EndSession(ctx, url.Values{
		"post_logout_redirect_uri": {returnTo}, "state": {state}, "client_id": {b.oidc.Callback().ClientID},
	})
}
