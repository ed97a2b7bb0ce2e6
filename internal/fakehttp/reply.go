package fakehttp

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// Reply is an answer before it leaves, so that a test can spoil it.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	// Blanks is how many blanks follow the body. With them, no length is announced.
	Blanks int64
	// Drip sends one byte a second, until the caller or the server ends the
	// connection. No length is announced.
	Drip bool
	// Cut ends the connection after half of the body.
	Cut bool
	// HangUp resets the connection, and nothing is answered.
	HangUp bool
}

// NewReply returns an answer with a body. If contentType is empty, the answer has
// no Content-Type.
func NewReply(status int, contentType string, body []byte) *Reply {
	p := &Reply{Status: status, Header: make(http.Header), Body: body}
	if contentType != "" {
		p.Header.Set("Content-Type", contentType)
	}
	return p
}

// Write answers r. It panics with http.ErrAbortHandler where that is the only way
// to end the connection.
func (p *Reply) Write(w http.ResponseWriter, r *http.Request) {
	if p.HangUp {
		hangUp(w)
		return
	}
	for name, values := range p.Header {
		w.Header()[name] = values
	}
	switch {
	case p.Cut:
		w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)+1))
		w.WriteHeader(p.Status)
		_, _ = w.Write(p.Body[:len(p.Body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case p.Drip:
		w.WriteHeader(p.Status)
		p.drip(w, r)
	case p.Blanks > 0:
		w.WriteHeader(p.Status)
		p.stretch(w)
	default:
		w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
		w.WriteHeader(p.Status)
		_, _ = w.Write(p.Body)
	}
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // w has no connection that could be taken over
	}
	Reset(conn)
}

// stretch writes the body and the blanks.
func (p *Reply) stretch(w http.ResponseWriter) {
	_, err := w.Write(p.Body)
	blanks := bytes.Repeat([]byte{' '}, 64<<10)
	for left := p.Blanks; left > 0 && err == nil; left -= int64(len(blanks)) {
		_, err = w.Write(blanks[:min(left, int64(len(blanks)))])
	}
}

// drip writes the body and the blanks at a byte a second.
func (p *Reply) drip(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w).Flush
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := range int64(len(p.Body)) + p.Blanks {
		b := byte(' ')
		if i < int64(len(p.Body)) {
			b = p.Body[i]
		}
		if _, err := w.Write([]byte{b}); err != nil || flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // otherwise the answer would end as if it were whole
		case <-tick.C:
		}
	}
}
