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

// The limits of the cookies of pending logins. Servers and proxies limit the header
// that carries all cookies, commonly to 8 kB, and the session is in it too. The oldest
// pending login goes first.
const (
	maxPending     = 4
	maxPendingSize = 4000 // bytes of all of them, names included
	maxCookie      = 4000 // browsers keep 4096 bytes of name, value and attributes
	maxInspected   = 200  // cookies that are looked at; browsers keep fewer for one host
)

// stateSeparator stands between the sealed record and the Client's sealed state. It is
// no character of base64url.
const stateSeparator = "~"

// purpose says what a pending record is for.
type purpose uint8

const (
	purposeLogin purpose = iota
	purposeStepUp
	purposeLogout
)

// pageBit is set in the byte of the purpose if pending.Page is true. askedShift is where
// pending.Asked is in it.
const (
	pageBit    = 0x80
	askedShift = 4
)

// asked are the facts that a login asks for and that a person may not have.
type asked uint8

const (
	askedCPR asked = 1 << iota
	askedAddress
	askedAll = askedCPR | askedAddress
)

func askedBy(want mitid.Request) (a asked) {
	if want.CPR != mitid.CPRNo {
		a |= askedCPR
	}
	if want.Address {
		a |= askedAddress
	}
	return a
}

// pending is the record of a login, a step-up or a logout that waits for the broker's
// answer. A cookie holds it, sealed and bound to the cookie's name, beside the Client's
// sealed state. Each tab leaves a cookie of its own, so the record is short.
type pending struct {
	Purpose purpose
	Handle  string // part of the cookie's name
	Expires int64  // Unix seconds
	Return  string
	Page    bool             // Return is a page behind Require
	Asked   asked            // by this login, or before it by the session of a step-up
	From    *startingSession // with purposeStepUp; otherwise nil
	Stored  string           // the ID in Config.Sessions of the session that the browser had; empty if none
}

// startingSession is the session from which a step-up began.
type startingSession struct {
	Person     [16]byte // see personKey
	LoggedInAt int64    // Unix milliseconds
	Expires    uint32   // Unix seconds
	AuthTime   uint32   // Unix seconds; 0 if not told
}

// idLength is the length of a StoredSession.ID. The return path stands behind it and
// begins with "/", which is no character of an ID.
const idLength = 43

// personKey returns a digest of subject, which can be long.
func personKey(subject string) [16]byte {
	sum := sha256.Sum256([]byte(subject))
	return [16]byte(sum[:])
}

// pendingName returns the name of the cookie for a handle.
func (g *Gate) pendingName(handle string) string { return g.cookieName + "." + handle }

// sealPending returns the cookie's value.
func (g *Gate) sealPending(p *pending, state string) (string, error) {
	first := byte(p.Purpose) | byte(p.Asked)<<askedShift
	if p.Page {
		first |= pageBit
	}
	plain := []byte{first}
	plain = binary.BigEndian.AppendUint32(plain, uint32(p.Expires))
	if p.Purpose == purposeStepUp {
		var err error
		if plain, err = binary.Append(plain, binary.BigEndian, p.From); err != nil {
			return "", &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "the login cannot be sealed"}
		}
	}
	plain = append(append(plain, p.Stored...), p.Return...)
	return g.pending.Seal(g.pendingName(p.Handle), plain) + stateSeparator + state, nil
}

// openPending returns the record and the Client's state of a cookie. It returns nil if
// the cookie is not of this gate or has another name than it was sealed for.
func (g *Gate) openPending(c *http.Cookie) (*pending, string) {
	sealed, state, ok := strings.Cut(c.Value, stateSeparator)
	handle, ours := strings.CutPrefix(c.Name, g.cookieName+".")
	if !ok || !ours {
		return nil, ""
	}
	plain, err := g.pending.Open(c.Name, sealed)
	if err != nil || len(plain) < 5 {
		return nil, ""
	}
	p := &pending{Purpose: purpose(plain[0] & (1<<askedShift - 1)), Page: plain[0]&pageBit != 0, Asked: asked(plain[0]>>askedShift) & askedAll, Handle: handle, Expires: int64(binary.BigEndian.Uint32(plain[1:]))}
	rest := plain[5:]
	if p.Purpose == purposeStepUp {
		p.From = new(startingSession)
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

// findPending returns the pending record of handle, the Client's state and their
// cookie, or nil if the browser sent none. It looks at the cookies of that name alone.
func (g *Gate) findPending(r *http.Request, handle string) (*pending, string, *http.Cookie) {
	for _, c := range r.CookiesNamed(g.pendingName(handle)) {
		if p, state := g.openPending(c); p != nil {
			return p, state, c
		}
	}
	return nil, "", nil
}

// firstHandles returns the first maxPending handles of an answer, so that an attacker
// cannot make us look for many.
func firstHandles(handles []string) []string { return handles[:min(len(handles), maxPending)] }

// openedPending is a pending record with the cookie that held it.
type openedPending struct {
	*pending
	cookie *http.Cookie
}

// pendingOf returns the pending records that r brings, oldest first: browsers send
// cookies in that order (RFC 6265 section 5.4). It leaves out a cookie that does not
// open, because it belongs to another application.
func (g *Gate) pendingOf(r *http.Request) []openedPending {
	named := slices.DeleteFunc(r.Cookies(), func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, g.cookieName+".") })
	var found []openedPending
	for _, c := range named[max(0, len(named)-maxInspected):] {
		if p, _ := g.openPending(c); p != nil {
			found = append(found, openedPending{p, c})
		}
	}
	return found
}

