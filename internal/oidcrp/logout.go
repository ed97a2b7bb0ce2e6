package oidcrp

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// logoutEvent is the member of events that every logout token has.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// Logout is what a logout token says. It names at least one of Subject and
// SessionID.
type Logout struct {
	Subject   string    // whose session ended; empty if SessionID alone tells it
	SessionID string    // the session that ended; if empty, every session of Subject ended
	At        time.Time // iat: when the broker issued the token
}

// VerifyLogout checks a logout token (OpenID Connect Back-Channel Logout 1.0
// section 2.6). A broker may send a token twice, if our answer was lost, so the
// caller must compare At with the time of the login. VerifyLogout uses Signer of
// rules and nothing else. Errors are those of [Party.Verify].
func (p *Party) VerifyLogout(ctx context.Context, raw string, rules Rules) (*Logout, error) {
	out := new(Logout)
	rules.Token, rules.Types, rules.logout = "logout token", []string{"logout+jwt", plainType, ""}, out
	_, err := p.VerifyBy(ctx, raw, rules, func(payload []byte) (*Claims, error) {
		var w wireLogout
		if err := strictjson.Unmarshal(payload, &w); err != nil {
			return nil, err
		}
		r, why := w.read(out)
		if why != "" {
			return nil, fault.New(fault.TokenInvalid, why)
		}
		r.Expires = min(r.Expires, r.IssuedAt+int64(logoutLife/time.Second))
		out.At = time.Unix(r.IssuedAt, 0)
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// logoutLife is the longest lifetime of a logout token.
const logoutLife = 15 * time.Minute

type wireLogout struct {
	Issuer    string                    `json:"iss"`
	Subject   jsontext.Value            `json:"sub"`
	Audience  jsontext.Value            `json:"aud"`
	IssuedAt  jsontext.Value            `json:"iat"`
	Expires   jsontext.Value            `json:"exp"`
	NotBefore jsontext.Value            `json:"nbf"`
	ID        string                    `json:"jti"`
	SessionID jsontext.Value            `json:"sid"`
	Nonce     jsontext.Value            `json:"nonce"`
	Events    map[string]jsontext.Value `json:"events"`
}

// read checks the claims that only a logout token has, and writes them to out. The
// text says what is wrong; it is empty if nothing is.
func (w *wireLogout) read(out *Logout) (*Claims, string) {
	switch event, ok := w.Events[logoutEvent]; {
	case w.Nonce != nil:
		return nil, "it has a nonce, as ID tokens have"
	case !ok || event.Kind() != '{':
		return nil, "no logout event"
	case w.ID == "":
		return nil, "no id"
	case w.Subject == nil && w.SessionID == nil:
		return nil, "it names no session"
	}
	var told bool
	if out.Subject, told = stringValue(w.Subject); w.Subject != nil && (!told || out.Subject == "") {
		return nil, "malformed subject"
	}
	if out.SessionID, told = stringValue(w.SessionID); w.SessionID != nil && (!told || out.SessionID == "") {
		return nil, "malformed session"
	}
	r := &Claims{Issuer: w.Issuer, Subject: out.Subject}
	if one, ok := stringValue(w.Audience); ok {
		r.Audience = []string{one}
	} else if strictjson.Unmarshal(w.Audience, &r.Audience) != nil {
		return nil, "no audience"
	}
	ok := true
	for _, t := range []struct {
		from jsontext.Value
		to   *int64
		up   bool
	}{{w.IssuedAt, &r.IssuedAt, true}, {w.Expires, &r.Expires, false}, {w.NotBefore, &r.NotBefore, true}} {
		if t.from == nil {
			continue
		}
		n, readable := strictjson.Seconds(string(t.from), t.up)
		*t.to, ok = n, ok && readable && n < 1<<37
	}
	if !ok {
		return nil, "malformed times"
	}
	return r, ""
}
