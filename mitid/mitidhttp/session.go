package mitidhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// maxSessionCookie bounds the session cookie, name and value, in characters. An
// identity that does not fit is refused as a whole: a session that had lost the
// address would look like one of a person without an address.
const maxSessionCookie = 3800

// sessionVersion changes when the cookie's content changes its meaning.
const sessionVersion = 1

// Session is one person who is logged in. It lives in a sealed cookie and
// nowhere else. It prints masked and does not marshal.
type Session struct {
	guarded

	Identity   claims.Identity
	Level      claims.Level // what the login achieved
	LoggedInAt time.Time    // to the millisecond
	Expires    time.Time    // absolute; using the session does not move it

	broker, issuer, stepUp string
}

// Login returns the session as mitid.Client's StepUp, MatchCPR and EndSession
// want it. It holds no claims of the dialect and no evidence: these are for
// Config.OnLogin.
func (s *Session) Login() *mitid.Login {
	return &mitid.Login{Identity: s.Identity, Level: s.Level, Broker: s.broker, Issuer: s.issuer, StepUp: s.stepUp}
}

// sealedSession is a Session in its cookie.
type sealedSession struct {
	Version    int          `json:"v"`
	Broker     string       `json:"b"`
	Issuer     string       `json:"i"`
	StepUp     string       `json:"s,omitempty"`
	Level      claims.Level `json:"l"`
	LoggedInAt int64        `json:"t"` // Unix milliseconds
	Expires    int64        `json:"e"` // Unix seconds
	Identity   claims.Plain `json:"p"`
}

// newSession begins a session with l. A step-up for which nobody logged in anew
// does not prolong the session that it came from.
func (g *Gate) newSession(l *mitid.Login, from *origin) *Session {
	now := g.now().Truncate(time.Millisecond)
	s := &Session{Identity: l.Identity, Level: l.Level, LoggedInAt: now, Expires: now.Add(g.lifetime).Truncate(time.Second),
		broker: l.Broker, issuer: l.Issuer, stepUp: l.StepUp}
	if from != nil && (l.Identity.AuthTime.IsZero() || l.Identity.AuthTime.Unix() <= int64(from.AuthTime)) {
		s.LoggedInAt, s.Expires = time.UnixMilli(from.LoggedInAt), time.Unix(int64(from.Expires), 0)
	}
	return s
}

// sealSession makes the cookie's value.
func (g *Gate) sealSession(s *Session) (string, error) {
	plain, err := json.Marshal(sealedSession{
		Version: sessionVersion, Broker: s.broker, Issuer: s.issuer, StepUp: s.stepUp, Level: s.Level,
		LoggedInAt: s.LoggedInAt.UnixMilli(), Expires: s.Expires.Unix(), Identity: claims.Plain(s.Identity),
	})
	if err != nil {
		return "", &mitid.Error{Kind: mitid.ClaimInvalid, Op: "begin session", Why: "the identity cannot be written down"}
	}
	sealed := g.session.Seal(plain)
	if len(g.cookie)+len(sealed) > maxSessionCookie {
		return "", &mitid.Error{Kind: mitid.ResponseInvalid, Op: "begin session", Why: "the identity does not fit into a session cookie; let OnLogin store it and take parts out"}
	}
	return sealed, nil
}

// openSession returns the session of a cookie's value, or nil for everything
// that is not a living session of this gate's broker.
func (g *Gate) openSession(sealed string) *Session {
	if len(sealed) > maxSessionCookie {
		return nil
	}
	plain, err := g.session.Open(sealed)
	if err != nil {
		return nil
	}
	var c sealedSession
	if json.Unmarshal(plain, &c) != nil || c.Version != sessionVersion {
		return nil
	}
	// A test system with the keys of production must not open its doors.
	if c.Broker != g.rule.Name || c.Issuer != g.rule.Issuer {
		return nil
	}
	s := &Session{Identity: claims.Identity(c.Identity), Level: c.Level, LoggedInAt: time.UnixMilli(c.LoggedInAt), Expires: time.Unix(c.Expires, 0),
		broker: c.Broker, issuer: c.Issuer, stepUp: c.StepUp}
	if s.Identity.Subject == "" || !g.now().Before(s.Expires) {
		return nil
	}
	return s
}

// Session returns who is logged in. It is for pages that are open to everybody;
// behind Require there is always one.
func (g *Gate) Session(r *http.Request) (*Session, bool) {
	if s, ok := r.Context().Value(sessionKey{g}).(*Session); ok {
		return s, true
	}
	s, _, err := g.live(r)
	return s, err == nil && s != nil
}

// read returns the session, and whether the browser sent a cookie that is none.
func (g *Gate) read(r *http.Request) (s *Session, garbage bool) {
	switch sent := r.CookiesNamed(g.cookie); len(sent) {
	case 0:
		return nil, false
	case 1:
		s = g.openSession(sent[0].Value)
	}
	return s, s == nil
}

// sessionCookie carries a session. Lax: it comes along when the broker sends the
// person back, not when a strange page posts or embeds something.
func (g *Gate) sessionCookie(sealed string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: g.cookie, Value: sealed, Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
}

// sessionKey holds the session in a request's context: of this gate, and of the
// innermost one for FromContext.
type sessionKey struct{ gate *Gate }

// FromContext returns the session of a handler behind Require.
func FromContext(ctx context.Context) (*Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	return s, ok
}

func (g *Gate) withSession(ctx context.Context, s *Session) context.Context {
	return context.WithValue(context.WithValue(ctx, sessionKey{g}, s), sessionKey{}, s)
}
