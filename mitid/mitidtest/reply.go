package mitidtest

import (
	"net/http"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
)

// Reply is an answer before it leaves, so that a tampering can spoil it.
type Reply struct {
	Status  int
	Header  http.Header
	Object  Object // the body, unless Body is set
	Body    []byte
	Escaped bool  // texts of Object are written as .NET does: + as \u002B
	Blanks  int64 // how many blanks follow the body
	Drip    bool  // one byte is sent in a second
	HangUp  bool  // the connection ends without an answer

	asked *http.Request
}

// NewReply returns a reply with a JSON body.
func NewReply(status int, o Object) *Reply {
	return &Reply{Status: status, Object: o, Header: http.Header{
		"Content-Type":  {"application/json; charset=utf-8"},
		"Cache-Control": {"no-store"},
	}}
}

// NewFault returns an error answer of a JSON endpoint.
func NewFault(status int, code, description string) *Reply {
	return NewReply(status, Object{{"error", code}, {"error_description", description}})
}

// Replace makes the reply one with this body.
func (p *Reply) Replace(status int, contentType string, body []byte) {
	p.Status, p.Body = status, body
	p.Header.Set("Content-Type", contentType)
}

// Maintenance makes the reply a maintenance page, as something in front of the broker
// shows it.
func (p *Reply) Maintenance(status int) { p.Replace(status, "text/html", []byte(maintenance)) }

// Redirect makes the reply a redirect.
func (p *Reply) Redirect(status int, location string) {
	p.Replace(status, "text/plain", nil)
	p.Header.Set("Location", location)
}

// Bytes returns the body.
func (p *Reply) Bytes() []byte {
	if p.Body == nil && p.Object != nil {
		if p.Escaped {
			return fakeoidc.EscapeText(p.Object.Bytes())
		}
		return p.Object.Bytes()
	}
	return p.Body
}

// problem returns the error that the body tells.
func (p *Reply) problem() string {
	code, _ := p.Object.Get("error").(string)
	description, _ := p.Object.Get("error_description").(string)
	return Fail(code, description).problem()
}

// Send lets the tampering that waits at a stage spoil p, and answers r with it.
func (b *Broker) Send(w http.ResponseWriter, r *http.Request, at Stage, p *Reply) {
	p.asked = r
	problem := p.problem() // before a tampering writes a secret into it
	Spoil(b, at, p)
	b.noteSent(r, at, p, problem)
	p.Write(w, r)
}

// Write answers r with the reply.
func (p *Reply) Write(w http.ResponseWriter, r *http.Request) {
	sent := fakehttp.Reply{Status: p.Status, Header: p.Header, Body: p.Bytes(), Blanks: p.Blanks, Drip: p.Drip, HangUp: p.HangUp}
	sent.Write(w, r)
}
