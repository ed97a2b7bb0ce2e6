package mitidhttp

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Ended remembers which sessions the broker has ended, because a session lives in
// a cookie that nobody can call back. One is for one Gate and its replicas. The
// methods are called at the same time; what they know may be forgotten after 24
// hours, the longest life of a session.
type Ended interface {
	// End notes that the sessions which l names and which began at or before at
	// are over.
	End(ctx context.Context, l mitid.Logout, at time.Time) error
	// Ended reports whether a session of subject, with the broker's id sessionID
	// (which may be empty), that began at began is over. An error counts as yes.
	Ended(ctx context.Context, subject, sessionID string, began time.Time) (bool, error)
}

// ReceiveLogout returns the handler for the broker's logout messages; register
// its address at the broker. A POST is a back-channel message: it is verified, and
// answered 200 when the sessions it names are over and 400 when it is refused
// (OpenID Connect Back-Channel Logout 1.0 section 2.8). A GET is a front-channel
// message, which nobody signs: it ends the session of its own browser alone, if it
// names that one.
//
// A broker without logout messages is refused with mitid.ErrUnsupported and 400.
func (g *Gate) ReceiveLogout() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		if !allow(w, r, http.MethodGet, http.MethodPost) {
			return
		}
		cb, err := mitid.ReadCallback(r)
		if err != nil {
			g.note(r, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		lo, err := g.client.ReceiveLogout(r.Context(), cb)
		if err != nil { // the client has logged why
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodGet {
			if s, _ := g.read(r); s != nil && lo.SessionID != "" && s.Identity.SessionID == lo.SessionID {
				http.SetCookie(w, g.sessionCookie("", 0))
			}
			return
		}
		if err := g.ended.End(r.Context(), *lo, g.now()); err != nil {
			g.note(r, &mitid.Error{Kind: mitid.BrokerUnavailable, Op: "receive logout", Why: "Config.Ended does not answer"})
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// over reports whether the broker has ended s.
func (g *Gate) over(r *http.Request, s *Session) bool {
	over, err := g.ended.Ended(r.Context(), s.Identity.Subject, s.Identity.SessionID, s.LoggedInAt)
	return over || err != nil
}

// endedCap bounds the memory of the built-in Ended.
const endedCap = 1 << 16

// memoryEnded remembers the latest endedCap logouts of this process.
type memoryEnded struct {
	mu   sync.Mutex
	at   map[logoutKey]time.Time
	ring []logoutKey
	next int
}

// logoutKey is a logout by the narrower of its two names.
type logoutKey struct{ subject, sessionID string }

func newMemoryEnded() *memoryEnded { return &memoryEnded{at: make(map[logoutKey]time.Time)} }

func (e *memoryEnded) End(_ context.Context, l mitid.Logout, at time.Time) error {
	key := logoutKey{subject: l.Subject}
	if l.SessionID != "" {
		key = logoutKey{sessionID: l.SessionID}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.at[key]; !known {
		if len(e.ring) < endedCap {
			e.ring = append(e.ring, key)
		} else {
			delete(e.at, e.ring[e.next])
			e.ring[e.next] = key
			e.next = (e.next + 1) % endedCap
		}
	}
	e.at[key] = at
	return nil
}

func (e *memoryEnded) Ended(_ context.Context, subject, sessionID string, began time.Time) (bool, error) {
	keys := []logoutKey{{subject: subject}}
	if sessionID != "" {
		keys = append(keys, logoutKey{sessionID: sessionID})
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(keys, func(k logoutKey) bool {
		at, known := e.at[k]
		return known && !began.After(at)
	}), nil
}
