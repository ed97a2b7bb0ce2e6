package oidcbroker

import (
	"context"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Exchange reads the broker's answer to a and exchanges its code for tokens, which are
// not verified yet. For an error answer it returns the error of Config.Declined.
func (b *Broker) Exchange(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*oidcrp.Tokens, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	answer, err := b.Party.ReadAnswer(ctx, values)
	if err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, b.declined(a, answer)
	}
	if b.checkAnswer != nil {
		if err := b.checkAnswer(a, values); err != nil {
			return nil, err
		}
	}
	return b.Party.Exchange(ctx, answer.Code, a.Verifier, a.RedirectURL)
}
