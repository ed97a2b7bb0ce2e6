// Package fault is the error type of the packages below the public clients: a class of
// the public vocabulary, and a text of ours. The text never holds anything that came
// from outside.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Class is one word of the public error vocabulary.
type Class uint8

// The classes. The public clients turn them into their own kinds.
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
	Why   string // a text of ours; it holds no input
	Code  string // the other side's error code, if one of our tables has it
	Err   error  // a cause whose text holds no input, or nil
	// Status is the HTTP status of the answer that was refused; 0 if there is none.
	Status int
	// Expired says that the class is TokenInvalid and nothing but the token's time is
	// wrong.
	Expired bool
	// Stale says that the class is AssuranceTooLow because the login is too old. A
	// higher level would not help.
	Stale bool

	said func() string // a function, because printers cannot look into one
}

// New returns an error of class c. why must be a constant text.
func New(c Class, why string) *Error { return &Error{Class: c, Why: why} }

// Newf is New with a format. args must be values of ours, such as names of fields and
// limits, and nothing that came from outside.
func Newf(c Class, format string, args ...any) *Error {
	return &Error{Class: c, Why: fmt.Sprintf(format, args...)}
}

// With returns a copy of e that wraps cause. The text of cause becomes part of the
// text of e, so it must hold no input.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// Saying returns a copy of e that keeps the other side's words, cut by [Cut]. They
// are not part of the text.
func (e *Error) Saying(words string) *Error {
	c := *e
	words = Cut(words)
	c.said = func() string { return words }
	return &c
}

// MaxSaid is the length limit of the other side's words, in bytes.
const MaxSaid = 512

// Cut returns words as valid UTF-8 of at most [MaxSaid] bytes.
func Cut(words string) string {
	if words = strings.ToValidUTF8(words, "\uFFFD"); len(words) > MaxSaid {
		words = strings.ToValidUTF8(words[:MaxSaid], "")
	}
	return words
}

// Said returns the other side's words. They may hold anything: do not log them.
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

// A Sentinel stands for a class in errors.Is. Each public package exports its own.
// Sentinels of one class match each other.
type Sentinel struct {
	Package string // the package that exports it
	Class   Class
	Expired bool // if true, it matches only errors with Error.Expired
}

func (s Sentinel) Error() string {
	if s.Expired {
		return s.Package + ": TokenExpired"
	}
	return s.Package + ": " + s.Class.String()
}

// Is reports whether target is a Sentinel that matches s.
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
