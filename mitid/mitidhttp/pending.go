package mitidhttp

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"slices"
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
	maxCookie      = 4000 // browsers keep 4096 bytes of name, value and attributes
	maxLook        = 200  // more than browsers keep for one host
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

// pageBit says pending.Page in the byte of the purpose.
const pageBit = 0x80

// pending is our own record of a journey to the broker, sealed beside the
// client's state in one cookie, and bound to that cookie's name. Tabs that were
// opened together know nothing of each other and leave one cookie each, so it is
// as short as it can be.
type pending struct {
	Purpose purpose
	Handle  string // in the cookie's name
	Expires int64  // Unix seconds
	Return  string
	Page    bool    // Return is a page behind Require
	From    *origin // stepsUp alone
	Stored  string  // what Config.Sessions calls the session that was there; empty if none was
}

// origin is the session that a step-up began with.
type origin struct {
	Person     [16]byte // see personKey
	LoggedInAt int64    // Unix milliseconds
	Expires    uint32   // Unix seconds
	AuthTime   uint32   // Unix seconds; 0 if not told
}

// idLength is that of StoredSession.ID. A return path, which stands behind it,
// begins with another character than any ID.
const idLength = 43

// personKey stands for a subject, which can be long.
func personKey(subject string) [16]byte {
	sum := sha256.Sum256([]byte(subject))
	return [16]byte(sum[:])
}

// pendingName is the name of the cookie for a handle.
func (g *Gate) pendingName(handle string) string { return g.cookie + "." + handle }

// sealPending makes the cookie's value.
func (g *Gate) sealPending(p *pending, state string) (string, error) {
	first := byte(p.Purpose)
	if p.Page {
		first |= pageBit
	}
	plain := []byte{first}
	plain = binary.BigEndian.AppendUint32(plain, uint32(p.Expires))
	if p.Purpose == stepsUp {
		var err error
		if plain, err = binary.Append(plain, binary.BigEndian, p.From); err != nil {
			return "", &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "the login cannot be sealed"}
		}
	}
	plain = append(append(plain, p.Stored...), p.Return...)
	return g.pending.Seal(g.pendingName(p.Handle), plain) + stateMark + state, nil
}

// openPending returns the record and the client's state, or nil for everything
// that is not of this gate or was renamed.
func (g *Gate) openPending(c *http.Cookie) (*pending, string) {
	sealed, state, ok := strings.Cut(c.Value, stateMark)
	handle, ours := strings.CutPrefix(c.Name, g.cookie+".")
	if !ok || !ours {
		return nil, ""
	}
	plain, err := g.pending.Open(c.Name, sealed)
	if err != nil || len(plain) < 5 {
		return nil, ""
	}
	p := &pending{Purpose: purpose(plain[0] &^ pageBit), Page: plain[0]&pageBit != 0, Handle: handle, Expires: int64(binary.BigEndian.Uint32(plain[1:]))}
	rest := plain[5:]
	if p.Purpose == stepsUp {
		p.From = new(origin)
		n, err := binary.Decode(rest, binary.BigEndian, p.From)
		if err != nil {
			return nil, ""
		}
		rest = rest[n:]
	}
	if len(rest) >= idLength && rest[0] != '/' {
		p.Stored, rest = string(rest[:idLength]), rest[idLength:]
	}
	p.Return = string(rest)
	return p, state
}

// find returns what this browser remembers under handle, with its cookie. It looks
// at that name alone, however many others there are.
func (g *Gate) find(r *http.Request, handle string) (*pending, string, *http.Cookie) {
	for _, c := range r.CookiesNamed(g.pendingName(handle)) {
		if p, state := g.openPending(c); p != nil {
			return p, state, c
		}
	}
	return nil, "", nil
}

// firstHandles bounds what an answer may name: more is an attack on the loop over
// them.
func firstHandles(handles []string) []string { return handles[:min(len(handles), maxPending)] }

// kept is a pending cookie that this gate opened.
type kept struct {
	*pending
	cookie *http.Cookie
}

// pendingOf returns this gate's pending cookies in the order in which the browser
// sent them: the oldest first (RFC 6265 section 5.4). What does not open belongs
// to somebody else, and is left alone.
func (g *Gate) pendingOf(r *http.Request) []kept {
	named := slices.DeleteFunc(r.Cookies(), func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, g.cookie+".") })
	var found []kept
	for _, c := range named[max(0, len(named)-maxLook):] {
		if p, _ := g.openPending(c); p != nil {
			found = append(found, kept{p, c})
		}
	}
	return found
}

// keep lets the browser remember p and state, and forget what is too much.
func (g *Gate) keep(w http.ResponseWriter, r *http.Request, p *pending, state string) error {
	value, err := g.sealPending(p, state)
	if err != nil {
		return err
	}
	name := g.pendingName(p.Handle)
	size := len(name) + len(value)
	if size > maxCookie {
		return &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "the login and its return path do not fit into a cookie"}
	}
	http.SetCookie(w, g.pendingCookie(name, value, time.Unix(p.Expires, 0).Sub(g.now())))
	g.trim(w, g.pendingOf(r), size)
	return nil
}

// maxTrimmed bounds the header of an answer that drops cookies, in characters:
// proxies give 4 kB to the whole of it (nginx, proxy_buffer_size). What is left
// over goes with the next answer.
const (
	maxTrimmed   = 3500
	maxAuthorize = 1000 // of them for the broker's address, which is not there yet
)

// trim lets the browser forget what is expired or too much of own beside a new
// pending cookie of so many characters, or 0 for none.
func (g *Gate) trim(w http.ResponseWriter, own []kept, added int) {
	count, size := len(own), added
	if added > 0 {
		count++
	}
	for _, k := range own {
		size += len(k.cookie.Name) + len(k.cookie.Value)
	}
	room := maxTrimmed - headerSize(w.Header())
	if added > 0 {
		room -= maxAuthorize
	}
	for _, k := range own {
		if g.lives(k.pending) && count <= maxPending && size <= maxPendingSize {
			continue
		}
		if !g.drops(w, k, &room) {
			return
		}
		count, size = count-1, size-len(k.cookie.Name)-len(k.cookie.Value)
	}
}

// trimAll lets the browser forget all of own that fit into a header, step-ups first:
// where the broker posts its answer, they outlive their session otherwise.
func (g *Gate) trimAll(w http.ResponseWriter, own []kept) {
	slices.SortStableFunc(own, func(a, b kept) int { return cmp.Compare(b.Purpose, a.Purpose) })
	room := maxTrimmed - maxAuthorize - headerSize(w.Header())
	for _, k := range own {
		if !g.drops(w, k, &room) {
			return
		}
	}
}

// drops lets the browser forget k, if there is room for so many characters more.
func (g *Gate) drops(w http.ResponseWriter, k kept, room *int) bool {
	c := g.pendingCookie(k.cookie.Name, "", 0)
	c.HttpOnly, c.SameSite = false, 0 // a cookie that goes needs neither
	if *room -= len("Set-Cookie: \r\n") + len(c.String()); *room < 0 {
		return false
	}
	http.SetCookie(w, c)
	return true
}

// tidy is for answers that have nothing to do with a login.
func (g *Gate) tidy(w http.ResponseWriter, r *http.Request) {
	if strings.Count(strings.Join(r.Header["Cookie"], ";"), g.cookie+".") > maxPending {
		g.trim(w, g.pendingOf(r), 0)
	}
}

func headerSize(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// lives reports whether p is still waiting.
func (g *Gate) lives(p *pending) bool { return g.now().Before(time.Unix(p.Expires, 0)) }

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
