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
	NotSent           // nothing of the request was sent: name look-up, connection or TLS failed
	NoAnswer          // the request may have been sent, and no answer began
	Redirected        // the answer is a redirect, which was not followed
	TooLarge          // the body is over the limit, counted after decompression
	Slow              // the answer began and did not end in time
	Cut               // the body ended before it was complete, or cannot be decompressed
	Cancelled         // the caller's context ended
	Unwelcome         // the other side refused our client certificate, or demands one
	BodyFailed        // reading the body of the request failed; Err says why
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
	// Status is the status of an answer that was not read to its end, or not followed.
	// If no answer began, it is 0.
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

// NotSent reports whether it is certain that nothing of the request left this machine.
// Sending it again then cannot do anything twice. It is true also for a call that the
// caller cancelled early enough.
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

// cause returns the part of err that holds no address, name or certificate of the
// other side.
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
