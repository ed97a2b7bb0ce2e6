package mitid

import (
	"errors"
	"log/slog"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// Kind says what went wrong. The list of kinds is closed.
type Kind uint8

// The kinds of error. Each has a sentinel (ErrStateInvalid …) for errors.Is.
const (
	StateInvalid        = Kind(fault.StateInvalid)        // the state is unknown, another browser's, used or expired
	IssuerMismatch      = Kind(fault.IssuerMismatch)      // another party than the configured broker answered
	ResponseInvalid     = Kind(fault.ResponseInvalid)     // the answer is malformed or too large
	TokenInvalid        = Kind(fault.TokenInvalid)        // a token's signature, key, issuer, audience, time, nonce, subject or form is wrong
	SignatureInvalid    = Kind(fault.SignatureInvalid)    // the signature of an XML document or a PDF is wrong
	Replay              = Kind(fault.Replay)              // an assertion was used before
	AssuranceTooLow     = Kind(fault.AssuranceTooLow)     // the level is too low, or the login is not fresh
	ClaimMissing        = Kind(fault.ClaimMissing)        // a required fact is missing, such as the CPR number
	ClaimInvalid        = Kind(fault.ClaimInvalid)        // a fact has an impossible value
	UserCancelled       = Kind(fault.UserCancelled)       // the person pressed cancel
	BrokerDeclined      = Kind(fault.BrokerDeclined)      // the broker ended the login
	BrokerUnavailable   = Kind(fault.BrokerUnavailable)   // the broker gave no usable answer
	ConfigInvalid       = Kind(fault.ConfigInvalid)       // settings here or at the broker are wrong
	InputInvalid        = Kind(fault.InputInvalid)        // the caller passed an invalid value
	CPRMismatch         = Kind(fault.CPRMismatch)         // too many CPR numbers did not match
	Throttled           = Kind(fault.Throttled)           // too many requests
	Unsupported         = Kind(fault.Unsupported)         // this broker cannot do that
	InteractionRequired = Kind(fault.InteractionRequired) // a silent login is not possible
	TransactionMismatch = Kind(fault.TransactionMismatch) // the person saw another text, or the broker did not say which
)

// String returns the kind's name, such as "StateInvalid".
func (k Kind) String() string { return fault.Class(k).String() }

// Kinds returns every kind.
func Kinds() []Kind {
	cs := fault.Classes()
	ks := make([]Kind, len(cs))
	for i, c := range cs {
		ks[i] = Kind(c)
	}
	return ks
}

// Temporary reports whether the same call may succeed later without a change. A login
// that failed has ended all the same; the person starts anew.
func (k Kind) Temporary() bool { return k == BrokerUnavailable || k == Throttled }

func sentinel(k Kind) error { return fault.Sentinel{Package: "mitid", Class: fault.Class(k)} }

// The sentinels, one for each kind, and ErrTokenExpired.
var (
	ErrStateInvalid        error = sentinel(StateInvalid)
	ErrIssuerMismatch      error = sentinel(IssuerMismatch)
	ErrResponseInvalid     error = sentinel(ResponseInvalid)
	ErrTokenInvalid        error = sentinel(TokenInvalid)
	ErrSignatureInvalid    error = sentinel(SignatureInvalid)
	ErrReplay              error = sentinel(Replay)
	ErrAssuranceTooLow     error = sentinel(AssuranceTooLow)
	ErrClaimMissing        error = sentinel(ClaimMissing)
	ErrClaimInvalid        error = sentinel(ClaimInvalid)
	ErrUserCancelled       error = sentinel(UserCancelled)
	ErrBrokerDeclined      error = sentinel(BrokerDeclined)
	ErrBrokerUnavailable   error = sentinel(BrokerUnavailable)
	ErrConfigInvalid       error = sentinel(ConfigInvalid)
	ErrInputInvalid        error = sentinel(InputInvalid)
	ErrCPRMismatch         error = sentinel(CPRMismatch)
	ErrThrottled           error = sentinel(Throttled)
	ErrUnsupported         error = sentinel(Unsupported)
	ErrInteractionRequired error = sentinel(InteractionRequired)
	ErrTransactionMismatch error = sentinel(TransactionMismatch)
	// ErrTokenExpired means that a genuine token came too late. Every such error is
	// ErrTokenInvalid too. A forged token that has expired is ErrTokenInvalid alone.
	ErrTokenExpired error = fault.Sentinel{Package: "mitid", Class: fault.TokenInvalid, Expired: true}
)

// Error is the type of every error that a Client returns. Its text holds nothing that
// came from a broker or a browser.
type Error struct {
	Kind   Kind
	Broker string // the adapter's name, such as "criipto"; empty if no adapter was involved
	Op     string // the Client's method, in lower case: "begin", "complete", …
	Code   string // the broker's error code, if it is one that the adapter knows
	Why    string // what happened and what to do about it; it holds no input
	Detail Secret // the broker's words, cut to 512 bytes; it may hold anything, so do not log it unread
	Status int    // the HTTP status of the answer that the error is about; 0 if there is none
	// Level is the level that was asked for, if Kind is AssuranceTooLow and the level was
	// too low. Otherwise it is claims.LevelUnknown.
	Level claims.Level
	Err   error // the cause; its text must hold no input

	expired bool
}

func (e *Error) Error() string {
	s := "mitid"
	if e.Op != "" {
		s += ": " + e.Op
	}
	if e.Broker != "" {
		s += " (" + e.Broker + ")"
	}
	s += ": " + e.Kind.String()
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Why != "" {
		s += ": " + e.Why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is reports whether target is the sentinel of e's kind, for errors.Is.
func (e *Error) Is(target error) bool {
	return fault.Sentinel{Class: fault.Class(e.Kind), Expired: e.expired}.Is(target)
}

// Unwrap returns the cause, such as context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same call may succeed later without a change.
func (e *Error) Temporary() bool { return e.Kind.Temporary() }

// LogValue returns the parts that may be logged: all but Detail.
func (e *Error) LogValue() slog.Value {
	as := []slog.Attr{slog.String("kind", e.Kind.String())}
	for _, a := range []slog.Attr{slog.String("op", e.Op), slog.String("broker", e.Broker), slog.String("code", e.Code), slog.String("why", e.Why)} {
		if a.Value.String() != "" {
			as = append(as, a)
		}
	}
	if e.Level != claims.LevelUnknown {
		as = append(as, slog.String("asked", e.Level.String()))
	}
	if e.Status != 0 {
		as = append(as, slog.Int("status", e.Status))
	}
	if e.Err != nil {
		as = append(as, slog.String("cause", e.Err.Error()))
	}
	return slog.GroupValue(as...)
}

// KindOf returns the kind of err. If err is neither an *Error nor an error of package
// claims about a login, it returns 0.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Kind(fault.ClassOf(err))
}

// askedError is err beside the level that was asked for.
type askedError struct {
	error
	level claims.Level
}

func (e askedError) Unwrap() error { return e.error }

func asked(l claims.Level, err error) error { return askedError{err, l} }

// errorOf returns err as an *Error of the operation op. An adapter's error without a
// kind becomes ResponseInvalid.
func (c *Client) errorOf(op string, err error) *Error {
	var e *Error
	var f *fault.Error
	switch {
	case errors.As(err, &e):
		copied := *e
		e = &copied
	case errors.As(err, &f):
		e = &Error{Kind: Kind(f.Class), Code: f.Code, Why: f.Why, Detail: NewSecret(f.Said()), Status: f.Status, Err: f.Err, expired: f.Expired}
		if at, ok := errors.AsType[askedError](err); ok && e.Kind == AssuranceTooLow && !f.Stale {
			e.Level = at.level
		}
	default:
		e = &Error{Kind: ResponseInvalid, Why: "the adapter returned an error without a kind"}
	}
	e.Op, e.Broker = op, c.rule.Name
	return e
}
