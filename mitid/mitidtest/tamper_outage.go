package mitidtest

import (
	"net/http"
	"strconv"

	"github.com/dkeid/dkeid/mitid"
)

// outageTamperings put somebody else's page in the place of the broker's answer.
func outageTamperings(stages ...Stage) []Tampering {
	var ts []Tampering
	for _, stage := range stages {
		w := stage.String()
		for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusProxyAuthRequired} {
			n := strconv.Itoa(status)
			ts = append(ts, onReply(w+"-page-"+n, w+" answers with a page and status "+n, stage, mitid.BrokerUnavailable, func(_ *Broker, p *reply) {
				p.replace(status, "text/html; charset=utf-8", []byte(maintenance))
			}))
		}
		for name, body := range map[string]string{"text": "502 Bad Gateway", "blank": " \r\n", "garbage": "\x1f\x8b\x08\x00Ærø"} {
			ts = append(ts, onReply(w+"-"+name, w+" answers with status 200 and no JSON: "+name, stage, mitid.BrokerUnavailable, func(_ *Broker, p *reply) {
				p.replace(http.StatusOK, "application/json", []byte(body))
			}))
		}
		for name, body := range map[string]string{"list": "[]", "string": `"Ærø"`, "number": "502", "null": "null", "broken": `{"a":`, "mark": "\uFEFF{}"} {
			ts = append(ts, onReply(w+"-json-"+name, w+" answers with JSON that is no object: "+name, stage, mitid.ResponseInvalid, func(_ *Broker, p *reply) {
				p.replace(http.StatusOK, "application/json", []byte(body))
			}))
		}
	}
	return ts
}
