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

// Refusal is an answer of the address where that is no success: the text names
// both where and the status, and the broker's words are kept beside it.
func Refusal(class fault.Class, resp *httpx.Response, where string) *fault.Error {
	e := fault.New(class, where+" refused (HTTP "+strconv.Itoa(resp.Status)+")")
	e.Status = resp.Status
	if words := said(resp); words != "" {
		e = e.Saying(words)
	}
	return e
}

// Page is the refusal of an answer that is no JSON at all, such as a maintenance
// page or the page of a proxy between; nil if it is JSON, well formed or not.
// Whoever sent it, the broker's application did not.
func Page(resp *httpx.Response, where string) *fault.Error {
	if isJSON(resp.Body) {
		return nil
	}
	e := Refusal(fault.BrokerUnavailable, resp, where)
	e.Why = where + " gave no JSON (HTTP " + strconv.Itoa(resp.Status) + ")"
	return e
}

// isJSON tells what is meant as JSON from what is not. An opening brace or bracket
// is meant so, also when the rest is broken or a byte order mark stands before it
// (which RFC 8259 section 8.1 forbids). Anything else must be a whole value, since
// "502 Bad Gateway" begins like a number. A blank body is no JSON.
func isJSON(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if len(body) == 0 {
		return false
	}
	return body[0] == '{' || body[0] == '[' || jsontext.Value(body).IsValid()
}

// IsToken reports whether body is meant as a token in compact form, as the answers
// of some userinfo endpoints are: it begins as an encoded header does.
func IsToken(body []byte) bool {
	return len(body) > 1 && body[0] == 'e' && bytes.IndexByte([]byte("wxyz0123456789-_"), body[1]) >= 0
}

// isObject reports whether body begins as a JSON object does.
func isObject(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}

// said returns the broker's words in a refusal: code and description (RFC 6749
// section 5.2) or the message of its own APIs; of a refusal without them whatever
// it holds (RFC 6750 puts the reason into a header). A success is quoted only if it
// is a page: what is meant as JSON may hold tokens.
func said(resp *httpx.Response) string {
	var body struct {
		Error       jsontext.Value `json:"error"`
		Description jsontext.Value `json:"error_description"`
		Message     jsontext.Value `json:"errorMessage"`
	}
	if strictjson.Unmarshal(resp.Body, &body) == nil {
		words := ""
		for _, v := range []jsontext.Value{body.Error, body.Description, body.Message} {
			if s, _ := text(v); s != "" {
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

// malformed is the refusal of a success that makes no sense. why is ours.
func (p *Party) malformed(resp *httpx.Response, why string) *fault.Error {
	e := p.fault(fault.ResponseInvalid, why)
	e.Status = resp.Status
	return e
}

// read reads a success, which must be a JSON object.
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

// declined reads an answer of the token or PAR endpoint that is no success (RFC
// 6749 section 5.2). The status decides where it is clear; nothing of the body
// gets into the text but a code of the table.
func (p *Party) declined(resp *httpx.Response, where string) error {
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
		class = fault.BrokerDeclined // words of the redirect; no person is at this address
	}
	err := p.refusal(class, resp, where)
	if known {
		err.Code = body.Error
	}
	return err
}

// isOutage reports whether a status says that there is no answer now.
func isOutage(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}
