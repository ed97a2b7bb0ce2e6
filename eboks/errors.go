package eboks

import (
	"log/slog"
	"strconv"
	"time"
)

// Kind says what went wrong, as one word of a closed vocabulary.
type Kind uint8

// The kinds. Each has a sentinel (ErrOutcomeUnknown …) for errors.Is.
const (
	_                    Kind = iota
	OutcomeUnknown            // the letter may have been taken in: ask, never resend blindly; with Retry, RetryPolicy.LogLag has passed
	AlreadyAccepted           // the distributor has a letter under this ID
	Duplicate                 // the distributor has a letter of somebody else under this ID; in Receipt.Repeat and from History.Add: the same once more
	Conflict                  // this ID stands for another letter
	Rejected                  // refused for good
	RecipientUnreachable      // this recipient cannot receive it: Error.Reachability
	Throttled                 // too many at once; Error.RetryAfter
	Unavailable               // no connection, or the channel is paused; nothing left
	AuthFailed                // certificate or agreement refused; the channel is paused
	Parked                    // failed too often, or given up by a person; only Release lets it be sent again
	StoreFailed               // the ledger could not be read or written
	ReceiptInvalid            // an answer about a letter that cannot be trusted
	ReceiptOverdue            // no receipt within the agreed time
	InputInvalid              // the letter, or an argument, is impossible
	ConfigInvalid             // a setting is
	Unsupported               // this distributor cannot carry that
	lastKind
)

var kindWords = [lastKind]string{
	"Unknown", "OutcomeUnknown", "AlreadyAccepted", "Duplicate", "Conflict", "Rejected", "RecipientUnreachable", "Throttled",
	"Unavailable", "AuthFailed", "Parked", "StoreFailed", "ReceiptInvalid", "ReceiptOverdue", "InputInvalid", "ConfigInvalid",
	"Unsupported",
}

// String returns the kind's word, such as "OutcomeUnknown".
func (k Kind) String() string {
	if k >= lastKind {
		k = 0
	}
	return kindWords[k]
}

// Kinds returns every kind.
func Kinds() []Kind {
	all := make([]Kind, 0, lastKind-1)
	for k := Kind(1); k < lastKind; k++ {
		all = append(all, k)
	}
	return all
}

// why is what to do after an error that says no more than its kind.
func (k Kind) why() string {
	switch k {
	case OutcomeUnknown:
		return "nobody knows whether the distributor has the letter; send the same letter again later, it is asked for first"
	case Rejected:
		return "the distributor refuses the letter; Error.Code and Error.Raw have what it said"
	case RecipientUnreachable:
		return "this recipient cannot receive it"
	case Throttled:
		return "too many at once; try again later"
	case Unavailable:
		return "the distributor cannot be reached; try again later"
	case AuthFailed:
		return "the sender is refused; look at the certificate, the sender system and the agreement"
	case ConfigInvalid:
		return "the distributor does not know what a setting says; look at the settings and the agreement"
	case ReceiptInvalid:
		return "the answer cannot be trusted; look at Error.Raw"
	default:
		return ""
	}
}

type sentinel Kind

func (s sentinel) Error() string { return "eboks: " + Kind(s).String() }

// The sentinels, one for each kind.
var (
	ErrOutcomeUnknown       error = sentinel(OutcomeUnknown)
	ErrAlreadyAccepted      error = sentinel(AlreadyAccepted)
	ErrDuplicate            error = sentinel(Duplicate)
	ErrConflict             error = sentinel(Conflict)
	ErrRejected             error = sentinel(Rejected)
	ErrRecipientUnreachable error = sentinel(RecipientUnreachable)
	ErrThrottled            error = sentinel(Throttled)
	ErrUnavailable          error = sentinel(Unavailable)
	ErrAuthFailed           error = sentinel(AuthFailed)
	ErrParked               error = sentinel(Parked)
	ErrStoreFailed          error = sentinel(StoreFailed)
	ErrReceiptInvalid       error = sentinel(ReceiptInvalid)
	ErrReceiptOverdue       error = sentinel(ReceiptOverdue)
	ErrInputInvalid         error = sentinel(InputInvalid)
	ErrConfigInvalid        error = sentinel(ConfigInvalid)
	ErrUnsupported          error = sentinel(Unsupported)
)

// Error is every error that a Client returns. Its text is ours alone: nothing
// that arrived from a distributor, and nothing of the letter, is part of it.
type Error struct {
	Kind   Kind
	Sender string // the adapter, such as "stralfors"; empty when it was not asked
	Op     string // the Client's method, in lower case: "send", "status", …
	ID     ID     // the letter's, where there is one
	Code   string // the distributor's error code, if it is digits or a word of its tables
	Why    string // what to do about it, in our words
	// Reachability says why with RecipientUnreachable.
	Reachability Reachability
	Status       int           // of HTTP, if there was an answer
	RetryAfter   time.Duration // not before that; zero if not known
	// Then says what to do with the letter. In an error of a call that sends nothing it is
	// never Ask.
	Then Then
	// Alarm means that a person should look at once. An adapter sets it where an answer
	// names another letter or another recipient; the Client calls Config.Alarm.
	Alarm bool
	Raw   Raw   // what the distributor said, at most 64 kB; prints as a placeholder
	Err   error // the cause; only one whose text is free of input
}

func (e *Error) Error() string {
	s := "eboks"
	if e.Op != "" {
		s += ": " + e.Op
	}
	if e.Sender != "" {
		s += " (" + e.Sender + ")"
	}
	s += ": " + e.Kind.String()
	if e.Reachability != ReachabilityUnknown {
		s += " (" + e.Reachability.String() + ")"
	}
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Status != 0 {
		s += " (HTTP " + strconv.Itoa(e.Status) + ")"
	}
	if e.Why != "" {
		s += ": " + e.Why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is makes errors.Is(err, ErrRejected) and the like work.
func (e *Error) Is(target error) bool {
	s, ok := target.(sentinel)
	return ok && Kind(s) == e.Kind
}

// Unwrap returns the cause, such as context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

// LogValue gives the parts that may be logged.
func (e *Error) LogValue() slog.Value {
	as := []slog.Attr{slog.String("kind", e.Kind.String()), slog.String("then", e.Then.String())}
	for _, a := range []slog.Attr{
		slog.String("op", e.Op), slog.String("sender", e.Sender), slog.String("id", e.ID.String()),
		slog.String("code", e.Code), slog.String("why", e.Why),
	} {
		if a.Value.String() != "" {
			as = append(as, a)
		}
	}
	if e.Reachability != ReachabilityUnknown {
		as = append(as, slog.String("reachability", e.Reachability.String()))
	}
	if e.Status != 0 {
		as = append(as, slog.Int("status", e.Status))
	}
	if e.Err != nil {
		as = append(as, slog.String("cause", e.Err.Error()))
	}
	return slog.GroupValue(as...)
}

// KindOf returns the kind of err, or 0 when err is not of this package.
func KindOf(err error) Kind {
	if e, ok := asError(err); ok {
		return e.Kind
	}
	return 0
}

// inputInvalid refuses before anything left.
func inputInvalid(why string) error {
	return &Error{Kind: InputInvalid, Why: why, Then: Stop}
}
