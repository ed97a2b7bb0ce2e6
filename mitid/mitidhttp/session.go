package mitidhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/seal"
	"github.com/dkeid/dkeid/mitid"
)

// maxSessionCookie bounds the session cookie, name and value, in bytes. An identity that
// does not fit is refused as a whole. A session that had lost its address, for example,
// would look like that of a person without an address.
const maxSessionCookie = 3800

// sessionVersion changes when the meaning of sealedSession changes.
const sessionVersion = 2

// Session is the session of a person who is logged in. A sealed cookie holds it, or
// Config.Sessions. It prints masked and refuses to marshal.
type Session struct {
	guarded

	Identity   claims.Identity
	Level      claims.Level // the level of the login
	LoggedInAt time.Time    // to the millisecond
	Expires    time.Time    // use does not move it

	rule   mitid.CallbackRule
	stepUp string
	asked  asked         // what the person was asked for, whatever they answered
	tokens []mitid.Token // for EndSession and MatchCPR; empty without Config.Sessions
	until  time.Time     // Login.Expires of the tokens; zero without them
}

// Login returns the session in the form that StepUp, MatchCPR and EndSession of
// mitid.Client take. It holds neither the dialect's claims nor evidence, which
// Config.OnLogin gets. With Config.Sessions it holds the tokens that EndSession and
// MatchCPR need, if the broker's tokens hold no fact about the person (Nets eID
// Broker) and OnLogin left them in Login.Evidence.
func (s *Session) Login() *mitid.Login {
	return &mitid.Login{Identity: s.Identity, Level: s.Level, Broker: s.rule.Name, Issuer: s.rule.Issuer, ClientID: s.rule.ClientID, StepUp: s.stepUp,
		Expires: s.until, Evidence: mitid.Evidence{Tokens: s.tokens}}
}

// sealedSession is what a cookie or the store holds of a Session. The key that seals it
// belongs to one application.
type sealedSession struct {
	Version    int           `json:"v"`
	ID         string        `json:"h,omitempty"` // StoredSession.ID: a row that was copied to another ID or into a cookie does not open
	StepUp     string        `json:"s,omitempty"`
	Level      claims.Level  `json:"l"`
	Asked      asked         `json:"a,omitempty"`
	LoggedInAt int64         `json:"t"` // Unix milliseconds
	Expires    int64         `json:"e"` // Unix seconds
	Identity   claims.Plain  `json:"p"`
	Tokens     []sealedToken `json:"k,omitempty"`
	Until      int64         `json:"u,omitempty"` // Unix seconds
}

type sealedToken struct {
	Use string `json:"u"`
	Raw string `json:"r"`
}

// newSession returns the session that l begins. If the person of a step-up did not log
// in anew, the session keeps the times of the one it came from.
func (g *Gate) newSession(l *mitid.Login, from *startingSession) *Session {
	now := g.now().Truncate(time.Millisecond)
	s := &Session{Identity: l.Identity, Level: l.Level, LoggedInAt: now, Expires: now.Add(g.lifetime).Truncate(time.Second),
		rule: g.rule, stepUp: l.StepUp}
	if g.sessions != nil && g.rule.KeepTokens {
		for _, t := range l.Evidence.Tokens {
			if t.Use == "id_token" || t.Use == "access_token" {
				s.tokens, s.until = append(s.tokens, mitid.Token{Use: t.Use, Raw: t.Raw}), l.Expires
			}
		}
	}
	if from != nil && (l.Identity.AuthTime.IsZero() || l.Identity.AuthTime.Unix() <= int64(from.AuthTime)) {
		s.LoggedInAt, s.Expires = time.UnixMilli(from.LoggedInAt), time.Unix(int64(from.Expires), 0)
	}
	if !l.SessionEnds.IsZero() && l.SessionEnds.Before(s.Expires) {
		s.Expires = l.SessionEnds.Truncate(time.Second)
	}
	return s
}

// setSession gives the browser the session s in place of the one it has. p is the
// pending record of the login that s came of.
func (g *Gate) setSession(w http.ResponseWriter, r *http.Request, s *Session, p *pending) error {
	var value string
	var err error
	if g.sessions != nil {
		value, err = g.saveStored(r, s, p)
	} else {
		value, err = g.sealSession(s, "")
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, g.sessionCookie(value, s.Expires.Sub(g.now())))
	return nil
}