// setPending gives the browser a cookie with p and state, and expires older ones that
// exceed the limits.
func (g *Gate) setPending(w http.ResponseWriter, r *http.Request, p *pending, state string) error {
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
	g.expireExcess(w, g.pendingOf(r), size)
	return nil
}

// The limits of the header of an answer that expires cookies, in bytes. Proxies limit
// the whole header to 4 kB (nginx, proxy_buffer_size). Cookies that do not fit are
// expired by the next answer.
const (
	maxHeader    = 3500
	maxAuthorize = 1000 // of maxHeader, for the broker's address, which is set later
)

// expireExcess makes the browser forget those of own that have expired or exceed the
// limits, beside a new pending cookie of added bytes. If added is 0, there is none.
func (g *Gate) expireExcess(w http.ResponseWriter, own []openedPending, added int) {
	count, size := len(own), added
	if added > 0 {
		count++
	}
	for _, k := range own {
		size += len(k.cookie.Name) + len(k.cookie.Value)
	}
	room := maxHeader - headerSize(w.Header())
	if added > 0 {
		room -= maxAuthorize
	}
	for _, k := range own {
		if g.isPending(k.pending) && count <= maxPending && size <= maxPendingSize {
			continue
		}
		if !g.expireOne(w, k, &room) {
			return
		}
		count, size = count-1, size-len(k.cookie.Name)-len(k.cookie.Value)
	}
}

// expireAll makes the browser forget as many of own as fit into a header. Step-ups go
// first: where the broker posts its answer, one that stays can outlive its session.
func (g *Gate) expireAll(w http.ResponseWriter, own []openedPending) {
	slices.SortStableFunc(own, func(a, b openedPending) int { return cmp.Compare(b.Purpose, a.Purpose) })
	room := maxHeader - maxAuthorize - headerSize(w.Header())
	for _, k := range own {
		if !g.expireOne(w, k, &room) {
			return
		}
	}
}

// expireOne makes the browser forget k and takes the bytes of that from room. It
// reports false, and does nothing, if room is too small.
func (g *Gate) expireOne(w http.ResponseWriter, k openedPending, room *int) bool {
	c := g.pendingCookie(k.cookie.Name, "", 0)
	c.HttpOnly, c.SameSite = false, 0 // a cookie that expires needs neither
	if *room -= len("Set-Cookie: \r\n") + len(c.String()); *room < 0 {
		return false
	}
	http.SetCookie(w, c)
	return true
}

// expireExcessPending is expireExcess for an answer that belongs to no login. It opens
// the cookies only if there may be too many.
func (g *Gate) expireExcessPending(w http.ResponseWriter, r *http.Request) {
	if strings.Count(strings.Join(r.Header["Cookie"], ";"), g.cookieName+".") > maxPending {
		g.expireExcess(w, g.pendingOf(r), 0)
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

// isPending reports whether p has not expired.
func (g *Gate) isPending(p *pending) bool { return g.now().Before(time.Unix(p.Expires, 0)) }

// expirePending makes the browser forget a pending cookie.
func (g *Gate) expirePending(w http.ResponseWriter, name string) {
	http.SetCookie(w, g.pendingCookie(name, "", 0))
}

// pendingCookie returns a cookie that the browser sends with the broker's answer. With a
// form post from another site it sends no Lax cookie, so that one is SameSite=None.
func (g *Gate) pendingCookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
	if g.rule.Method == http.MethodPost {
		c.SameSite = http.SameSiteNoneMode
	}
	return c
}

// seconds returns the Max-Age for d. If d is less than a second, it is -1, which
// expires the cookie.
func seconds(d time.Duration) int {
	if s := int(d / time.Second); s > 0 {
		return s
	}
	return -1
}
