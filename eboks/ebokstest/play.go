package ebokstest

import (
	"bytes"
	"encoding/hex"
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// What the misbehaviours do.

// refuse answers with an error in the dialect's form.
func (x *exchange) refuse(status int, code, text string) {
	x.send(refusal(status, code, text))
}

func refusal(status int, code, text string) *fakehttp.Reply {
	return fakehttp.NewReply(status, XML, fault(code, text))
}

// fail answers as a gateway in front of the distributor does.
func (x *exchange) fail(status int, retryAfter ...string) {
	a := fakehttp.NewReply(status, htmlType, []byte("<html><body><h1>"+http.StatusText(status)+"</h1></body></html>"))
	if len(retryAfter) > 0 {
		a.Header["Retry-After"] = retryAfter
	}
	x.send(a)
}

func maintenance() *fakehttp.Reply {
	return fakehttp.NewReply(200, htmlType, []byte("<!doctype html><html lang=\"da\"><title>Service</title><h1>Vi er straks tilbage</h1><p>Systemet opdateres. Prøv igen senere på året.</p></html>"))
}

// accepted lets the request do its work and returns an answer with a body.
func (x *exchange) accepted() *fakehttp.Reply {
	a := x.answer()
	if a.Status == http.StatusNoContent {
		if s, known := x.d.Stored(x.op.Letter); known {
			return x.d.dialect.Taken(s).leaving()
		}
	}
	return a
}

// swapped names another letter in the answer.
func (x *exchange) swapped() {
	a := x.accepted()
	other := eboks.NewID()
	mine := [2]string{x.op.Letter.String(), plainID(x.op.Letter)}
	if mine[0] != "" {
		a.Body = bytes.ReplaceAll(a.Body, []byte(mine[0]), []byte(other.String()))
		a.Body = bytes.ReplaceAll(a.Body, []byte(mine[1]), []byte(plainID(other)))
	}
	x.send(a)
}

// cut ends the connection in the middle of the answer.
func (x *exchange) cut() {
	a := x.accepted()
	a.Cut = true
	x.send(a)
}

// drip answers one byte a second, for more than a day.
func (x *exchange) drip() {
	a := x.accepted()
	a.Drip, a.Blanks = true, 100_000
	x.send(a)
}

// flood answers 100 MB.
func (x *exchange) flood() {
	a := x.accepted()
	a.Blanks = 100_000_000
	x.send(a)
}

// early answers success at once, as if the letter were there.
func (x *exchange) early() {
	x.w.Header().Set("Connection", "close")
	x.send(x.d.dialect.Taken(Stored{Letter: Letter{ID: x.op.Letter}, Reference: "700000"}).leaving())
}

// redirect names another host, which does not exist.
func (x *exchange) redirect() {
	a := fakehttp.NewReply(http.StatusTemporaryRedirect, "", nil)
	a.Header.Set("Location", "https://elsewhere.example/")
	x.send(a)
}

// echo repeats in the error text what the request said about a person.
func (x *exchange) echo() {
	secret := "Modtageren "
	if l, err := x.d.dialect.ReadLetter(x.r); err == nil {
		secret += l.To.CPR().Reveal() + " " + l.Title + " " + l.Address.Name
	}
	x.refuse(400, CodeValidation, secret+" kan ikke modtage")
}

// plainID is a letter's id as 32 digits.
func plainID(id eboks.ID) string {
	if id.IsZero() {
		return ""
	}
	return hex.EncodeToString(id[:])
}
