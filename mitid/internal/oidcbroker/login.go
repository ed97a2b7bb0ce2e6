package oidcbroker

import (
	"context"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// AddStart adds who asks, and how the answer is to come.
func AddStart(q *oidcrp.Params, a *mitid.Attempt, clientID string, formPost bool) {
	q.Add("client_id", clientID)
	q.Add("redirect_uri", a.RedirectURL)
	q.Add("response_type", "code")
	if formPost {
		q.Add("response_mode", "form_post")
	}
}

// AddJourney adds what binds the answer to this login: state, nonce and PKCE.
func AddJourney(q *oidcrp.Params, a *mitid.Attempt) {
	q.Add("state", a.Handle)
	q.Add("nonce", a.Nonce)
	q.Add("code_challenge", a.Challenge())
	q.Add("code_challenge_method", "S256")
}

// Exchange reads the broker's answer to a and turns its code into tokens. An answer
// that is an error becomes what declined makes of it.
func Exchange(ctx context.Context, p *oidcrp.Party, a *mitid.Attempt, cb mitid.Callback, declined func(*oidcrp.Answer) error) (*oidcrp.Tokens, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	answer, err := p.ReadAnswer(ctx, values)
	if err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, declined(answer)
	}
	return p.Exchange(ctx, answer.Code, a.Verifier, a.RedirectURL)
}
