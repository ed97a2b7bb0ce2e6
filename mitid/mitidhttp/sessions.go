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

// Sessions keeps sessions on the server. It is for applications that must be able to
// end sessions, or whose identities do not fit into a cookie. The browser then holds a
// random handle of 256 bits and nothing else. The store gets a digest of the handle,
// and data sealed under Config.Keys: somebody who reads the table can neither use a
// session nor learn anything about a person.
//
// The methods are called concurrently. If one returns an error, nobody gets in (status
// 503), and no browser loses its session. Give the calls a time limit of your own.
type Sessions interface {
	// Save stores s, whose ID is new, until s.Expires.
	Save(ctx context.Context, s StoredSession) error
	// Load returns the Data that was saved under id, or nil if there is none. It may
	// return the Data of a session that has expired.
	Load(ctx context.Context, id string) (data []byte, err error)
	// Delete removes every session whose ID, Person or BrokerSession is key. It is no
	// error if there is none.
	Delete(ctx context.Context, key string) error
}

// StoredSession is a session as a store keeps it. ID, Person and BrokerSession are
// digests of 43 URL-safe characters; keep each in a column of its own. No two of them
// are equal.
type StoredSession struct {
	guarded

	ID            string    // a digest of the handle that the browser holds
	Person        string    // the same in all sessions of one person here, as long as Keys[0] stays
	BrokerSession string    // of the broker's session; empty where the broker names none
	Expires       time.Time // to the second
	Data          []byte    // sealed text of printable ASCII, at most 128 kB
}

// storeLimit is the time limit of a call to the store that goes on after the browser
// has closed the connection.
const storeLimit = 10 * time.Second

// Each error is a new one, because Config.Refused gets it and may change it.
func storeUnavailable() error {
	return &mitid.Error{Kind: mitid.BrokerUnavailable, Op: "session", Why: "Config.Sessions does not answer"}
}

func sessionOver() error {
	return &mitid.Error{Kind: mitid.StateInvalid, Op: "step up", Why: "the session that asked for more has ended or is another person's"}
}

// EndSessions ends every session of subject (claims.Identity.Subject) on every replica,
// for example after a phone was lost or an employee left. It needs Config.Sessions. It
// does not keep the person from logging in anew; Config.OnLogin can refuse that.
//
// Errors: mitid.ErrUnsupported without Config.Sessions, mitid.ErrInputInvalid without a
// subject, mitid.ErrBrokerUnavailable if the store does not answer. In the last case
// some sessions may have ended: call it again.
func (g *Gate) EndSessions(ctx context.Context, subject string) error {
	switch {
	case g.sessions == nil:
		return &mitid.Error{Kind: mitid.Unsupported, Op: "end sessions", Why: "a session in a cookie cannot be ended from the server: set Config.Sessions"}
	case subject == "":
		return &mitid.Error{Kind: mitid.InputInvalid, Op: "end sessions", Why: "there is no subject"}
	}
	return g.deleteAll(ctx, personName(subject))
}

// The names of a person and of a broker's session, of which marks are made.
func personName(subject string) string { return "subject " + subject }

// brokerSessionName names the person too if the broker is one of SAML, where two people
// may have the same SessionIndex (SAML Core 2.0 section 2.7.2). A message of another
// broker may name no person.
func (g *Gate) brokerSessionName(subject, sessionID string) string {
	if g.rule.HoldsStatement {
		return "session " + sessionID + "\x00" + subject // no XML holds the zero
	}
	return "session " + sessionID
}

// deleteAll deletes the sessions that were saved under a mark of name, whichever of
// Config.Keys was the first at that time.
func (g *Gate) deleteAll(ctx context.Context, name string) error {
	for _, mark := range g.session.Marks(name) {
		if g.sessions.Delete(ctx, mark) != nil {
			return storeUnavailable()
		}
	}
	return nil
}

// newSessionHandle returns a new random handle for the browser to hold.
func newSessionHandle() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// storeIDOf returns the StoredSession.ID for a handle, or "" if it is no handle. A
// handle is random, so a digest without a key reveals nothing about it.
func storeIDOf(handle string) string {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(handle)
	if err != nil || len(raw) != 32 || len(handle) != 43 {
		return ""
	}
	sum := sha256.Sum256(append([]byte("dkeid session v1 "), raw...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// storedID is sentStoreID if there is a store, and "" otherwise.
func (g *Gate) storedID(r *http.Request) string {
	if g.sessions == nil {
		return ""
	}
	return g.sentStoreID(r)
}

// sentStoreID returns the StoredSession.ID for the handle that the browser sent, or ""
// if it did not send exactly one.
func (g *Gate) sentStoreID(r *http.Request) string {
	sent := r.CookiesNamed(g.cookieName)
	if len(sent) != 1 {
		return ""
	}
	return storeIDOf(sent[0].Value)
}

// saveStored stores s under a new handle and deletes the session that the browser has.
// If either fails, the browser keeps that session.
//
// The session of a step-up may end while the person is at the broker: by Logout in
// another tab, by EndSessions, or by a message of the broker. saveStored looks for its
// row after it has saved the new one, so an end that comes later finds the new row.
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
		kept.BrokerSession = g.session.Marks(g.brokerSessionName(s.Identity.Subject, s.Identity.SessionID))[0]
	}
	if g.sessions.Save(ctx, kept) != nil {
		return "", storeUnavailable()
	}
	old := cmp.Or(g.sentStoreID(r), p.Stored) // the browser sends no Lax cookie with a form post of the broker
	if p.Purpose == purposeStepUp && old != "" {
		data, err := g.sessions.Load(ctx, old)
		if err != nil || len(data) == 0 {
			_ = g.sessions.Delete(ctx, id) // if this fails, no browser knows the handle
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

// deleteStored deletes the stored session of r. It goes on if the browser closes the
// connection.
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
