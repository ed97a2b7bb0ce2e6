package httpx

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"
)

// Reason says how far a call came.
type Reason uint8

// The reasons.
const (
	_          Reason = iota
	NotSent           // surely nothing of the request left: name look-up, connection, TLS
	NoAnswer          // the request may have left; no answer began
	Redirected        // the answer names another address; it was not followed
	TooLarge          // the body is over the limit, counted after unpacking
	Slow              // the answer began, and did not end in time
	Cut               // the body ended before it was complete, or does not unpack
	Cancelled         // the caller's own context ended
	Unwelcome         // the other side refused our client certificate, or wants one
	BodyFailed        // the body of the request could not be read to its end; Err says why
	lastReason
)

var reasonTexts = [lastReason]string{
	"unknown reason", "not sent", "no answer", "redirected elsewhere", "answer too large",
	"answer too slow", "answer cut short", "cancelled", "client certificate refused", "request could not be read",
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
	// Status is that of the answer that was not read to its end, or not followed; 0:
	// no answer began.
	Status int

	unsent, untouched bool
}

func (e *Error) Error() string {
	if e.Err != nil {
		return "http: " + e.Reason.String() + ": " + e.Err.Error()
	}
	return "http: " + e.Reason.String()
}

func (e *Error) Unwrap() error { return e.Err }

// NotSent reports whether it is certain that nothing of the request left this
// machine, so that sending it again cannot do anything twice. A call that the
// caller cancelled early enough counts too.
func (e *Error) NotSent() bool { return e.Reason == NotSent || e.unsent }

// BodyKept reports whether it is certain that nothing of the request's body left
// this machine. The other side may have seen the head: the address, the headers.
func (e *Error) BodyKept() bool { return e.NotSent() || e.untouched }

var (
	errName        = errors.New("host name not found")
	errCertificate = errors.New("certificate not accepted")
	errTLS         = errors.New("no agreement on TLS")
	errRequest     = errors.New("malformed request")
)

// cause keeps of err what holds no address, name or certificate of the other
// side.
func cause(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errCertificate
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errName
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errTLS
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return errTLS
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" { // an alert
		return errTLS
	}
	for _, known := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}
