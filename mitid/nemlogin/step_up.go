package nemlogin

import (
	"context"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// StepUp begins a login of the same person. The Client compares the NameID of the answer
// with that of l, so a transient NameID does not serve.
func (b *Broker) StepUp(ctx context.Context, a *mitid.Attempt, _ *mitid.Login) (*mitid.Redirect, error) {
	if b.cfg.TransientNameID {
		return nil, fault.New(fault.Unsupported, "a step-up needs a persistent NameID, and Config.TransientNameID asks for another one at each login")
	}
	return b.Begin(ctx, a)
}
