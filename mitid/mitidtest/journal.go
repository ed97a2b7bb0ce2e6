package mitidtest

import (
	"cmp"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// maxSteps is how many steps of a login are kept, and maxText how many characters of a text
// that came from elsewhere.
const (
	maxSteps = 64
	maxText  = 200
)

// keyLife is for how long a code or a token leads to its login.
const keyLife = 4 * time.Hour

// journal is what the fake remembers of logins.
type journal struct {
	keyed *Store[*entry] // by digests of requests, codes, tokens and sessions

	mu      sync.Mutex // guards all below, and every entry; it may be held when the Broker's is taken
	entries []*entry   // oldest first
	changes uint64
}

// entry is one login.
type entry struct {
	shown   LoginRecord
	until   time.Time // when the page runs out
	returns string    // the redirect URI, as the app sent it
	said    string    // who said what the person does; empty while nobody has
	act     Act       // what that was
	asked   bool      // a page was shown
	outside *Outcome  // from Decide
}

// turn is one request while it is answered. One goroutine uses it.
type turn struct {
	of      *entry // the login that the request belongs to; nil if it is not known
	form    url.Values
	problem string // why it is refused
}

type turnKey struct{}

// turnOf returns the turn of a request, or an empty one outside of Broker.ServeHTTP.
func turnOf(r *http.Request) *turn {
	if t, ok := r.Context().Value(turnKey{}).(*turn); ok {
		return t
	}
	return new(turn)
}

// note adds a step. The caller holds the lock.
func (j *journal) note(e *entry, now time.Time, text string) {
	j.changes++
	switch n := len(e.shown.Steps); {
	case n < maxSteps-1:
		e.shown.Steps = append(e.shown.Steps, LoginStep{now, text})
	case n == maxSteps-1:
		e.shown.Steps = append(e.shown.Steps, LoginStep{now, "more happened, which is not kept"})
	}
}

// expire ends the logins whose page has run out. The caller holds the lock.
func (j *journal) expire(now time.Time) {
	for _, e := range j.entries {
		if e.shown.State == LoginWaiting && now.After(e.until) {
			why := "nobody answered on the page"
			if e.outside != nil {
				why = "it was decided from outside of the browser, and the browser did not come back"
			}
			e.end(e.until, LoginExpired, why+" within "+strconv.Itoa(int(visitLife/time.Minute))+" minutes")
			j.changes++
		}
	}
}

// end sets how a login has ended.
func (e *entry) end(now time.Time, state LoginState, why string) {
	e.shown.State, e.shown.Ended, e.shown.Why = state, now, why
}

// write changes the login of a request, and adds a step to it.
func (b *Broker) write(r *http.Request, text string, change func(e *entry, now time.Time)) {
	b.writeTo(turnOf(r).of, text, change)
}

func (b *Broker) writeTo(e *entry, text string, change func(e *entry, now time.Time)) {
	if e == nil {
		return
	}
	now := b.Now()
	b.journal.mu.Lock()
	defer b.journal.mu.Unlock()
	b.journal.note(e, now, text)
	if change != nil {
		change(e, now)
	}
}

// add begins an entry.
func (j *journal) add(e *entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == maxLogins {
		j.entries = append(j.entries[:0], j.entries[1:]...)
	}
	j.entries = append(j.entries, e)
	j.changes++
}

// waits reports whether the login waits for a person.
func (j *journal) waits(e *entry) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return e.shown.State == LoginWaiting
}

// forget forgets every login.
func (j *journal) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = nil
	j.changes++
}

// keyOf is the key of an entry, which holds nothing of what it was made of.
func keyOf(kind, value string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + value))
	return string(sum[:])
}

// safe returns a text that came from elsewhere as a record may hold it: short, and without
// what looks like a CPR number.
func safe(s string) string {
	if cprshape.In(s) {
		return "…"
	}
	if runes := []rune(s); len(runes) > maxText {
		return string(runes[:maxText]) + "…"
	}
	return s
}

// address returns scheme, host and path of a redirect URI.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return "an address that cannot be read"
	}
	return safe(u.Scheme + "://" + u.Host + u.EscapedPath())
}

// nameOf is what a record calls a citizen.
func nameOf(c Citizen) string { return cmp.Or(c.Name, "somebody whose name is protected") }

func newEntry(now time.Time, returns string) *entry {
	return &entry{shown: LoginRecord{ID: fakehttp.RandomHex(16), Begun: now, State: LoginWaiting}, until: now.Add(visitLife), returns: returns}
}
