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
//   - nothing left, or less than the whole request did: Unavailable, Retry
//   - the client certificate was refused: AuthFailed, Retry if no whole letter had left
//   - a document changed or cannot be read: InputInvalid, Stop; the request was incomplete
//   - anything else: OutcomeUnknown, Ask
func CallError(err error) *Error {
	e, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return &Error{Kind: OutcomeUnknown, Why: "the call ended without an answer"}
	}
	switch {
	case e.Reason == httpx.BodyFailed && (errors.Is(e.Err, ErrChanged) || errors.Is(e.Err, ErrUnread)):
		return &Error{Kind: InputInvalid, Then: Stop, Err: e.Err}
	case e.Reason == httpx.BodyFailed:
		return &Error{Kind: InputInvalid, Then: Stop, Why: "a document could not be read as it was measured"}
	case e.Reason == httpx.Unwelcome:
		refused := &Error{Kind: AuthFailed, Err: e, Why: "the distributor refuses the client certificate; look at its date and at the agreement"}
		if e.Incomplete() {
			refused.Then = Retry
		}
		return refused
	case e.Incomplete():
		return &Error{Kind: Unavailable, Then: Retry, Err: e}
	case e.Reason == httpx.Redirected:
		return &Error{Kind: OutcomeUnknown, Status: e.Status, Err: e, Why: "look at the address in the settings, and at servers on the way"}
	default:
		return &Error{Kind: OutcomeUnknown, Status: e.Status, Err: e}
	}
}

// What load balancers and proxies answer when they think that the client has gone.
const (
	statusClientGone   = 460 // AWS
	statusClientClosed = 499 // nginx, Traefik
)

// HTTPAnswer is what an adapter knows of an answer whose words it does not understand.
type HTTPAnswer struct {
	Status int
	Header http.Header
	// OwnWords means that the distributor itself wrote the answer, as its content shows.
	// Otherwise a proxy, a filter or a server on the way may have written it.
	OwnWords bool
	// Partly means that it came before the whole letter had left: the distributor cannot
	// have all of it.
	Partly bool
	// Unasked is a sentence if the connection never asked for our client certificate, and
	// empty otherwise.
	Unasked string
}

// StatusError classifies an answer by its HTTP status, where the wire has no better word.
// For use by adapters. A status alone is no verdict about a letter:
//
//   - 429, and 503 with Retry-After: Throttled, Retry
//   - 401 and 403: AuthFailed, Retry
//   - 404, 405, 410, 415: ConfigInvalid, Retry
//   - 413: Rejected, Stop; with Alarm if not in the distributor's own words, because
//     then a setting on the way may be too small for many letters
//   - 409: AlreadyAccepted in the distributor's own words; otherwise OutcomeUnknown, Ask
//   - any other 4xx but 408: Rejected, Stop in the distributor's own words; otherwise
//     AuthFailed, Retry, because the usual reason is a client certificate that a server
//     in front refuses (nginx says 400)
//   - 408 and 5xx: OutcomeUnknown, Ask; Unavailable, Retry if the letter left partly
//   - 460 and 499, which proxies say when the client has gone: OutcomeUnknown, Ask, unless
//     the letter left partly
//   - anything else: OutcomeUnknown, Ask. A success in words that
//     nobody knows does not count as one.
func StatusError(a HTTPAnswer, now time.Time) *Error {
	e := &Error{Kind: OutcomeUnknown, Status: a.Status}
	wait, given := retryAfter(a.Header, now)
	switch s := a.Status; {
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable && given:
		e.Kind, e.Then, e.RetryAfter = Throttled, Retry, wait
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		e.Kind, e.Then = AuthFailed, Retry
		e.Why = "the sender is refused; look at the certificate, the sender system and the agreement"
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed, s == http.StatusGone, s == http.StatusUnsupportedMediaType:
		e.Kind, e.Then = ConfigInvalid, Retry
		e.Why = "there is no such address; look at the paths and ids of the settings"
	case s == http.StatusRequestEntityTooLarge:
		e.Kind, e.Then, e.Alarm = Rejected, Stop, !a.OwnWords
		e.Why = "the letter is too large for the distributor, or for a server on the way to it"
	case s == http.StatusRequestTimeout || s >= 500 && s <= 599: // who knows when it gave up
		e.Why = "whether it has the letter is not known; send the same letter again later, it is asked for first"
		if a.Partly {
			e.Kind, e.Then, e.Why = Unavailable, Retry, "the whole letter had not left; try again later"
		}
	case (s == statusClientGone || s == statusClientClosed) && !a.Partly:
		e.Why = "a server on the way says that we have gone; whether the letter went on is not known"
	case s < 400 || s > 599:
	case !a.OwnWords && s == http.StatusConflict:
		e.Why = "it may mean that the id was used before, but it is not in the distributor's words"
	case !a.OwnWords:
		e.Kind, e.Then = AuthFailed, Retry
		e.Why = "something in front of the distributor answers; look at the client certificate, and at servers and filters on the way"
	case s == http.StatusConflict:
		e.Kind = AlreadyAccepted
	default:
		e.Kind, e.Then = Rejected, Stop
	}
	if e.Kind == AuthFailed && a.Unasked != "" {
		e.Why += "; " + a.Unasked
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
