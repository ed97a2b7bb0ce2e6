package criipto

import (
	"context"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Check compares the broker's documents with Config, and pushes a.
func (b *Broker) Check(ctx context.Context, a *mitid.Attempt) []mitid.Finding {
	return oidcbroker.Check(ctx, b.party, b, a)
}
