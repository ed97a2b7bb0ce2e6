package mitidhttp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// What a browser keeps while its person is at the broker is bounded, because
// servers and proxies bound the header that carries it (8 kB is common, and the
// session needs its share). The oldest goes first.
const (
	maxPending     = 4
	maxPendingSize = 4000 // characters of all of them, names included
	maxCookie      = 4000 // browsers keep 4096 octets of name, value and attributes
)

// stateMark parts our own record from the client's sealed state. It is no
// character of base64url.
const stateMark = "~"

// purpose says what a pending record waits for.
type purpose uint8

const (
	logsIn purpose = iota
	stepsUp
	logsOut
)

// pending is our own record of a journey to the broker, sealed beside the
// client's state in one cookie.
type pending struct {
	Purpose purpose `json:"p,omitempty"`
	Handle  string  `json:"h"`
	Expires int64   `json:"e"` // Unix seconds
	Return  string  `json:"r"`
	Page    bool    `json:"g,omitempty"` // Return is a page behind Require
	From    *origin `json:"f,omitempty"` // stepsUp alone
}

// origin is the session that a step-up began with.
type origin struct {
	Subject    string `json:"s"`
	LoggedInAt int64  `json:"l"` // Unix milliseconds
	Expires    int64  `json:"e"`
	AuthTime   int64  `json:"a,omitempty"`
}

// sealPending makes the cookie's value.
func (g *Gate) sealPending(p *pending, state string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a path full of & must not grow sixfold
	if e.Encode(p) != nil {
		return "", &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "the login cannot be sealed"}
	}
	return g.pending.Seal(b.Bytes()) + stateMark + state, nil
}

// openPending returns the record and the client's state, or nil for everything
// that is not of this gate, has expired or was renamed.
func (g *Gate) openPending(c *http.Cookie) (*pending, string) {
	sealed, state, ok := strings.Cut(c.Value, stateMark)
	if !ok {
		return nil, ""
	}
	plain, err := g.pending.Open(sealed)
	if err != nil {
		return nil, ""
	}
	p := new(pending)
	if json.Unmarshal(plain, p) != nil || g.cookie+"."+p.Handle != c.Name || !g.now().Before(time.Unix(p.Expires, 0)) {
		return nil, ""
	}
	return p, state
}

// keep lets the browser remember p and state, and forget what is too much.
func (g *Gate) keep(w http.ResponseWriter, r *http.Request, p *pending, state string) error {
	value, err := g.sealPending(p, state)
	if err != nil {
		return err
	}
	name := g.cookie + "." + p.Handle
	size := len(name) + len(value)
	if size > maxCookie {
		return &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "the login and its return path do not fit into a cookie"}
	}
	older := g.pendingOf(r)
	for _, c := range older {
		size += len(c.Name) + len(c.Value)
	}
	// Browsers send the oldest first (RFC 6265, 5.4).
	for len(older) > 0 && (len(older) >= maxPending || size > maxPendingSize) {
		g.forget(w, older[0].Name)
		size -= len(older[0].Name) + len(older[0].Value)
		older = older[1:]
	}
	http.SetCookie(w, g.pendingCookie(name, value, time.Unix(p.Expires, 0).Sub(g.now())))
	return nil
}

// pendingOf returns the pending cookies that the browser sent, opened or not: at
// most twice as many as we leave in one.
func (g *Gate) pendingOf(r *http.Request) []*http.Cookie {
	var found []*http.Cookie
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, g.cookie+".") {
			found = append(found, c)
		}
		if len(found) == 2*maxPending {
			break
		}
	}
	return found
}

// forget drops a pending cookie from the browser.
func (g *Gate) forget(w http.ResponseWriter, name string) {
	http.SetCookie(w, g.pendingCookie(name, "", 0))
}

// pendingCookie comes back with the broker's answer: a form post from another
// site carries no Lax cookie.
func (g *Gate) pendingCookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
	if g.rule.Method == http.MethodPost {
		c.SameSite = http.SameSiteNoneMode
	}
	return c
}

// seconds is the Max-Age for d: -1, which removes the cookie, when nothing is
// left.
func seconds(d time.Duration) int {
	if s := int(d / time.Second); s > 0 {
		return s
	}
	return -1
}
