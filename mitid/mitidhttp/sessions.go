package mitidhttp

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Sessions keeps sessions on the server: for whoever must be able to end them
// from there, or has identities that do not fit a cookie. The browser then holds a
// random handle of 256 bits and nothing else. The store sees a digest of it, and
// data sealed under Config.Keys: who reads the table can neither use a session nor
// learn anything about a person.
//
// The methods are called at the same time. Any error means that nobody knows:
// then nobody gets in, with status 503, and no browser loses its session. Give the
// calls a time limit of your own.
type Sessions interface {
	// Save keeps s until s.Expires. Its ID is new.
	Save(ctx context.Context, s StoredSession) error
	// Load returns the Data that was saved under id, and nil where there is none.
	// It may return what has expired.
	Load(ctx context.Context, id string) (data []byte, err error)
	// Delete removes the session whose ID is key, and every session whose Person or
	// BrokerSession is key. No such session is no error.
	Delete(ctx context.Context, key string) error
}

// StoredSession is a session as a store keeps it. Its names are digests of 43
// URL-safe characters, each its own column; none of them ever equals another.
type StoredSession struct {
	guarded

	ID            string    // of the handle that the browser holds
	Person        string    // the same in all sessions of one person here, as long as Keys[0] stays
	BrokerSession string    // of the broker's session; empty where the broker names none
	Expires       time.Time // to the second
	Data          []byte    // sealed text of printable ASCII, at most 128 kB
}

// storeLimit is how long we wait for a store whose answer counts though the
// browser has gone.
const storeLimit = 10 * time.Second

// Each error is made anew: Config.Refused gets it, and may write into it.
func storeUnavailable() error {
	return &mitid.Error{Kind: mitid.BrokerUnavailable, Op: "session", Why: "Config.Sessions does not answer"}
}

func sessionOver() error {
	return &mitid.Error{Kind: mitid.StateInvalid, Op: "step up", Why: "the session that asked for more has ended or is another person's"}
}

// EndSessions ends every session of subject (claims.Identity.Subject) on every
// replica: a lost phone, a person who left, a doubt. It needs Config.Sessions, and
// does not keep anybody from logging in anew: refuse that in Config.OnLogin.
//
// Errors: mitid.ErrUnsupported without a store, mitid.ErrInputInvalid without a
// subject, mitid.ErrBrokerUnavailable when the store does not answer (some sessions
// may be over: call again).
func (g *Gate) EndSessions(ctx context.Context, subject string) error {
	switch {
	case g.sessions == nil:
		return &mitid.Error{Kind: mitid.Unsupported, Op: "end sessions", Why: "a session in a cookie cannot be called back: set Config.Sessions"}
	case subject == "":
		return &mitid.Error{Kind: mitid.InputInvalid, Op: "end sessions", Why: "there is no subject"}
	}
	return g.deleteAll(ctx, personName(subject))
}

// The names of a person and of a broker's session, as marks are made of them.
func personName(subject string) string          { return "subject " + subject }
func brokerSessionName(sessionID string) string { return "session " + sessionID }

// deleteAll deletes the sessions that were saved under name, whatever key was the
// newest then.
func (g *Gate) deleteAll(ctx context.Context, name string) error {
	for _, mark := range g.session.Marks(name) {
		if g.sessions.Delete(ctx, mark) != nil {
			return storeUnavailable()
		}
	}
	return nil
}

// newSessionHandle returns what the browser holds.
func newSessionHandle() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// storeIDOf returns what the store calls the session of a handle, or "" for what is no
// handle. A handle is random, so a plain digest tells nothing about it.
func storeIDOf(handle string) string {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(handle)
	if err != nil || len(raw) != 32 || len(handle) != 43 {
		return ""
	}
	sum := sha256.Sum256(append([]byte("dkeid session v1 "), raw...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// storedID is sentID where there is a store.
func (g *Gate) storedID(r *http.Request) string {
	if g.sessions == nil {
		return ""
	}
	return g.sentStoreID(r)
}

// sentStoreID returns what the store calls the session of the one handle that the
// browser sent, or "".
func (g *Gate) sentStoreID(r *http.Request) string {
	sent := r.CookiesNamed(g.cookieName)
	if len(sent) != 1 {
		return ""
	}
	return storeIDOf(sent[0].Value)
}

// saveStored keeps s under a new handle, in the place of the session that the browser
// has. If either fails, the browser goes on with that one.
//
// A step-up may have been on its way while its session was ended: by Logout in
// another tab, by EndSessions, by a message of the broker. So its row is looked for
// after the new one is there, which a later end finds.
func (g *Gate) saveStored(r *http.Request, s *Session, p *pending) (handle string, err error) {
	handle = newSessionHandle()
	id := storeIDOf(handle)
	sealed, err := g.sealSession(s, id)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeLimit)
	defer cancel()
	kept := StoredSession{ID: id, Person: g.session.Marks(personName(s.Identity.Subject))[0], Expires: s.Expires, Data: []byte(sealed)}
	if s.Identity.SessionID != "" {
		kept.BrokerSession = g.session.Marks(brokerSessionName(s.Identity.SessionID))[0]
	}
	if g.sessions.Save(ctx, kept) != nil {
		return "", storeUnavailable()
	}
	old := cmp.Or(g.sentStoreID(r), p.Stored) // a form post of the broker brings no Lax cookie
	if p.Purpose == purposeStepUp && old != "" {
		data, err := g.sessions.Load(ctx, old)
		if err != nil || len(data) == 0 {
			_ = g.sessions.Delete(ctx, id) // if it stays, no browser knows its handle
			if err != nil {
				return "", storeUnavailable()
			}
			return "", sessionOver()
		}
	}
	if old != "" && g.sessions.Delete(ctx, old) != nil {
		return "", storeUnavailable() // no browser knows the new handle
	}
	return handle, nil
}

// loadStored returns the stored session of r.
func (g *Gate) loadStored(r *http.Request) (*Session, error) {
	id := g.sentStoreID(r)
	if id == "" {
		return nil, nil
	}
	data, err := g.sessions.Load(r.Context(), id)
	if err != nil {
		return nil, storeUnavailable()
	}
	return g.openSession(string(data), id), nil
}

// deleteStored ends the stored session that the browser names, though the browser may not
// wait for it.
func (g *Gate) deleteStored(r *http.Request) error {
	id := g.sentStoreID(r)
	if g.sessions == nil || id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeLimit)
	defer cancel()
	if g.sessions.Delete(ctx, id) != nil {
		return storeUnavailable()
	}
	return nil
}
