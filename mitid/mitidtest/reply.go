package mitidtest

import (
	"net/http"
	"strconv"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// reply is an answer before it leaves, so that a tampering can spoil it.
type reply struct {
	status  int
	header  http.Header
	object  object // the body, unless body is set
	body    []byte
	stretch int64 // follow the body with that many blanks
	drip    bool  // one byte a second
	hangUp  bool  // close the connection without an answer
	asked   *http.Request
	escaped bool // write texts as .NET does: + as \u002B
}

// answer returns a reply with a JSON body.
func answer(status int, o object) *reply {
	return &reply{status: status, object: o, header: http.Header{
		"Content-Type":  {"application/json; charset=utf-8"},
		"Cache-Control": {"no-store"},
	}}
}

// fault returns an error answer of a JSON endpoint.
func fault(status int, code, description string) *reply {
	return answer(status, object{{"error", code}, {"error_description", description}})
}

// replace makes the reply one with this body.
func (p *reply) replace(status int, contentType string, body []byte) {
	p.status, p.body = status, body
	p.header.Set("Content-Type", contentType)
}

// moved makes the reply a redirect.
func (p *reply) moved(status int, location string) {
	p.replace(status, "text/plain", nil)
	p.header.Set("Location", location)
}

// bytes returns the body.
func (p *reply) bytes() []byte {
	if p.body == nil && p.object != nil {
		if p.escaped {
			return escapeText(p.object.bytes())
		}
		return p.object.bytes()
	}
	return p.body
}

// send spoils p when a tampering waits for it, and answers.
func (b *Broker) send(w http.ResponseWriter, r *http.Request, p *reply, stage func(*spoiler) *func(*Broker, *reply)) {
	if spoil := takeStage(b, stage); spoil != nil {
		p.asked = r
		spoil(b, p)
	}
	p.write(w, r)
}

// dripped is how many bytes a slow body sends at most.
const dripped = 60

func (p *reply) write(w http.ResponseWriter, r *http.Request) {
	if p.hangUp {
		if h, ok := w.(http.Hijacker); ok {
			if c, _, err := h.Hijack(); err == nil {
				_ = c.Close()
				return
			}
		}
		panic(http.ErrAbortHandler) // how net/http lets a handler drop the connection
	}
	body := p.bytes()
	for name, values := range p.header {
		w.Header()[name] = values
	}
	if p.stretch == 0 && !p.drip {
		w.Header().Set("Content-Length", itoa(len(body)))
	}
	w.WriteHeader(p.status)
	if p.drip {
		drip(w, r, body)
		return
	}
	_, err := w.Write(body)
	blanks := make([]byte, 32<<10)
	for i := range blanks {
		blanks[i] = ' '
	}
	for left := p.stretch; left > 0 && err == nil; left -= int64(len(blanks)) {
		_, err = w.Write(blanks)
	}
}

// drip writes a byte a second until the caller has had enough.
func drip(w http.ResponseWriter, r *http.Request, body []byte) {
	flush := http.NewResponseController(w)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 0; i < len(body) && i < dripped; i++ {
		if _, err := w.Write(body[i : i+1]); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}
