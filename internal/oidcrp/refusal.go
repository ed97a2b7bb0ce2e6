package oidcrp

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// Refusal returns the error for an answer that is no success. where names the
// endpoint. The text holds where and the status. [fault.Error.Said] returns the
// broker's words.
func Refusal(class fault.Class, resp *httpx.Response, where string) *fault.Error {
	e := fault.New(class, where+" refused (HTTP "+strconv.Itoa(resp.Status)+")")
	e.Status = resp.Status
	if words := brokersWords(resp); words != "" {
		e = e.Saying(words)
	}
	return e
}

// Page returns the error for an answer that is not JSON, such as a maintenance page or
// the page of a proxy. It returns nil if isJSON accepts the answer.
func Page(resp *httpx.Response, where string) *fault.Error {
	if isJSON(resp.Body) {
		return nil
	}
	e := Refusal(fault.BrokerUnavailable, resp, where)
	e.Why = where + " gave no JSON (HTTP " + strconv.Itoa(resp.Status) + ")"
	return e
}

// isJSON reports whether body is meant to be JSON. A body that begins with a brace or
// a bracket is, even if the rest is malformed, and even after a byte order mark
// (which RFC 8259 section 8.1 forbids). Any other body must be a whole JSON value,
// because "502 Bad Gateway" begins like a number. A blank body is not JSON.
func isJSON(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if len(body) == 0 {
		return false
	}
	return body[0] == '{' || body[0] == '[' || jsontext.Value(body).IsValid()
}

// IsToken reports whether body is meant to be a token in compact form: it begins as an
// encoded header does. Some userinfo endpoints answer with tokens.
func IsToken(body []byte) bool {
	return len(body) > 1 && body[0] == 'e' && bytes.IndexByte([]byte("wxyz0123456789-_"), body[1]) >= 0
}

// isObject reports whether body begins as a JSON object does.
func isObject(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}

// brokersWords returns the broker's words in a refusal: code and description (RFC 6749
// section 5.2), or the message of the broker's own APIs. If the body has none of them,
// brokersWords returns the body, or the header with the reason of RFC 6750. It returns
// nothing of a JSON success, which may hold tokens.
func brokersWords(resp *httpx.Response) string {
	var body struct {
		Error       jsontext.Value `json:"error"`
		Description jsontext.Value `json:"error_description"`
		Message     jsontext.Value `json:"errorMessage"`
	}
	if strictjson.Unmarshal(resp.Body, &body) == nil {
		words := ""
		for _, v := range []jsontext.Value{body.Error, body.Description, body.Message} {
			if s, _ := stringValue(v); s != "" {
				if words != "" {
					words += ": "
				}
				words += s
			}
		}
		if words != "" {
			return words
		}
	}
	blank := bytes.TrimSpace(resp.Body)
	switch {
	case resp.Status < 400 && (len(blank) == 0 || blank[0] != '<'):
		return ""
	case len(blank) == 0:
		return resp.Header.Get("WWW-Authenticate")
	}
	return string(blank[:min(len(blank), fault.MaxSaid)])
}

// refusal is Refusal with the broker's name.
func (p *Party) refusal(class fault.Class, resp *httpx.Response, where string) *fault.Error {
	return Refusal(class, resp, p.name+": "+where)
}

// malformed returns the error for a success that cannot be used. why must hold no
// input.
func (p *Party) malformed(resp *httpx.Response, why string) *fault.Error {
	e := p.fault(fault.ResponseInvalid, why)
	e.Status = resp.Status
	return e
}

// read reads a success into a struct. The body must be a JSON object.
func (p *Party) read(resp *httpx.Response, where string, into any) error {
	if page := Page(resp, p.name+": "+where); page != nil {
		return page
	}
	if !isObject(resp.Body) {
		return p.malformed(resp, where+": no JSON object")
	}
	if err := strictjson.Unmarshal(resp.Body, into); err != nil {
		return p.malformed(resp, where).With(err)
	}
	return nil
}

// refusedRequest returns the error for a refusal of the token or PAR endpoint (RFC
// 6749 section 5.2). Some statuses decide the class alone. The text holds nothing of
// the body but a code that the table has.
func (p *Party) refusedRequest(resp *httpx.Response, where string) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if strictjson.Unmarshal(resp.Body, &body) != nil {
		body.Error, body.Description = "", ""
	}
	class, known := codes[body.Error]
	phrase, isPhrase := phrases[body.Description]
	switch {
	case isOutage(resp.Status):
		class = fault.BrokerUnavailable
	case resp.Status == http.StatusUnauthorized:
		class = fault.ConfigInvalid
	case !isJSON(resp.Body):
		return Page(resp, p.name+": "+where)
	case isPhrase:
		class = phrase
	case !known && resp.Status < 400:
		class = fault.ResponseInvalid
	case !known:
		class = fault.BrokerDeclined
	case class == fault.UserCancelled, class == fault.InteractionRequired:
		class = fault.BrokerDeclined // these codes are for the redirect: no person calls this endpoint
	}
	err := p.refusal(class, resp, where)
	if known {
		err.Code = body.Error
	}
	return err
}

// isOutage reports whether a status means that the broker is not available now.
func isOutage(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}
