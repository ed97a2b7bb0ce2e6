package ebokstest

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks"
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

// reply is an answer before it leaves.
type reply struct {
	status int
	kind   string // the content type; "" without a body
	body   []byte
	header [][2]string
}

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
		x.to = d.records.add(d.note(r, &operation{}))
		x.send(&reply{status: http.StatusNotFound, kind: textType, body: []byte("not found\n")})
		return
	}
	x.to = d.records.add(d.note(r, x.op))
	if x.op.bears && !x.op.letter.IsZero() {
		d.offer(x.op.letter)
	}
	if m := d.misbehaves(x.op); m != nil {
		d.records.change(x.to, func(q *Request) { q.Misbehaviour = m.Name })
		m.play(x)
		return
	}
	x.send(x.answer())
}

// answer does what the request asks for.
func (x *exchange) answer() *reply {
	if x.r.Body != http.NoBody && x.r.ContentLength != 0 && !isXML(x.r.Header.Get("Content-Type")) {
		return &reply{status: http.StatusUnsupportedMediaType, kind: textType, body: []byte("application/xml\n")}
	}
	return x.op.answer(x.d, x.r)
}

func isXML(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/xml") || strings.EqualFold(strings.TrimSpace(kind), "text/xml")
}

// send writes an answer.
func (x *exchange) send(a *reply) {
	x.d.records.change(x.to, func(q *Request) { q.Status = a.status })
	h := x.w.Header()
	for _, f := range a.header {
		h.Add(f[0], f[1])
	}
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	h.Set("Cache-Control", "no-store")
	x.w.WriteHeader(a.status)
	_, _ = x.w.Write(a.body)
}

// reset ends the connection without an answer.
func (x *exchange) reset() {
	x.d.records.change(x.to, func(q *Request) { q.Status = 0 })
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // a server without connections of its own
	}
	reset(conn)
}

// drain reads the request and forgets it.
func (x *exchange) drain() { _, _ = io.Copy(io.Discard, x.r.Body) }

// refuse makes an answer of a request that could not be read.
func (d *Distributor) refuse(err error) *reply {
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

func (d *Distributor) refusal(status int, code, text string) *reply {
	return &reply{status: status, kind: xmlType, body: d.wire.refusal(code, text)}
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
