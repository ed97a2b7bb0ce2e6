package neb

import (
	"context"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Judge verifies a token answer, for the benchmark.
func (b *Broker) Judge(ctx context.Context, a *mitid.Attempt, id string, extra map[string]string) (*mitid.Assertion, error) {
	return b.verify(ctx, a, &oidcrp.Tokens{IDToken: id, AccessToken: "x", Extra: extra}, nil)
}

// ForgetStatus makes the next OCSP answer a new one.
func (b *Broker) ForgetStatus() { b.status.Store(nil) }
