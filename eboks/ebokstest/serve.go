package ebokstest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks/internal/fakewire"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// maxBody bounds a request.
const maxBody = 100_000_000

const (
	htmlType = "text/html; charset=utf-8"
	textType = "text/plain; charset=utf-8"

	pathDifferences = "/differences"
)

// exchange is one request with its answer.
type exchange struct {
	d  *Distributor
	w  http.ResponseWriter
	r  *http.Request
	op *Operation
	to int // the record
	// why says what was the matter with the request, or which misbehaviour was played.
	why string
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
	x := &exchange{d: d, w: w, r: r, op: d.dialect.Route(r)}
	if x.op == nil {
		x.op = &Operation{}
		x.to = d.records.Add(d.note(r, x.op))
		x.send(fakehttp.NewReply(http.StatusNotFound, textType, []byte("not found\n")))
		return
	}
	x.to = d.records.Add(d.note(r, x.op))
	if x.op.Bears && !x.op.Letter.IsZero() {
		d.offer(x.op.Letter)
	}
	if m := d.misbehaves(x.op); m != nil {
		d.records.Change(x.to, func(q *Request) { q.Misbehaviour = m.Name })
		x.why = "the misbehaviour " + m.Name + ": " + m.Doc
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
	p := x.op.Answer(x.r)
	if x.why == "" {
		x.why = p.why
	}
	return p.leaving()
}

func isXML(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/xml") || strings.EqualFold(strings.TrimSpace(kind), "text/xml")
}

// send writes an answer.
func (x *exchange) send(a *fakehttp.Reply) {
	x.d.records.Change(x.to, func(q *Request) { q.Status = a.Status })
	x.answered(a.Status)
	a.Header.Set("Cache-Control", "no-store")
	if x.d.settings().CloseEach {
		a.Header.Set("Connection", "close")
	}
	a.Write(x.w, x.r)
}

// reset ends the connection without an answer.
func (x *exchange) reset() { x.send(&fakehttp.Reply{HangUp: true, Header: make(http.Header)}) }

// drain reads the request and forgets it.
func (x *exchange) drain() { _, _ = io.Copy(io.Discard, x.r.Body) }

// leaving returns p as it leaves.
func (p *Reply) leaving() *fakehttp.Reply { return fakehttp.NewReply(p.Status, p.Type, p.Body) }

// Refuse returns the answer to a request that could not be read: err is a *[Refusal], or
// what reading by a schema returned.
func (d *Distributor) Refuse(err error) *Reply {
	status, code, text := http.StatusBadRequest, CodeValidation, "The request does not follow the schema."
	schema, schematic := errors.AsType[*fakewire.SchemaError](err)
	other, refused := errors.AsType[*Refusal](err)
	switch {
	case refused:
		status, code, text = other.Status, other.Code, other.Text
	case errors.Is(err, fakewire.ErrTooLarge):
		status, code, text = http.StatusRequestEntityTooLarge, CodeTooLarge, "The request is too large."
	case schematic:
		text = "The request does not follow the schema: " + schema.Error() + "."
	}
	return &Reply{Status: status, Type: XML, Body: fault(code, text), why: text}
}

// fault is the error body Fejl, which wires of this family share.
func fault(code, text string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Fejl xmlns="urn:oio:dkal:1.0.0"><FejlKode>` + code + "</FejlKode><FejlTekst>")
	_ = xml.EscapeText(&b, []byte(text)) // a Buffer never fails
	b.WriteString("</FejlTekst><FejlIdentifikator>PRØVE-" + code + "</FejlIdentifikator></Fejl>")
	return b.Bytes()
}
