package criipto

import (
	"context"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// EndSession sends the browser through the broker's logout
// (https://docs.idura.app/verify/guides/sso). It carries no id_token_hint: an ID
// token of this broker names the person, and an address ends up in logs.
func (b *Broker) EndSession(ctx context.Context, _ *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	if md.EndSession == "" {
		return nil, fault.New(fault.Unsupported, "this domain announces no logout")
	}
	q := oidcrp.Params{{"post_logout_redirect_uri", returnTo}, {"state", state}, {"client_id", b.cfg.clientID}}
	return &mitid.Redirect{URL: q.On(md.EndSession)}, nil
}
