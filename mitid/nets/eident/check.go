package eident

import (
	"context"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Check compares the broker's documents with Config. This broker takes no pushed requests,
// so that client id, secret and redirect address stay unproved.
func (b *Broker) Check(ctx context.Context, a *mitid.Attempt) []mitid.Finding {
	return oidcbroker.Check(ctx, b.party, b, a)
}
