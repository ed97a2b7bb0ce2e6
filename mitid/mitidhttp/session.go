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

// maxSessionCookie bounds the session cookie, name and value, in characters. An
// identity that does not fit is refused as a whole: a session that had lost the
// address would look like one of a person without an address.
const maxSessionCookie = 3800

// sessionVersion changes when the cookie's content changes its meaning.
const sessionVersion = 2

// Session is one person who is logged in. It lives in a sealed cookie, or where
// Config.Sessions keeps it. It prints masked and does not marshal.
type Session struct {
	guarded

	Identity   claims.Identity
	Level      claims.Level // what the login achieved
	LoggedInAt time.Time    // to the millisecond
	Expires    time.Time    // absolute; using the session does not move it

	rule   mitid.CallbackRule
	stepUp string
	tokens []mitid.Token // what EndSession and MatchCPR need; in a store alone
	until  time.Time     // when the broker's statement ends; zero without tokens
}

// Login returns the session as mitid.Client's StepUp, MatchCPR and EndSession
// want it. It holds no claims of the dialect and no evidence: these are for
// Config.OnLogin. With Config.Sessions it has the tokens that EndSession and
// MatchCPR need, where the broker's tokens hold no fact about the person (Nets eID
// Broker) and OnLogin left them in Login.Evidence.
func (s *Session) Login() *mitid.Login {
	return &mitid.Login{Identity: s.Identity, Level: s.Level, Broker: s.rule.Name, Issuer: s.rule.Issuer, ClientID: s.rule.ClientID, StepUp: s.stepUp,
		Expires: s.until, Evidence: mitid.Evidence{Tokens: s.tokens}}
}

// sealedSession is a Session in its cookie or store. Whose application it is
// stands in the key that it is sealed with.
type sealedSession struct {
	Version    int           `json:"v"`
	ID         string        `json:"h,omitempty"` // of a stored one: a row that was moved, or put into a cookie, is nobody
	StepUp     string        `json:"s,omitempty"`
	Level      claims.Level  `json:"l"`
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

// newSession begins a session with l. A step-up for which nobody logged in anew
// does not prolong the session that it came from.
func (g *Gate) newSession(l *mitid.Login, from *origin) *Session {
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
	return s
}

// keepSession makes s, which p waited for, the session of the browser, in the place
// of the one it has.
func (g *Gate) keepSession(w http.ResponseWriter, r *http.Request, s *Session, p *pending) error {
	var value string
	var err error
	if g.sessions != nil {
		value, err = g.save(r, s, p)
	} else {
		value, err = g.sealSession(s, "")
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, g.sessionCookie(value, s.Expires.Sub(g.now())))
	return nil
}

// sealSession makes the cookie's value, or with an id the data for the store.
func (g *Gate) sealSession(s *Session, id string) (string, error) {
	c := sealedSession{
		Version: sessionVersion, ID: id, StepUp: s.stepUp, Level: s.Level,
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
	case id == "" && len(g.cookie)+len(sealed) > maxSessionCookie:
		return "", &mitid.Error{Kind: mitid.ResponseInvalid, Op: "begin session", Why: "the identity does not fit into a session cookie; set Config.Sessions, or let OnLogin store it and take parts out"}
	case len(sealed) > seal.MaxSealed:
		return "", &mitid.Error{Kind: mitid.ResponseInvalid, Op: "begin session", Why: "the identity is too large for a session; let OnLogin store it and take parts out"}
	}
	return sealed, nil
}

// openSession returns what was sealed, or nil for everything that is not a living
// session of this application (and, with an id, of that row).
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
		rule: g.rule, stepUp: c.StepUp}
	for _, t := range c.Tokens {
		s.tokens, s.until = append(s.tokens, mitid.Token{Use: t.Use, Raw: mitid.NewSecret(t.Raw)}), time.Unix(c.Until, 0)
	}
	if s.Identity.Subject == "" || !g.now().Before(s.Expires) {
		return nil
	}
	return s
}

// Session returns who is logged in, at the Client's MinLevel or above. It is for
// pages that are open to everybody; behind Require there is always one. When a
// store does not answer, nobody is.
func (g *Gate) Session(r *http.Request) (*Session, bool) {
	if s, ok := r.Context().Value(sessionKey{g}).(*Session); ok {
		return s, true
	}
	s, _, err := g.live(r)
	if err != nil || s == nil || s.Level < g.floor {
		return nil, false
	}
	return s, true
}

// read returns the session, and whether the browser sent a cookie that is none. An
// error means that the store does not answer.
func (g *Gate) read(r *http.Request) (s *Session, garbage bool, err error) {
	switch sent := r.CookiesNamed(g.cookie); {
	case len(sent) == 0:
		return nil, false, nil
	case g.sessions != nil:
		s, err = g.load(r)
	case len(sent) == 1:
		s = g.openSession(sent[0].Value, "")
	}
	return s, s == nil && err == nil, err
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
