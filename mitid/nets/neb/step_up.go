package neb

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// cprWindow is how long after a MitID login the broker can still find out about the
// person's CPR number (Signaturgruppen, MitID: CPR match).
const cprWindow = 15 * time.Minute

// StepUp asks for more on the session that the person has at the broker: a
// further scope shows its page and nothing else. A demand for a new login
// (Request.Fresh; the client makes it for a higher level) goes on to MitID.
//
// What needs a CPR number is refused with ErrInteractionRequired when the login is older
// than 15 minutes, before anything is sent: log in anew, or set Request.Fresh.
func (b *Broker) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	r := &a.Request
	if showsCPRPage(r) && !needsLogin(a) {
		if err := b.checkWindow(l, a.Now); err != nil {
			return nil, err
		}
	}
	// Should the session be gone, MitID begins with the right person. Employees are
	// not found by it.
	if l.Identity.Capacity == claims.CapacityPrivate && !r.Silent && r.UUID == (claims.UUID{}) {
		r.UUID = l.Identity.UUID
	}
	return b.begin(ctx, a, r.Fresh && a.Level > l.Identity.Levels.LoA)
}

// checkWindow refuses a login whose CPR number can no longer be found out. A login
// that does not tell its age is left to the broker.
func (b *Broker) checkWindow(l *mitid.Login, now time.Time) error {
	if at := l.Identity.AuthTime; !at.IsZero() && now.Sub(at) >= cprWindow {
		return fault.New(fault.InteractionRequired, "the login is older than the 15 minutes in which the broker can find out about the CPR number; log in anew")
	}
	return nil
}
