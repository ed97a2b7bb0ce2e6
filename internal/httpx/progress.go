package httpx

import (
	"net/http"
	"net/http/httptrace"
	"sync"
)

// progress is what net/http tells while it makes one call.
type progress struct {
	body *watchedBody // nil if the request has none

	mu        sync.Mutex
	tried     bool // the transport looked for a connection
	connected bool // it connected
	sent      bool // it had a connection to write to
	continued bool // the other side said 100 Continue
	answered  bool // the other side said something
	early     int64
	conn      certificateAsker
}

// A certificateAsker is a connection that can show a client certificate, and knows
// whether the other side has asked for one. internal/mtls makes such connections.
type certificateAsker interface {
	// Unasked returns a sentence that says so if it has not, and "" if it has.
	Unasked() string
}

func (p *progress) note(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.note(func() { p.tried = true }) },
		ConnectDone: func(_, _ string, err error) {
			p.note(func() { p.connected = p.connected || err == nil })
		},
		GotConn: func(c httptrace.GotConnInfo) {
			p.note(func() {
				p.sent = true
				p.conn, _ = c.Conn.(certificateAsker)
			})
		},
		WroteHeaders:   func() { p.note(func() { p.sent = true }) },
		Got100Continue: func() { p.note(func() { p.continued = true }) },
		GotFirstResponseByte: func() {
			p.note(func() {
				p.answered = true
				if p.body != nil {
					p.early = p.body.count()
				}
			})
		},
	}
}

// unsent reports whether it is certain that there never was a connection to write to.
func (p *progress) unsent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tried && !p.sent
}

// failedInTLS reports whether there was a connection, and TLS did not begin on it.
func (p *progress) failedInTLS() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connected && !p.sent
}

// taken returns how many bytes of the body the transport had got when the answer began.
// net/http goes on after an early answer, so that it can use the connection again.
func (p *progress) taken() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answered && !p.continued { // else the first byte was that of 100 Continue
		return p.early
	}
	return p.body.count()
}

// waitedInVain reports whether the body left without the word 100 Continue, and before
// the answer began. A server that is overloaded (status 500 and more) proves nothing.
func (p *progress) waitedInVain(status int) bool {
	if p.body == nil || status >= http.StatusInternalServerError {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answered && !p.continued && p.early > 0
}

func (p *progress) unasked() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return ""
	}
	return p.conn.Unasked()
}
