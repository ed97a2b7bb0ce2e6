package mitidhttp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Ended remembers which sessions the broker has ended, because a session in a
// cookieName cannot be called back. With Config.Sessions the store's Delete does the
// same and more, and the default is good enough. One is for one Gate and its replicas. The
// methods are called at the same time, and End again for a message that comes
// again; what they know may be forgotten after 24 hours, the longest life of a
// session.
type Ended interface {
	// End notes a logout. With a SessionID it ends that session of the broker for
	// good, whenever ours began; without, those sessions of Subject whose login was
	// not after At.
	End(ctx context.Context, l mitid.Logout) error
	// Ended reports whether a session of subject, with the broker's id sessionID
	// (which may be empty), from a login at the time login is over.
	Ended(ctx context.Context, subject, sessionID string, login time.Time) (bool, error)
}

// ReceiveLogout returns the handler for the broker's logout messages; register
// its address at the broker. A POST is a back-channel message: it is verified, and
// answered 200 when the sessions it names are over, 400 when it is refused, 503
// when Config.Ended or Config.Sessions does not answer, so that the broker sends it again (OpenID
// Connect Back-Channel Logout 1.0 section 2.8).
//
// A GET is a front-channel message, which nobody signs: it ends the session of its
// own browser alone, if it names that one. Browsers send the session's cookie only
// when broker and app are of one site, so rely on the back channel.
//
// A broker without logout messages is refused with mitid.ErrUnsupported and 400.
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

// endOwnSession ends the session of the browser that brings the message, if it is the
// one that the message names.
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

// endNamedSessions ends the sessions that a message names: what Ended remembers also ends those
// that are being saved at this moment.
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

// liveSession returns the session of r unless the broker has ended it, and whether the
// browser sent a cookie that is good for nothing. An error means that nobody knows:
// let no one in, and take no session away.
func (g *Gate) liveSession(r *http.Request) (s *Session, garbage bool, err error) {
	s, garbage, err = g.readSession(r)
	if err != nil {
		g.logRefusal(r, err)
		return nil, false, err
	}
	if s == nil {
		return nil, garbage, nil
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

// memoryEnded remembers maxEnded logouts of this process; the first noted go first.
type memoryEnded struct {
	mu   sync.Mutex
	at   map[logoutKey]time.Time
	ring []logoutKey
	next int
}

// logoutKey is a logout by the narrower of its two names.
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
