package mitidhttp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Ended remembers which sessions the broker has ended, because a session in a cookie
// cannot be revoked. With Config.Sessions the default is enough: the store deletes the
// sessions that the broker ends. Each Gate, with its replicas, needs an Ended of its
// own.
//
// The methods are called concurrently. End is called again for a message that comes
// again. An Ended may forget a logout after 24 hours, the longest life of a session.
type Ended interface {
	// End remembers a logout. If l has a SessionID, that session of the broker has
	// ended for good, and every session here that came of it. If not, every session of
	// l.Subject whose login was not after l.At has ended.
	End(ctx context.Context, l mitid.Logout) error
	// Ended reports whether a session has ended: that of subject, with the broker's id
	// sessionID (which may be empty), and with a login at the time login.
	Ended(ctx context.Context, subject, sessionID string, login time.Time) (bool, error)
}

// ReceiveLogout returns the handler for the broker's logout messages. Register its
// address at the broker.
//
// A POST is a back-channel message, which the Client verifies. The answer is 200 if the
// sessions that it names have ended, and 400 if it is refused. It is 503 if
// Config.Ended or Config.Sessions does not answer, so that the broker sends the
// message again (OpenID Connect Back-Channel Logout 1.0 section 2.8).
//
// A GET is a front-channel message, which is not signed. It ends the session of the
// browser that brings it, if it names that session, and no other. Browsers send the
// session's cookie only if broker and app are of one site, so rely on the back channel.
//
// If the broker has no logout messages, the answer is 400.
func (g *Gate) ReceiveLogout() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodGet, http.MethodPost) {
			return
		}
		cb, err := mitid.ReadCallback(r)
		if err != nil {
			g.logRefusal(r, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		lo, err := g.client.ReceiveLogout(r.Context(), cb)
		if err != nil { // the client has logged why
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodGet {
			g.endOwnSession(w, r, lo)
			return
		}
		if lo.At.IsZero() {
			lo.At = g.now()
		}
		if err := g.endNamedSessions(r.Context(), lo); err != nil {
			g.logRefusal(r, err)
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// endOwnSession ends the session of r's browser if lo names it.
func (g *Gate) endOwnSession(w http.ResponseWriter, r *http.Request, lo *mitid.Logout) {
	s, _, err := g.readSession(r)
	if err == nil && (s == nil || lo.SessionID == "" || s.Identity.SessionID != lo.SessionID) {
		return
	}
	if err == nil {
		err = g.deleteStored(r)
	}
	if err != nil {
		g.logRefusal(r, err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	http.SetCookie(w, g.sessionCookie("", 0))
}

// endNamedSessions ends the sessions that lo names. It tells Config.Ended first, so
// that a session that is being saved at this moment ends too.
func (g *Gate) endNamedSessions(ctx context.Context, lo *mitid.Logout) error {
	if g.ended.End(ctx, *lo) != nil {
		return endedUnavailable()
	}
	switch {
	case g.sessions == nil:
		return nil
	case lo.SessionID != "":
		return g.deleteAll(ctx, brokerSessionName(lo.SessionID))
	}
	return g.deleteAll(ctx, personName(lo.Subject))
}

func endedUnavailable() error {
	return &mitid.Error{Kind: mitid.BrokerUnavailable, Op: "session", Why: "Config.Ended does not answer"}
}

// liveSession returns the session of r. It returns nil if r has none or the broker has
// ended it; useless reports whether the browser sent a session cookie all the same. If
// err is not nil, the answer is unknown: the caller lets nobody in and removes no
// cookie.
func (g *Gate) liveSession(r *http.Request) (s *Session, useless bool, err error) {
	s, useless, err = g.readSession(r)
	if err != nil {
		g.logRefusal(r, err)
		return nil, false, err
	}
	if s == nil {
		return nil, useless, nil
	}
	login := s.Identity.AuthTime
	if login.IsZero() {
		login = s.LoggedInAt
	}
	over, err := g.ended.Ended(r.Context(), s.Identity.Subject, s.Identity.SessionID, login)
	switch {
	case err != nil:
		err = endedUnavailable()
		g.logRefusal(r, err)
		return nil, false, err
	case over:
		return nil, true, nil
	}
	return s, false, nil
}

// maxEnded bounds the memory of the built-in Ended.
const maxEnded = 1 << 16

// memoryEnded remembers the latest maxEnded logouts of this process.
type memoryEnded struct {
	mu   sync.Mutex
	at   map[logoutKey]time.Time
	ring []logoutKey
	next int
}

// logoutKey names a logout by its session, or by its subject if it names no session.
type logoutKey struct{ subject, sessionID string }

func newMemoryEnded() *memoryEnded { return &memoryEnded{at: make(map[logoutKey]time.Time)} }

func (e *memoryEnded) End(_ context.Context, l mitid.Logout) error {
	key := logoutKey{subject: l.Subject}
	if l.SessionID != "" {
		key = logoutKey{sessionID: l.SessionID}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	at, known := e.at[key]
	if !known {
		if len(e.ring) < maxEnded {
			e.ring = append(e.ring, key)
		} else {
			delete(e.at, e.ring[e.next])
			e.ring[e.next] = key
			e.next = (e.next + 1) % maxEnded
		}
	}
	if !known || l.At.After(at) {
		e.at[key] = l.At
	}
	return nil
}

func (e *memoryEnded) Ended(_ context.Context, subject, sessionID string, login time.Time) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, over := e.at[logoutKey{sessionID: sessionID}]; over && sessionID != "" {
		return true, nil
	}
	at, known := e.at[logoutKey{subject: subject}]
	return known && !login.After(at), nil
}
