package httpx

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// Reason says how far a call came.
type Reason uint8

// The reasons.
const (
	_           Reason = iota
	NotSent            // nothing of the request was sent: name look-up, connection or TLS failed
	NoAnswer           // the request may have been sent, and no answer began
	Redirected         // the answer is a redirect, which was not followed
	TooLarge           // the body is over the limit, counted after decompression
	Slow               // the answer began and did not end in time
	Cut                // the body ended before it was complete, or cannot be decompressed
	Cancelled          // the caller's context ended
	Unwelcome          // the other side refused our client certificate, or demands one; Err says why
	BodyFailed         // reading the body of the request failed; Err says why
	Unexpecting        // the other side refuses Expect: 100-continue; the next call goes without
	lastReason
)

var reasonTexts = [lastReason]string{
	"unknown reason", "not sent", "no answer", "redirected elsewhere", "answer too large",
	"answer too slow", "answer cut short", "cancelled", "client certificate refused", "request could not be read",
	"the server knows no Expect: 100-continue",
}

// String returns the reason in words.
func (r Reason) String() string {
	if r >= lastReason {
		r = 0
	}
	return reasonTexts[r]
}

// Error is every error of [Client.Do].
type Error struct {
	Reason Reason
	// Err is the cause where its text holds nothing of the request or the answer:
	// a context error, an error number of the system, or words of this package.
	Err error
	// Status is the status of an answer that was not read to its end, or not followed.
	// If no answer began, it is 0.
	Status int

	// Unasked is a sentence if the connection could show a client certificate and the
	// other side has not asked for it (see [Response]).
	Unasked string

	unsent, incomplete bool
}

func (e *Error) Error() string {
	s := "http: " + e.Reason.String()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Unasked != "" {
		s += "; " + e.Unasked
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// NotSent reports whether it is certain that nothing of the request left this machine.
// Sending it again then cannot do anything twice. It is true also for a call that the
// caller cancelled early enough.
func (e *Error) NotSent() bool { return e.Reason == NotSent || e.unsent }

// Incomplete reports whether it is certain that the other side does not have the whole
// request: nothing left this machine, or less of the body than its ContentLength. It
// can then have acted upon none of it. It may have seen the head: the address, the headers.
func (e *Error) Incomplete() bool { return e.NotSent() || e.incomplete }

var (
	errName    = errors.New("host name not found")
	errRequest = errors.New("malformed request")
	errHungUp  = errors.New("the other side closed the connection")
)

// cause returns the part of err that holds no address, name or certificate of the
// other side.
func cause(err error) error {
	if f := handshakeFault(err); f != nil {
		return f
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errName
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	for _, known := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errHungUp
	}
	return nil
}
