package mitidtest

import (
	"errors"
	"slices"
	"time"
)

// LoginRecord says what became of one login at a fake. Its texts hold no secret, code,
// token or CPR number.
type LoginRecord struct {
	ID string // random, of this fake
	// Begun and Ended are times of the fake's clock. Ended is zero while the login waits.
	Begun, Ended time.Time
	// Who is the name of the citizen, who is fictitious. It is empty until it is known.
	Who   string
	State LoginState
	// Why says in English why the login ended as it did, such as "the person pressed cancel". It is
	// empty if there is nothing to say.
	Why   string
	Steps []LoginStep // at most 64; the last one then says that there were more
}

// LoginStep is something that happened in a login.
type LoginStep struct {
	At   time.Time // of the fake's clock
	Text string    // in English
}

// LoginState is how far a login has come.
type LoginState string

// The states.
const (
	LoginWaiting   LoginState = "waiting"   // for the person
	LoginApproved  LoginState = "approved"  // answered; the app has not redeemed the code yet
	LoginCompleted LoginState = "completed" // the app fetched its tokens, or the answer held all there is
	LoginAborted   LoginState = "aborted"   // by the person
	LoginFailed    LoginState = "failed"    // with an error of the broker, or at the app's token request
	LoginRefused   LoginState = "refused"   // the app's request was not good enough to ask anybody
	LoginExpired   LoginState = "expired"   // the person did not answer in time
)

// maxLogins is how many logins a fake remembers.
const maxLogins = 1024

// Logins returns what became of the latest logins, at most 1024, oldest first. Reset
// forgets them.
func (b *Broker) Logins() []LoginRecord {
	now := b.Now()
	j := &b.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.expire(now)
	all := make([]LoginRecord, len(j.entries))
	for i, e := range j.entries {
		all[i] = e.shown
		all[i].Steps = slices.Clone(e.shown.Steps)
	}
	return all
}

// Changes returns a number that grows with everything that Logins would show differently.
func (b *Broker) Changes() uint64 {
	now := b.Now()
	j := &b.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.expire(now)
	return j.changes
}

// Decide ends a login that waits for a person, from outside of the browser. The page in
// the browser goes on by itself within about a second, or with the next button if it runs no
// scripts. Decide returns an error if there is no such login or if it waits no longer.
func (b *Broker) Decide(id string, o Outcome) error {
	now := b.Now()
	j := &b.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.expire(now)
	i := slices.IndexFunc(j.entries, func(e *entry) bool { return e.shown.ID == id })
	switch {
	case i < 0:
		return errors.New("mitidtest: there is no such login")
	case j.entries[i].shown.State != LoginWaiting, j.entries[i].outside != nil:
		return errors.New("mitidtest: the login does not wait for anybody")
	}
	j.entries[i].outside = &o
	j.note(j.entries[i], now, "decided from outside of the browser; the page goes on")
	return nil
}
