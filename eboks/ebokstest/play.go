package ebokstest

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// What the misbehaviours do.

// refuse answers with an error in the dialect's form.
func (x *exchange) refuse(status int, code, text string) {
	x.send(x.d.refusal(status, code, text))
}

// fail answers as a gateway in front of the distributor does.
func (x *exchange) fail(status int, retryAfter ...string) {
	a := &reply{status: status, kind: htmlType, body: []byte("<html><body><h1>" + http.StatusText(status) + "</h1></body></html>")}
	for _, v := range retryAfter {
		a.header = append(a.header, [2]string{"Retry-After", v})
	}
	x.send(a)
}

func maintenance() *reply {
	return &reply{status: 200, kind: htmlType, body: []byte("<!doctype html><html lang=\"da\"><title>Service</title><h1>Vi er straks tilbage</h1><p>Systemet opdateres. Prøv igen senere på året.</p></html>")}
}

// accepted lets the request do its work and returns an answer with a body.
func (x *exchange) accepted() *reply {
	a := x.answer()
	if a.status == http.StatusNoContent {
		x.d.mu.Lock()
		defer x.d.mu.Unlock()
		if l := x.d.post.letters[x.op.letter]; l != nil {
			return x.d.wire.taken(l.ID, l)
		}
	}
	return a
}

// swapped names another letter in the answer.
func (x *exchange) swapped() {
	a := x.accepted()
	other := eboks.NewID()
	mine := [2]string{x.op.letter.String(), plainID(x.op.letter)}
	if mine[0] != "" {
		a.body = bytes.ReplaceAll(a.body, []byte(mine[0]), []byte(other.String()))
		a.body = bytes.ReplaceAll(a.body, []byte(mine[1]), []byte(plainID(other)))
	}
	x.send(a)
}

// cut ends the connection in the middle of the answer.
func (x *exchange) cut() {
	a := x.accepted()
	x.start(a, len(a.body)+1)
	_, _ = x.w.Write(a.body[:len(a.body)/2])
	_ = http.NewResponseController(x.w).Flush()
	panic(http.ErrAbortHandler) // net/http's way to leave an answer unfinished
}

// drip answers one byte a second, until somebody loses patience.
func (x *exchange) drip() {
	a := x.accepted()
	x.start(a, len(a.body)+100_000)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	control := http.NewResponseController(x.w)
	for i := range len(a.body) + 100_000 {
		octet := byte(' ')
		if i < len(a.body) {
			octet = a.body[i]
		}
		if _, err := x.w.Write([]byte{octet}); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-x.r.Context().Done():
			return
		case <-x.d.listener.closing:
			return
		}
	}
}

// flood answers 100 MB.
func (x *exchange) flood() {
	a := x.accepted()
	x.start(a, -1)
	_, _ = x.w.Write(a.body)
	blanks := bytes.Repeat([]byte(" "), 1<<16)
	for range 100_000_000 / len(blanks) {
		if _, err := x.w.Write(blanks); err != nil {
			return
		}
	}
}

// start writes the head of an answer whose body comes some other way.
func (x *exchange) start(a *reply, length int) {
	x.d.records.change(x.to, func(q *Request) { q.Status = a.status })
	h := x.w.Header()
	h.Set("Content-Type", a.kind)
	if length >= 0 {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	x.w.WriteHeader(a.status)
}

// early answers success at once, as if the letter were there.
func (x *exchange) early() {
	x.w.Header().Set("Connection", "close")
	x.send(x.d.wire.taken(x.op.letter, &letter{}))
}

// redirect names another host, which does not exist.
func (x *exchange) redirect() {
	x.send(&reply{status: http.StatusTemporaryRedirect, header: [][2]string{{"Location", "https://elsewhere.example/"}}})
}

// echo repeats in the error text what the request said about a person.
func (x *exchange) echo() {
	secret := "Modtageren "
	if l, err := x.d.readLetter(x.r); err == nil {
		secret += l.To.CPR().Reveal() + " " + l.Title + " " + l.Address.Name
	}
	x.refuse(400, CodeValidation, secret+" kan ikke modtage")
}
