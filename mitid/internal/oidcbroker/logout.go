package oidcbroker

import (
	"context"
	"net/url"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// EndSession sends the browser to the broker's logout with query (OpenID Connect
// RP-Initiated Logout 1.0).
func (b *Broker) EndSession(ctx context.Context, query url.Values) (*mitid.Redirect, error) {
	md, err := b.Party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	if md.EndSession == "" {
		return nil, fault.New(fault.Unsupported, "the broker announces no logout")
	}
	return &mitid.Redirect{URL: address(md.EndSession, query)}, nil
}
