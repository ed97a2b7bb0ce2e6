package mitidtest

import (
	"net/http"
	"strconv"

	"github.com/dkeid/dkeid/mitid"
)

// OutageTamperings returns those that replace the broker's answer by a page of somebody
// else or by JSON of another shape.
func OutageTamperings(stages ...Stage) []Tampering {
	var ts []Tampering
	for _, stage := range stages {
		at, w := stage.place(), stage.words()
		instead := func(name, doc string, want mitid.Kind, status int, contentType, body string) {
			ts = append(ts, On(at+"-"+name, w+" answers with "+doc, stage, want, func(_ *Broker, p *Reply) {
				p.Replace(status, contentType, []byte(body))
			}))
		}
		const page, plain, jsonType = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json"
		instead("html", "a maintenance page and status 200", mitid.BrokerUnavailable, http.StatusOK, page, maintenance)
		for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusProxyAuthRequired} {
			n := strconv.Itoa(status)
			instead("html-"+n, "a page and status "+n, mitid.BrokerUnavailable, status, page, maintenance)
		}
		instead("empty", "status 200 and nothing", mitid.BrokerUnavailable, http.StatusOK, jsonType, "")
		instead("plain-text", "status 200 and a sentence", mitid.BrokerUnavailable, http.StatusOK, plain, "502 Bad Gateway")
		instead("garbage", "status 200 and packed bytes that call themselves JSON", mitid.BrokerUnavailable, http.StatusOK, jsonType, "\x1f\x8b\x08\x00Ærø")
		for _, shape := range []struct{ name, doc, body string }{
			{"list", "an empty list", "[]"}, {"text", "a text", `"Ærø"`}, {"number", "a number", "502"}, {"null", "null", "null"},
			{"cut", "an object that does not end", `{"a":`}, {"byte-order-mark", "an object behind a byte order mark", "\uFEFF{}"},
		} {
			instead("json-"+shape.name, "JSON: "+shape.doc, mitid.ResponseInvalid, http.StatusOK, jsonType, shape.body)
		}
	}
	return ts
}
