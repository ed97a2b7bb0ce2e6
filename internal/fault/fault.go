// Package fault is the error that packages below the public clients return: a
// class of the public vocabulary, and words of our own. Nothing that arrived
// from outside is ever part of its text.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Class is one word of the public error vocabulary.
type Class uint8

// The classes of a login. The clients in front turn them into their own kinds.
const (
	_ Class = iota
	StateInvalid
	IssuerMismatch
	ResponseInvalid
	TokenInvalid
	SignatureInvalid
	Replay
	AssuranceTooLow
	ClaimMissing
	ClaimInvalid
	UserCancelled
	BrokerDeclined
	BrokerUnavailable
	ConfigInvalid
	InputInvalid
	CPRMismatch
	Throttled
	Unsupported
	InteractionRequired
	TransactionMismatch
	last
)

var words = [last]string{
	"Unknown", "StateInvalid", "IssuerMismatch", "ResponseInvalid", "TokenInvalid", "SignatureInvalid",
	"Replay", "AssuranceTooLow", "ClaimMissing", "ClaimInvalid", "UserCancelled", "BrokerDeclined",
	"BrokerUnavailable", "ConfigInvalid", "InputInvalid", "CPRMismatch", "Throttled", "Unsupported",
	"InteractionRequired", "TransactionMismatch",
}

// String returns the class word.
func (c Class) String() string {
	if c >= last {
		c = 0
	}
	return words[c]
}

// Classes returns every class, in order.
func Classes() []Class {
	all := make([]Class, 0, last-1)
	for c := Class(1); c < last; c++ {
		all = append(all, c)
	}
	return all
}

// Error says what went wrong in our own words.
type Error struct {
	Class Class
	Why   string // written by us; never holds input
	Code  string // the other side's error code, only when it is one that our tables know
	Err   error  // a cause whose text is known to be free of input, or nil
	// Status is the HTTP status of the answer that was refused; 0 if there is none.
	Status int
	// Expired: of class TokenInvalid, and the token's time is all that is wrong.
	Expired bool
	// Stale: of class AssuranceTooLow, and the login is not recent enough; a higher
	// level would not help.
	Stale bool

	said func() string // behind a function, where printers do not look
}

// New returns an error of class c. why must be a constant text.
func New(c Class, why string) *Error { return &Error{Class: c, Why: why} }

// Newf is New with values of our own making in the text (names of fields,
// limits), never anything that arrived from outside.
func Newf(c Class, format string, args ...any) *Error {
	return &Error{Class: c, Why: fmt.Sprintf(format, args...)}
}

// With returns a copy of e that wraps cause. The cause's text becomes part of
// the message: pass only errors whose text holds no input.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// Saying returns a copy of e that keeps what the other side said about it, cut to
// [MaxSaid] bytes. It is never part of the text.
func (e *Error) Saying(words string) *Error {
	c := *e
	words = Cut(words)
	c.said = func() string { return words }
	return &c
}

// MaxSaid bounds what is kept of the other side's words, in bytes.
const MaxSaid = 512

// Cut returns words as valid UTF-8 of at most [MaxSaid] bytes.
func Cut(words string) string {
	if words = strings.ToValidUTF8(words, "\uFFFD"); len(words) > MaxSaid {
		words = strings.ToValidUTF8(words[:MaxSaid], "")
	}
	return words
}

// Said returns what the other side said. It may hold anything: never log it.
func (e *Error) Said() string {
	if e.said == nil {
		return ""
	}
	return e.said()
}

// Is reports whether target is a [Sentinel] of e's class.
func (e *Error) Is(target error) bool {
	return Sentinel{Class: e.Class, Expired: e.Expired}.Is(target)
}

// A Sentinel is what errors.Is compares errors of a class with. Packages publish
// their own; those of one class are as good as each other.
type Sentinel struct {
	Package string // the one that publishes it
	Class   Class
	Expired bool // errors with Error.Expired alone
}

func (s Sentinel) Error() string {
	if s.Expired {
		return s.Package + ": TokenExpired"
	}
	return s.Package + ": " + s.Class.String()
}

// Is reports whether target is a Sentinel that takes in s.
func (s Sentinel) Is(target error) bool {
	t, ok := target.(Sentinel)
	return ok && t.Class == s.Class && (s.Expired || !t.Expired)
}

func (e *Error) Error() string {
	s := e.Class.String()
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Why != "" {
		s += ": " + e.Why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of the first Error in err's chain, or 0.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return 0
}
