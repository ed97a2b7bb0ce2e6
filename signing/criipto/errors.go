package criipto

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

const (
	maxRetryAfter = 24 * time.Hour
	maxSaid       = 4 << 10 // bytes of Error.Said
)

var traceForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// failure is an error under construction.
type failure struct{ e *signing.Error }

// at adds the status of an answer that may hold links, which are secrets.
func (f failure) at(resp *httpx.Response) *signing.Error {
	f.e.Status = resp.Status
	return f.e
}

// with adds the status, and what the service said.
func (f failure) with(resp *httpx.Response) *signing.Error {
	f.e.Status = resp.Status
	f.e.Said = signing.NewRaw(slices.Clone(resp.Body[:min(len(resp.Body), maxSaid)]))
	return f.e
}

// fail is an error of our own words.
func (o *operation) fail(k signing.Kind, why string) *signing.Error {
	return &signing.Error{Kind: k, Service: name, Op: o.op, Why: why}
}

// lost is the kind of a call that brought no usable answer.
func (o *operation) lost() signing.Kind {
	if o.acts {
		return signing.OutcomeUnknown
	}
	return signing.Unavailable
}

// nonsense is an answer that is not one to this call. After a call that changes
// something, it may have been changed all the same.
func (o *operation) nonsense(why string) failure {
	if o.acts {
		return failure{o.fail(signing.OutcomeUnknown, why)}
	}
	return failure{o.fail(signing.ResponseInvalid, why)}
}

// unreadable is an answer that is no JSON, or ambiguous JSON.
func (o *operation) unreadable(err error, resp *httpx.Response) *signing.Error {
	if e, ok := errors.AsType[*strictjson.Error](err); ok && e.Reason == strictjson.Syntax {
		return failure{o.fail(o.lost(), "the answer is no JSON that can be read; a page for people, perhaps")}.at(resp)
	}
	return o.nonsense("the answer is ambiguous JSON, or has another form than the interface says").at(resp)
}

// callError classifies a call that brought no answer.
func (o *operation) callError(err error) *signing.Error {
	if e, ok := errors.AsType[*signing.Error](err); ok {
		return e
	}
	e, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return o.fail(o.lost(), "the call ended without an answer")
	}
	var f *signing.Error
	switch {
	case e.Reason == httpx.BodyFailed && errors.Is(e.Err, errChanged):
		f = o.fail(signing.InputInvalid, "a document changed while it was sent; the call is incomplete and without effect")
	case e.Reason == httpx.BodyFailed:
		f = o.fail(signing.InputInvalid, "a document could not be read to its end; the call is incomplete and without effect")
	case e.Incomplete(): // nothing left, or the head alone
		f = o.fail(signing.Unavailable, "the call did not leave")
	case e.Reason == httpx.Unwelcome:
		f = o.fail(signing.AuthFailed, "the service demands a client certificate")
	default:
		f = o.fail(o.lost(), "")
	}
	if e.Reason != httpx.BodyFailed {
		f.Err = e
	}
	f.Status = e.Status
	return f
}

// statusError classifies an answer of another status than 200, whose body is text for
// people.
func (o *operation) statusError(resp *httpx.Response, now time.Time) *signing.Error {
	wait, given := retryAfter(resp.Header, now)
	var e *signing.Error
	switch status := resp.Status; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e = o.fail(signing.AuthFailed, "the service refuses the credentials; look at ClientID and ClientSecret, which are those of a Signatures application")
	case status == http.StatusTooManyRequests:
		e = o.fail(signing.Throttled, "too many calls")
	case status == http.StatusServiceUnavailable && given && !o.acts:
		e = o.fail(signing.Throttled, "the service asks to wait")
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusUnsupportedMediaType:
		e = o.fail(signing.ConfigInvalid, "there is no such service at this address; look at Endpoint")
	case status == http.StatusRequestEntityTooLarge:
		e = o.fail(signing.Refused, "the documents are too large for the service")
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		e = o.fail(signing.Refused, "the service does not take the call")
	default:
		e = o.fail(o.lost(), "the service gave no usable answer")
	}
	e.RetryAfter = wait
	return failure{e}.with(resp)
}

// judge says what errors of the service mean. The first that has a meaning counts.
func (s *Service) judge(o *operation, faults []fault, resp *httpx.Response) *signing.Error {
	e := o.fail(signing.Unavailable, "the service answered with an error that Config.Kinds does not list")
	if o.acts {
		e.Kind = signing.Refused
	}
	for _, f := range faults {
		if o.acts && len(f.Path) > 1 {
			// The call itself went well, and a field of its answer did not.
			e.Kind, e.Why = signing.OutcomeUnknown, "the call may have had its effect; the service could not say all of its outcome"
			break
		}
		code, _ := f.Extensions["code"].(string)
		k, known := s.cfg.Kinds[code]
		if !known {
			k, known = s.cfg.Kinds[f.Message]
		}
		if known {
			e.Kind, e.Why = k, "the service answered with an error"
			break
		}
	}
	if o.acts && e.Kind == signing.Unavailable {
		e.Kind = signing.OutcomeUnknown
	}
	for _, f := range faults {
		if t, _ := f.Extensions["traceId"].(string); traceForm.MatchString(t) {
			e.Trace = t
			break
		}
	}
	return failure{e}.with(resp)
}

// retryAfter reads Retry-After (RFC 9110 section 10.2.3). given: there is one, sensible
// or not.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, given bool) {
	values := h.Values("Retry-After")
	if len(values) != 1 {
		return 0, len(values) > 0
	}
	if seconds, err := strconv.ParseInt(values[0], 10, 64); err == nil || errors.Is(err, strconv.ErrRange) { // then it is the largest or least there is
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(values[0]); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter), true
	}
	return 0, true
}

// about names the order that an error is about.
func about(id signing.ID, e *signing.Error) *signing.Error {
	e.Order = id
	return e
}

// checkID refuses what cannot be an id of the service.
func (o *operation) checkID(ids ...signing.ID) error {
	for _, id := range ids {
		if !idForm.MatchString(string(id)) {
			return o.fail(signing.InputInvalid, "an id of this service has 1 to 256 characters and no blanks")
		}
	}
	return nil
}

// orNil keeps a nil *signing.Error from becoming an error that is not nil.
func orNil(e *signing.Error) error {
	if e == nil {
		return nil
	}
	return e
}
