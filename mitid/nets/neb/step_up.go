package neb

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// cprWindow is how long after a MitID login the broker can match or ask for the person's
// CPR number (Signaturgruppen, MitID: CPR match).
const cprWindow = 15 * time.Minute

// StepUp asks for more in the session that the person has at the broker. The person sees
// the broker's page for what is new, and nothing else. With Request.Fresh, which the
// client sets for a higher level, the person uses MitID again.
//
// If r needs a CPR number and the login is older than 15 minutes, the error is
// ErrInteractionRequired, and nothing is sent: begin a new login, or set Request.Fresh.
func (b *Broker) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	r := &a.Request
	if showsCPRPage(r) && !needsLogin(a) {
		if err := b.checkWindow(l, a.Now); err != nil {
			return nil, err
		}
	}
	// If the session has ended, MitID begins with the right person. MitID does not find
	// employees by their UUID.
	if l.Identity.Capacity == claims.CapacityPrivate && !r.Silent && r.UUID == (claims.UUID{}) {
		r.UUID = l.Identity.UUID
	}
	return b.begin(ctx, a, r.Fresh && a.Level > l.Identity.Levels.LoA)
}

// checkWindow returns an error if the login is older than cprWindow. For a login without
// a time the broker decides.
func (b *Broker) checkWindow(l *mitid.Login, now time.Time) error {
	if at := l.Identity.AuthTime; !at.IsZero() && now.Sub(at) >= cprWindow {
		return fault.New(fault.InteractionRequired, "the login is older than the 15 minutes in which the broker can find out about the CPR number; log in anew")
	}
	return nil
}
