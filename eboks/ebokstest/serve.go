package ebokstest

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// maxBody bounds a request.
const maxBody = 100_000_000

const (
	xmlType  = "application/xml; charset=utf-8"
	jsonType = "application/json; charset=utf-8"
	htmlType = "text/html; charset=utf-8"
	textType = "text/plain; charset=utf-8"

	pathDifferences = "/differences"
)

// exchange is one request with its answer.
type exchange struct {
	d  *Distributor
	w  http.ResponseWriter
	r  *http.Request
	op *operation
	to int // the record
}

// ServeHTTP answers as the distributor does. It does not ask for a certificate:
// the fake's own listener does.
func (d *Distributor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == pathDifferences {
		w.Header().Set("Content-Type", textType)
		_, _ = io.WriteString(w, strings.Join(d.Differences(), "\n")+"\n")
		return
	}
	// A copy: net/http must find its own body in the original to know that nobody
	// has asked for it (Expect: 100-continue).
	r = r.WithContext(r.Context())
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	x := &exchange{d: d, w: w, r: r, op: d.wire.route(r)}
	if x.op == nil {
		x.to = d.records.Add(d.note(r, &operation{}))
		x.send(fakehttp.NewReply(http.StatusNotFound, textType, []byte("not found\n")))
		return
	}
	x.to = d.records.Add(d.note(r, x.op))
	if x.op.bears && !x.op.letter.IsZero() {
		d.offer(x.op.letter)
	}
	if m := d.misbehaves(x.op); m != nil {
		d.records.Change(x.to, func(q *Request) { q.Misbehaviour = m.Name })
		m.play(x)
		return
	}
	x.send(x.answer())
}

// answer does what the request asks for.
func (x *exchange) answer() *fakehttp.Reply {
	if x.r.Body != http.NoBody && x.r.ContentLength != 0 && !isXML(x.r.Header.Get("Content-Type")) {
		return fakehttp.NewReply(http.StatusUnsupportedMediaType, textType, []byte("application/xml\n"))
	}
	return x.op.answer(x.d, x.r)
}

func isXML(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/xml") || strings.EqualFold(strings.TrimSpace(kind), "text/xml")
}

// send writes an answer.
func (x *exchange) send(a *fakehttp.Reply) {
	x.d.records.Change(x.to, func(q *Request) { q.Status = a.Status })
	a.Header.Set("Cache-Control", "no-store")
	a.Write(x.w, x.r)
}

// reset ends the connection without an answer.
func (x *exchange) reset() { x.send(&fakehttp.Reply{HangUp: true, Header: make(http.Header)}) }

// drain reads the request and forgets it.
func (x *exchange) drain() { _, _ = io.Copy(io.Discard, x.r.Body) }

// refuse makes an answer of a request that could not be read.
func (d *Distributor) refuse(err error) *fakehttp.Reply {
	status, code := http.StatusBadRequest, CodeValidation
	text := "The request does not follow the schema."
	var schema *schemaError
	var other *refusal
	switch {
	case errors.As(err, &other):
		return d.refusal(other.status, other.code, other.text)
	case errors.Is(err, errTooLarge):
		status, code, text = http.StatusRequestEntityTooLarge, CodeTooLarge, "The request is too large."
	case errors.As(err, &schema):
		text = "The request does not follow the schema: " + schema.why + "."
	}
	return d.refusal(status, code, text)
}

// refusal is an error for the sender. text is ours alone.
type refusal struct {
	status     int
	code, text string
}

func (e *refusal) Error() string { return e.text }

func (d *Distributor) refusal(status int, code, text string) *fakehttp.Reply {
	return fakehttp.NewReply(status, xmlType, d.wire.refusal(code, text))
}

func tooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e)
}

// parseID reads the id of a letter in an address, zero for none.
func parseID(s string) eboks.ID {
	id, err := eboks.ParseID(s)
	if err != nil || id.String() != s {
		return eboks.ID{}
	}
	return id
}
