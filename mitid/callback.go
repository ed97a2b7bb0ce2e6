package mitid

import (
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/internal/fault"
)

// The bounds of ReadCallback, in bytes.
const (
	MaxCallbackQuery = 64 << 10
	MaxCallbackBody  = 512 << 10 // large enough for a SAML response
)

// Callback is a broker's answer as it arrived. It holds the raw bytes, because
// signatures cover them and parsers drop what they do not understand.
type Callback struct {
	guarded

	Method   string // "GET" or "POST"
	RawQuery string
	Body     []byte // of a form post; nil otherwise
}

// ReadCallback reads a broker's answer from r. It returns ErrResponseInvalid if r is
// neither a GET nor a form post, or is larger than MaxCallbackQuery or MaxCallbackBody.
func ReadCallback(r *http.Request) (Callback, error) {
	bad := func(why string) (Callback, error) {
		return Callback{}, &Error{Kind: ResponseInvalid, Op: "read callback", Why: why}
	}
	if len(r.URL.RawQuery) > MaxCallbackQuery {
		return bad("the query is too long")
	}
	cb := Callback{Method: r.Method, RawQuery: r.URL.RawQuery}
	switch r.Method {
	case http.MethodGet:
		return cb, nil
	case http.MethodPost:
	default:
		return bad("the method is neither GET nor POST")
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return bad("the body is not a form")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxCallbackBody+1))
	switch {
	case err != nil:
		return bad("the body did not arrive whole")
	case len(body) > MaxCallbackBody:
		return bad("the body is too long")
	}
	cb.Body = body
	return cb, nil
}

// Values returns the parameters of the query for a GET, and of the body for a POST. If
// a pair is malformed, it returns an error beside the pairs that it could read. Use
// these for nothing but to find out which login is refused.
func (cb Callback) Values() (url.Values, error) {
	if len(cb.RawQuery) > MaxCallbackQuery || len(cb.Body) > MaxCallbackBody {
		return nil, fault.New(fault.ResponseInvalid, "the answer is too long")
	}
	raw := cb.RawQuery
	if cb.Method == http.MethodPost {
		raw = string(cb.Body)
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return v, fault.New(fault.ResponseInvalid, "the answer's parameters are malformed")
	}
	return v, nil
}
