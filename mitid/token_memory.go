package mitid

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"
)

// The bounds of a tokenMemory.
const (
	rememberedTokens = 1024
	maxRemembered    = 4 << 10 // bytes of a token
)

// A tokenMemory keeps the logins of the last tokens that passed VerifyToken. Its
// copies never leave it: each recall makes a new one.
type tokenMemory struct {
	mu     sync.Mutex
	passed map[[sha256.Size]byte]remembered // by the digest of the token
	ring   [][sha256.Size]byte              // the keys of passed
	next   int                              // the oldest place in a full ring
	swept  time.Time                        // when expired logins were last let go of
}

// A remembered login sits behind a function, so that printers that walk a Client by
// reflection find an address and no more.
type remembered struct {
	login   func() *Login
	since   time.Time
	expires time.Time
	holds   func() bool
}

func newTokenMemory() *tokenMemory {
	return &tokenMemory{passed: make(map[[sha256.Size]byte]remembered)}
}

// digestOfToken returns the name of a token in a tokenMemory; false for one that is
// too long to be remembered. The token is copied to the stack: a conversion to bytes
// would cost as much as the hash.
func digestOfToken(raw string) (digest [sha256.Size]byte, ok bool) {
	var token [maxRemembered]byte
	if len(raw) > len(token) {
		return digest, false
	}
	return sha256.Sum256(token[:copy(token[:], raw)]), true
}

// recall returns a copy of the login that was remembered under digest, or nil: the
// token has then to be verified. A token in the span after its end in which clocks
// may differ is not recalled, and neither is one when the clock was set back.
func (m *tokenMemory) recall(digest [sha256.Size]byte, now time.Time) *Login {
	m.mu.Lock()
	r, ok := m.passed[digest]
	m.mu.Unlock()
	switch {
	case !ok:
		return nil
	case now.Before(r.since) || !now.Before(r.expires) || !r.holds():
		m.forget(digest)
		return nil
	}
	return r.login()
}

// remember keeps a copy of l, if there can be one.
func (m *tokenMemory) remember(digest [sha256.Size]byte, now time.Time, l *Login, holds func() bool) {
	if !now.Before(l.Expires) || !holds() {
		return
	}
	master := l.clone()
	if master == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.swept).Abs() >= time.Minute { // nobody may ask for an expired one again
		maps.DeleteFunc(m.passed, func(_ [sha256.Size]byte, r remembered) bool { return !now.Before(r.expires) })
		m.swept = now
	}
	if _, ok := m.passed[digest]; !ok {
		if len(m.ring) < rememberedTokens {
			m.ring = append(m.ring, digest)
		} else {
			delete(m.passed, m.ring[m.next])
			m.ring[m.next] = digest
			m.next = (m.next + 1) % len(m.ring)
		}
	}
	m.passed[digest] = remembered{login: master.clone, since: now, expires: l.Expires, holds: holds}
}

// forget lets go of a login. Its place in ring stays taken until it is the oldest.
func (m *tokenMemory) forget(digest [sha256.Size]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.passed, digest)
}

// clone returns a copy of l, which is no proof of age, that shares nothing with it
// that can be changed; or nil if l.Claims have no method Clone.
func (l *Login) clone() *Login {
	c := *l
	if l.Claims != nil {
		d, ok := l.Claims.(interface{ Clone() any })
		if !ok {
			return nil
		}
		c.Claims = d.Clone()
	}
	c.Identity = l.Identity.Clone()
	c.Texts.Reference, c.Texts.Transaction = l.Texts.Reference.clone(), l.Texts.Transaction.clone()
	c.Evidence.Tokens = slices.Clone(l.Evidence.Tokens)
	for i := range c.Evidence.Tokens {
		c.Evidence.Tokens[i].Key = bytes.Clone(c.Evidence.Tokens[i].Key)
	}
	return &c
}

func (t *Text) clone() *Text {
	if t == nil {
		return nil
	}
	c := *t
	return &c
}
