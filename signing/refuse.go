package signing

import (
	"context"
	"errors"
)

func inputInvalid(why string) *Error { return &Error{Kind: InputInvalid, Why: why} }

func unsupported(why string) *Error { return &Error{Kind: Unsupported, Why: why} }

// refuse makes err an *Error of the operation op about an order. An error without a kind
// gets the kind other, and its text, which may hold anything, is left out.
func (c *Client) refuse(op string, id ID, err error, other Kind) *Error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case ok && e.Kind > 0 && e.Kind < lastKind:
		copied := *e
		e = &copied
	case errors.Is(err, context.Canceled):
		e = &Error{Kind: other, Err: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded):
		e = &Error{Kind: other, Err: context.DeadlineExceeded}
	default:
		e = &Error{Kind: other, Why: "the adapter returned an error without a kind"}
	}
	e.Op, e.Order, e.RetryAfter = op, id, max(e.RetryAfter, 0)
	if e.Service == "" {
		e.Service = c.can.Name
	}
	return e
}

// refuseRead is refuse for a call that changes nothing, whose outcome is never unknown.
func (c *Client) refuseRead(op string, id ID, err error) *Error {
	e := c.refuse(op, id, err, Unavailable)
	if e.Kind == OutcomeUnknown {
		e.Kind = Unavailable
	}
	return e
}

// storeError prints as nothing in particular: the text of the caller's error may hold
// anything. errors.Is and errors.As find what is behind it.
type storeError struct{ err error }

func (e *storeError) Error() string { return "the store failed" }
func (e *storeError) Unwrap() error { return e.err }
