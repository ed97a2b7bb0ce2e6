package neb

import (
	"context"

	"github.com/dkeid/dkeid/mitid"
)

// Check compares the broker's documents with Config, and pushes a.
func (b *Broker) Check(ctx context.Context, a *mitid.Attempt) []mitid.Finding {
	found := b.party.Probe(ctx, func(ctx context.Context) error {
		_, err := b.Begin(ctx, a)
		return err
	})
	out := make([]mitid.Finding, len(found))
	for i, f := range found {
		out[i] = mitid.Finding{Grade: mitid.Grade(f.Grade), About: f.About, Kind: mitid.Kind(f.Class), Code: f.Code, What: f.What, Do: f.Do}
	}
	return out
}
