package signing

import (
	"errors"
	"log/slog"
	"time"
)

// Kind says what went wrong, as one word of a closed vocabulary.
type Kind uint8

// The kinds. Each has a sentinel (ErrPending …) for errors.Is.
const (
	_                  Kind = iota
	Pending                 // somebody has not decided yet
	DocumentPending         // the order is closed, and a signed copy could not be fetched yet
	OutcomeUnknown          // the call may have had its effect: ask, never repeat blindly
	NotFound                // the service has no such order, or no longer has its documents
	Conflict                // the ticket, the order and the documents do not belong together
	Throttled               // too many calls; Error.RetryAfter
	Unavailable             // the service gave no usable answer
	AuthFailed              // the service refuses our credentials
	ResponseInvalid         // an answer makes no sense, or is about something else
	SignatureInvalid        // a signature is missing, broken, or by another certificate than the pinned one
	TokenInvalid            // a token's signature, key, issuer, audience or time is wrong
	IssuerMismatch          // another issuer than the configured one
	AssuranceTooLow         // signed at a lower level than was asked for
	SignerMismatch          // somebody else signed
	EvidenceIncomplete      // a proof is missing, such as a document's digest or a timestamp
	EvidenceDamaged         // a stored proof has changed
	DocumentMismatch        // another document was signed
	DocumentModified        // the document was changed after it was signed
	WebhookUnauthentic      // a webhook without the right signature
	WebhookMalformed        // a webhook that cannot be read
	Duplicate               // the same once more; no second effect
	Refused                 // the service refuses the call for good
	StoreFailed             // the caller's store said no; nothing was cleaned up
	InputInvalid            // the order, a document or an argument is impossible
	ConfigInvalid           // a setting is
	Unsupported             // this service cannot do that
	lastKind
)

var kindWords = [lastKind]string{
	"Unknown", "Pending", "DocumentPending", "OutcomeUnknown", "NotFound", "Conflict", "Throttled", "Unavailable", "AuthFailed",
	"ResponseInvalid", "SignatureInvalid", "TokenInvalid", "IssuerMismatch", "AssuranceTooLow", "SignerMismatch",
	"EvidenceIncomplete", "EvidenceDamaged", "DocumentMismatch", "DocumentModified", "WebhookUnauthentic", "WebhookMalformed",
	"Duplicate", "Refused", "StoreFailed", "InputInvalid", "ConfigInvalid", "Unsupported",
}

// String returns the kind's word, such as "DocumentPending".
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

// KindOf returns the kind of err, or 0 if err is not of this package.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Then says what to do after an error.
type Then uint8

// What to do.
const (
	Stop   Then = iota // the same call never succeeds; tell whoever asked
	Retry              // make the same call again later
	Ask                // find out what happened first: PlaceAgain for a lost order, Complete again for anything else
	Decide             // a person must look: settings, or a signed copy that cannot be trusted
)

// String returns what to do in words.
func (t Then) String() string { return [...]string{"stop", "retry", "ask", "decide"}[min(t, Decide)] }

// Then returns what to do after an error of this kind.
func (k Kind) Then() Then {
	switch k {
	case Pending, DocumentPending, Throttled, Unavailable, StoreFailed:
		return Retry
	case OutcomeUnknown:
		return Ask
	case AuthFailed, ConfigInvalid, ResponseInvalid, SignatureInvalid, TokenInvalid, IssuerMismatch, AssuranceTooLow, SignerMismatch,
		EvidenceIncomplete, EvidenceDamaged, DocumentMismatch, DocumentModified, Conflict, NotFound:
		return Decide
	default:
		return Stop
	}
}

type sentinel Kind

func (s sentinel) Error() string { return "signing: " + Kind(s).String() }

// The sentinels, one for each kind.
var (
	ErrPending            error = sentinel(Pending)
	ErrDocumentPending    error = sentinel(DocumentPending)
	ErrOutcomeUnknown     error = sentinel(OutcomeUnknown)
	ErrNotFound           error = sentinel(NotFound)
	ErrConflict           error = sentinel(Conflict)
	ErrThrottled          error = sentinel(Throttled)
	ErrUnavailable        error = sentinel(Unavailable)
	ErrAuthFailed         error = sentinel(AuthFailed)
	ErrResponseInvalid    error = sentinel(ResponseInvalid)
	ErrSignatureInvalid   error = sentinel(SignatureInvalid)
	ErrTokenInvalid       error = sentinel(TokenInvalid)
	ErrIssuerMismatch     error = sentinel(IssuerMismatch)
	ErrAssuranceTooLow    error = sentinel(AssuranceTooLow)
	ErrSignerMismatch     error = sentinel(SignerMismatch)
	ErrEvidenceIncomplete error = sentinel(EvidenceIncomplete)
	ErrEvidenceDamaged    error = sentinel(EvidenceDamaged)
	ErrDocumentMismatch   error = sentinel(DocumentMismatch)
	ErrDocumentModified   error = sentinel(DocumentModified)
	ErrWebhookUnauthentic error = sentinel(WebhookUnauthentic)
	ErrWebhookMalformed   error = sentinel(WebhookMalformed)
	ErrDuplicate          error = sentinel(Duplicate)
	ErrRefused            error = sentinel(Refused)
	ErrStoreFailed        error = sentinel(StoreFailed)
	ErrInputInvalid       error = sentinel(InputInvalid)
	ErrConfigInvalid      error = sentinel(ConfigInvalid)
	ErrUnsupported        error = sentinel(Unsupported)
)

// Error is every error that a Client returns. Its text is ours alone: nothing that
// arrived from a service, and nothing of the order, is part of it.
type Error struct {
	Kind       Kind
	Service    string // the adapter's name, such as "criipto"
	Op         string // the Client's method in words: "place", "place again", "complete", …
	Order      ID     // the order's, if there is one
	Why        string // what is wrong and what to do about it, in our words
	Status     int    // of HTTP, if there was an answer
	RetryAfter time.Duration
	// KeptUntil is when the service deletes the documents of an order that is closed. It
	// is zero if the order is not closed, or that is not known.
	KeptUntil time.Time
	Trace     string // the service's trace id, if it gave one
	Said      Raw    // what the service said, at most 4 kB; prints as a placeholder
	Err       error  // the cause; only one whose text is free of input
}

// Error returns the text.
func (e *Error) Error() string {
	s := "signing"
	if e.Op != "" {
		s += ": " + e.Op
	}
	if e.Service != "" {
		s += " (" + e.Service + ")"
	}
	s += ": " + e.Kind.String()
	if e.Why != "" {
		s += ": " + e.Why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is makes errors.Is(err, ErrPending) and the like work.
func (e *Error) Is(target error) bool {
	s, ok := target.(sentinel)
	return ok && Kind(s) == e.Kind
}

// Unwrap returns the cause, such as context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

// Then returns what to do.
func (e *Error) Then() Then { return e.Kind.Then() }

// Temporary reports whether the same call may succeed later without a change.
func (e *Error) Temporary() bool { return e.Then() == Retry }

// LogValue gives the parts that may be logged.
func (e *Error) LogValue() slog.Value {
	parts := []slog.Attr{
		slog.String("kind", e.Kind.String()), slog.String("op", e.Op), slog.String("service", e.Service),
		slog.String("order", string(e.Order)), slog.Int("status", e.Status), slog.String("trace", e.Trace), slog.String("why", e.Why),
	}
	if !e.KeptUntil.IsZero() {
		parts = append(parts, slog.Time("kept_until", e.KeptUntil))
	}
	return slog.GroupValue(parts...)
}