// sealSession returns the value of the cookie, or if id is not empty the data for the
// store.
func (g *Gate) sealSession(s *Session, id string) (string, error) {
	c := sealedSession{
		Version: sessionVersion, ID: id, StepUp: s.stepUp, Level: s.Level, Asked: s.asked,
		LoggedInAt: s.LoggedInAt.UnixMilli(), Expires: s.Expires.Unix(), Identity: claims.Plain(s.Identity),
	}
	for _, t := range s.tokens {
		c.Tokens, c.Until = append(c.Tokens, sealedToken{t.Use, t.Raw.Reveal()}), s.until.Unix()
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", &mitid.Error{Kind: mitid.ClaimInvalid, Op: "begin session", Why: "the identity cannot be written down"}
	}
	sealed := g.session.Seal("", plain)
	switch {
	case id == "" && len(g.cookieName)+len(sealed) > maxSessionCookie:
		return "", &mitid.Error{Kind: mitid.ResponseInvalid, Op: "begin session", Why: "the identity does not fit into a session cookie; set Config.Sessions, or let OnLogin store it and take parts out"}
	case len(sealed) > seal.MaxSealed:
		return "", &mitid.Error{Kind: mitid.ResponseInvalid, Op: "begin session", Why: "the identity is too large for a session; let OnLogin store it and take parts out"}
	}
	return sealed, nil
}

// openSession returns the sealed session. It returns nil if that is not of this
// application, not of the row id, or has expired.
func (g *Gate) openSession(sealed, id string) *Session {
	if id == "" && len(sealed) > maxSessionCookie {
		return nil
	}
	plain, err := g.session.Open("", sealed)
	if err != nil {
		return nil
	}
	var c sealedSession
	if json.Unmarshal(plain, &c) != nil || c.Version != sessionVersion || c.ID != id {
		return nil
	}
	s := &Session{Identity: claims.Identity(c.Identity), Level: c.Level, LoggedInAt: time.UnixMilli(c.LoggedInAt), Expires: time.Unix(c.Expires, 0),
		rule: g.rule, stepUp: c.StepUp, asked: c.Asked}
	for _, t := range c.Tokens {
		s.tokens, s.until = append(s.tokens, mitid.Token{Use: t.Use, Raw: mitid.NewSecret(t.Raw)}), time.Unix(c.Until, 0)
	}
	if s.Identity.Subject == "" || !g.now().Before(s.Expires) {
		return nil
	}
	return s
}

// Session returns the session of r, if its level is the Client's MinLevel or above. It
// is for pages that are open to everybody; behind Require there is always a session.
// If Config.Sessions or Config.Ended does not answer, there is none.
func (g *Gate) Session(r *http.Request) (*Session, bool) {
	if s, ok := r.Context().Value(sessionKey{g}).(*Session); ok {
		return s, true
	}
	s, _, err := g.liveSession(r)
	if err != nil || s == nil || s.Level < g.minLevel {
		return nil, false
	}
	return s, true
}

// readSession returns the session of r, or nil, and whether the browser sent a cookie
// that holds no session of this gate. It returns an error if the store does not
// answer.
func (g *Gate) readSession(r *http.Request) (s *Session, useless bool, err error) {
	switch sent := r.CookiesNamed(g.cookieName); {
	case len(sent) == 0:
		return nil, false, nil
	case g.sessions != nil:
		s, err = g.loadStored(r)
	case len(sent) == 1:
		s = g.openSession(sent[0].Value, "")
	}
	return s, s == nil && err == nil, err
}

// sessionCookie returns the cookie of a session. It is SameSite=Lax: the browser sends
// it when the broker redirects the person back, and not when a page of another site
// posts or embeds something.
func (g *Gate) sessionCookie(sealed string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: g.cookieName, Value: sealed, Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
}

// CookieName returns the name of the session's cookie. The names of the gate's other
// cookies begin with it and a dot. A proxy that passes requests on keeps them all back.
func (g *Gate) CookieName() string { return g.cookieName }

// sessionKey is the key of a gate's session in a request's context. The key without a
// gate is that of the innermost gate, for FromContext.
type sessionKey struct{ gate *Gate }

// FromContext returns the session of a handler behind Require.
func FromContext(ctx context.Context) (*Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	return s, ok
}

func (g *Gate) withSession(ctx context.Context, s *Session) context.Context {
	return context.WithValue(context.WithValue(ctx, sessionKey{g}, s), sessionKey{}, s)
}
