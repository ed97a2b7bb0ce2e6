package mitidhttp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Ended remembers which sessions the broker has ended, because a session in a cookie
// cannot be revoked. With Config.Sessions the default is nearly enough: the store deletes
// the sessions that the broker ends. Only an answer to a login that was on its way then
// can begin a session at another replica. Each Gate, with its replicas, needs an Ended of
// its own. After a restart, the default has forgotten all.
//
// The methods are called concurrently. End is called again for a message that comes
// again. An Ended may forget a logout after 24 hours, the longest life of a session.
type Ended interface {
	// End remembers a logout. If l has a SessionID, that session of the broker has
	// ended for good, and every session here that came of it: those of l.Subject, or if
	// that is empty those of everybody. If l has no SessionID, every session of l.Subject
	// whose login was not after l.At has ended.
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
// A SAML broker sends its messages through the person's browser, signed, to
// mitid.CallbackRule.LogoutURL. Its request ends the sessions that it names, and the
// browser goes back to the broker with the answer. After Logout, the broker's answer
// leads on to the return path. A message that is refused ends nothing and shows a small
// page. With a form post, the browser sends no session cookie. Therefore, with sessions
// in cookies and several replicas, set Config.Ended.
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
			g.refuseLogout(w, r, http.StatusBadRequest)
			return
		}
		lo, err := g.client.ReceiveLogout(r.Context(), cb)
		if err != nil { // the client has logged why
			g.refuseLogout(w, r, http.StatusBadRequest)
			return
		}
		switch {
		case lo.Finished:
			g.finishLogout(w, r, cb, lo)
			return
		case lo.Answer != nil:
			g.endByBrowser(w, r, lo)
			return
		case r.Method == http.MethodGet:
			g.endOwnSession(w, r, lo)
			return
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

// endNamedSessions ends the sessions that lo names. The store goes first: if it does not
// answer, nothing is remembered, and the same message ends the sessions when it comes
// again.
func (g *Gate) endNamedSessions(ctx context.Context, lo *mitid.Logout) error {
	if lo.At.IsZero() {
		lo.At = g.now()
	}
	if err := g.deleteNamed(ctx, lo); err != nil {
		return err
	}
	if g.ended.End(ctx, *lo) != nil {
		return endedUnavailable()
	}
	return nil
}

// deleteNamed deletes the sessions that lo names from the store. The store cannot tell
// which of a person's sessions are older than lo.At. So a message that has been dealt
// with, such as one from the browser's history, deletes nothing: the person may have
// logged in anew.
func (g *Gate) deleteNamed(ctx context.Context, lo *mitid.Logout) error {
	switch {
	case g.sessions == nil:
		return nil
	case lo.SessionID != "":
		return g.deleteAll(ctx, g.brokerSessionName(lo.Subject, lo.SessionID))
	}
	done, err := g.ended.Ended(ctx, lo.Subject, "", lo.At)
	switch {
	case err != nil:
		return endedUnavailable()
	case done:
		return nil
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
	over, err := g.ended.Ended(r.Context(), s.Identity.Subject, s.Identity.SessionID, s.loginTime())
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

// checkNotEnded returns an error if l came of a session that the broker has ended. The
// answer may have been on its way when the message came (SAML Core 2.0 section 3.7.3.1),
// or the broker has kept its own session: then the next page would begin the same login
// again, without end.
func (g *Gate) checkNotEnded(r *http.Request, l *mitid.Login, p *pending) error {
	if l.Age != nil {
		return nil
	}
	s := g.newSession(l, p.From)
	over, err := g.ended.Ended(r.Context(), s.Identity.Subject, s.Identity.SessionID, s.loginTime())
	switch {
	case err != nil:
		return endedUnavailable()
	case over:
		return &mitid.Error{Kind: mitid.StateInvalid, Op: "begin session", Why: "the broker has ended the session that the login came of; log in anew"}
	}
	return nil
}

// loginTime returns when the person logged in at the broker.
func (s *Session) loginTime() time.Time {
	if s.Identity.AuthTime.IsZero() {
		return s.LoggedInAt
	}
	return s.Identity.AuthTime
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

// logoutKey names a logout by its subject, its session or both.
type logoutKey struct{ subject, sessionID string }

func newMemoryEnded() *memoryEnded { return &memoryEnded{at: make(map[logoutKey]time.Time)} }

func (e *memoryEnded) End(_ context.Context, l mitid.Logout) error {
	key := logoutKey{l.Subject, l.SessionID}
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
	if sessionID != "" {
		_, theirs := e.at[logoutKey{subject, sessionID}]
		_, everybodys := e.at[logoutKey{sessionID: sessionID}]
		if theirs || everybodys {
			return true, nil
		}
	}
	at, known := e.at[logoutKey{subject: subject}]
	return known && !login.After(at), nil
}
