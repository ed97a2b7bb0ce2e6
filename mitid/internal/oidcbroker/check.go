package oidcbroker

import (
	"context"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Check compares the documents of b's broker with the Config behind p. Where the
// broker takes pushed requests, b pushes a.
func Check(ctx context.Context, p *oidcrp.Party, b mitid.Broker, a *mitid.Attempt) []mitid.Finding {
	found := p.Probe(ctx, func(ctx context.Context) error {
		_, err := b.Begin(ctx, a)
		return err
	})
	out := make([]mitid.Finding, len(found))
	for i, f := range found {
		out[i] = mitid.Finding{Grade: mitid.Grade(f.Grade), About: f.About, Kind: mitid.Kind(f.Class), Code: f.Code, What: f.What, Do: f.Do}
	}
	return out
}
