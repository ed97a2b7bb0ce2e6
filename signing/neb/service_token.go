package neb

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/internal/oidcrp"
)

// scopeAPI is the scope of the service token (Signaturgruppen, transaction signing).
const scopeAPI = "signtext_api"

// early is how long before its end a service token is no longer used.
const early = time.Minute

// serviceToken keeps the token of the API client. One call fetches it at a time; the
// others wait for it.
type serviceToken struct {
	party *oidcrp.Party
	now   func() time.Time
	turn  chan struct{} // holds one value while nobody fetches

	// The fields below belong to whoever has the turn.
	until  time.Time
	reveal func() string // behind a function: printers by reflection find an address
}

func newServiceToken(party *oidcrp.Party, now func() time.Time) *serviceToken {
	t := &serviceToken{party: party, now: now, turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

// get returns a token that is good for a while. If stale is not empty, the token with
// that value is not used any more.
func (t *serviceToken) get(ctx context.Context, stale string) (string, error) {
	select {
	case <-t.turn:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { t.turn <- struct{}{} }()
	if t.reveal != nil && t.reveal() != stale && t.now().Before(t.until) {
		return t.reveal(), nil
	}
	t.reveal = nil
	asked := t.now()
	token, life, err := t.party.ServiceToken(ctx, scopeAPI)
	if err != nil {
		return "", err
	}
	t.reveal, t.until = func() string { return token }, asked.Add(life-min(early, life/2))
	return token, nil
}
