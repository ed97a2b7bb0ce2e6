package signingtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// escapes are what a terminal would obey, and a line that looks like one of a program.
const escapes = "\x1b]0;overtaget\x07\x1b[2J\x1b[31mrød\r\nlink https://elsewhere.example/\u202e"

func replyMisbehaviours() []Misbehaviour {
	all := []Misbehaviour{
		{Name: "error", Doc: "nothing is done; an error, and an empty object for data", play: func(x *exchange) { x.complain("Fejl i tjenesten") }},
		{Name: "error-after", Doc: "it is done; an error all the same", Done: true, play: func(x *exchange) { x.execute(); x.complain("Fejl i tjenesten") }},
		{Name: "error-with-data", Doc: "it is done; the whole answer, and an error beside it", Done: true, play: edit(func(b []byte) []byte {
			return append([]byte(`{"errors":[{"message":"Fejl"}],`), b[1:]...)
		})},
		{Name: "error-personal", Doc: "nothing is done; the error repeats every text of the request, personal data included",
			play: func(x *exchange) { x.complain("Afvist: " + strings.Join(textsOf(x.q.Variables, nil), " ")) }},
		{Name: "error-escapes", Doc: "nothing is done; the error holds terminal escapes and a forged line",
			play: func(x *exchange) { x.complain("Afvist " + escapes) }},
		{Name: "data-null", Doc: "it is done; data is null and there is no error", Done: true, play: edit(func([]byte) []byte { return []byte(`{"data":null}`) })},
		{Name: "no-object", Doc: "it is done; the answer is a list", Done: true, play: edit(func([]byte) []byte { return []byte(`[]`) })},
		{Name: "cut-json", Doc: "it is done; half of the answer, and the connection is in order", Done: true,
			play: edit(func(b []byte) []byte { return b[:len(b)/2] })},
		{Name: "trailing-json", Doc: "it is done; a second JSON value follows the answer", Done: true,
			play: edit(func(b []byte) []byte { return append(b, `{"data":{}}`...) })},
		{Name: "deep-json", Doc: "nothing is done; a hundred thousand lists inside each other",
			play: func(x *exchange) {
				x.send(fakehttp.NewReply(http.StatusOK, jsonType, []byte(`{"data":`+strings.Repeat("[", 100_000))))
			}},
		{Name: "not-utf-8", Doc: "it is done; a member in the answer is not UTF-8", Done: true, play: edit(func(b []byte) []byte {
			return append([]byte("{\"extensions\":{\"navn\":\"\xe6\xf8\xe5\"},"), b[1:]...)
		})},
		{Name: "duplicate-members", Doc: "it is done; every status stands twice, first as SIGNED", Done: true, play: edit(func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"status":`), []byte(`"status":"SIGNED","status":`))
		})},
		{Name: "other-case-members", Doc: "it is done; beside every status stands a Status that says SIGNED", Done: true, play: edit(func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"status":`), []byte(`"Status":"SIGNED","status":`))
		})},
		{Name: "unknown-members", Doc: "it is done; objects with a status have a member that no schema knows", Done: true, play: edit(func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"status":`), []byte(`"nyhed":{"æ":1},"status":`))
		})},
	}
	for i := range all {
		all[i].Occasion = AtRequest
	}
	return all
}

// edit carries a request out and changes the body of the answer.
func edit(change func([]byte) []byte) func(*exchange) {
	return done(func(p *fakehttp.Reply) { p.Body = change(p.Body) })
}

func (x *exchange) complain(message string) {
	x.send(errorReply(http.StatusOK, gqlerror.List{{Message: message}}))
}

// textsOf returns the short texts of variables.
func textsOf(v any, texts []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for _, v := range v {
			texts = textsOf(v, texts)
		}
	case []any:
		for _, v := range v {
			texts = textsOf(v, texts)
		}
	case string:
		if len(v) <= maxKept {
			texts = append(texts, v)
		}
	case json.Number:
		texts = append(texts, v.String())
	}
	return texts
}
