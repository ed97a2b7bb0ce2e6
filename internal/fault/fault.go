// Package fault is the error that packages below the public clients return: a
// class of the public vocabulary, and words of our own. Nothing that arrived
// from outside is ever part of its text.
package fault

import (
	"errors"
	"fmt"
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
