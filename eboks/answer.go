package eboks

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
)

// maxRetryAfter caps what a distributor may make us wait.
const maxRetryAfter = 24 * time.Hour

// CallError classifies a call by this module's HTTP client that brought no
// answer. For use by adapters.
//
//   - nothing left, or only the head of the request did: Unavailable
//   - the client certificate was refused: AuthFailed
//   - a document changed or cannot be read: InputInvalid; the request was incomplete
//   - anything else: OutcomeUnknown
func CallError(err error) *Error {
	e, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return &Error{Kind: OutcomeUnknown, Why: "the call ended without an answer"}
	}
	switch {
	case e.Reason == httpx.BodyFailed && (errors.Is(e.Err, ErrChanged) || errors.Is(e.Err, ErrUnread)):
		return &Error{Kind: InputInvalid, NotDelivered: true, Err: e.Err}
	case e.Reason == httpx.BodyFailed:
		return &Error{Kind: InputInvalid, NotDelivered: true, Why: "a document could not be read as it was measured"}
	case e.Reason == httpx.Unwelcome:
		return &Error{Kind: AuthFailed, NotDelivered: e.Incomplete(), Err: e,
			Why: "the distributor refuses the client certificate; look at its date and at the agreement"}
	case e.Incomplete():
		return &Error{Kind: Unavailable, NotDelivered: true, Err: e}
	default:
		return &Error{Kind: OutcomeUnknown, Err: e}
	}
}

// StatusError classifies an answer by its HTTP status alone, where the wire has
// no better word. For use by adapters; a status below 300 is OutcomeUnknown,
// because a success that nobody understands is none.
func StatusError(status int, header http.Header, now time.Time) *Error {
	e := &Error{Kind: OutcomeUnknown, Status: status}
	wait, given := retryAfter(header, now)
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		e.Kind, e.NotDelivered = AuthFailed, true
		e.Why = "the distributor refuses the sender; look at the certificate, the sender system and the agreement"
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && given:
		e.Kind, e.NotDelivered, e.RetryAfter = Throttled, true, wait
	case status == http.StatusRequestEntityTooLarge:
		e.Kind, e.NotDelivered, e.Why = Rejected, true, "the letter is too large for the distributor"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusUnsupportedMediaType:
		e.Kind, e.NotDelivered = ConfigInvalid, true
		e.Why = "the distributor knows no such address; look at the paths and ids of the settings"
	case status == http.StatusConflict:
		e.Kind = AlreadyAccepted
	case status == http.StatusRequestTimeout: // the other side gave up on us, and who knows when
	case status >= 400 && status < 500:
		e.Kind, e.NotDelivered = Rejected, true
	}
	return e
}

// retryAfter reads Retry-After (RFC 9110 section 10.2.3). given: there is one,
// sensible or not.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, given bool) {
	values := h.Values("Retry-After")
	if len(values) == 0 {
		return 0, false
	}
	if len(values) > 1 {
		return 0, true
	}
	if seconds, err := strconv.ParseInt(values[0], 10, 64); err == nil || errors.Is(err, strconv.ErrRange) { // then it is the largest or least there is
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(values[0]); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter), true
	}
	return 0, true
}
