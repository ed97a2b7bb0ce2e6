package evidence

import (
	"context"
	"errors"

	"github.com/dkeid/dkeid/internal/fault"
)

// Kind says what went wrong, as one word of a closed vocabulary.
type Kind uint8

// The kinds. Each has a sentinel (ErrEvidenceDamaged …) for errors.Is.
const (
	_                  Kind = iota
	EvidenceDamaged         // the file is not the one that was written
	EvidenceIncomplete      // something that proves it is missing
	DocumentMismatch        // the token is about another text or document
	TokenInvalid            // a token's signature, time, issuer, audience, certificate or OCSP answer is wrong
	SignatureInvalid        // the timestamp does not hold
	InputInvalid            // the caller passed an invalid value
	ConfigInvalid           // a setting is invalid
	StoreFailed             // a file could not be read or written
	Unavailable             // the timestamp authority or the broker gave no usable answer
	lastKind
)

var kindWords = [lastKind]string{
	"Unknown", "EvidenceDamaged", "EvidenceIncomplete", "DocumentMismatch", "TokenInvalid", "SignatureInvalid",
	"InputInvalid", "ConfigInvalid", "StoreFailed", "Unavailable",
}

// String returns the kind's word, such as "EvidenceDamaged".
func (k Kind) String() string {
	if k >= lastKind {
		k = 0
	}
	return kindWords[k]
}

// Temporary reports whether the same call may succeed later without a change.
func (k Kind) Temporary() bool { return k == StoreFailed || k == Unavailable }

type sentinel Kind

func (s sentinel) Error() string { return "evidence: " + Kind(s).String() }

// The sentinels, one for each kind.
var (
	ErrEvidenceDamaged    error = sentinel(EvidenceDamaged)
	ErrEvidenceIncomplete error = sentinel(EvidenceIncomplete)
	ErrDocumentMismatch   error = sentinel(DocumentMismatch)
	ErrTokenInvalid       error = sentinel(TokenInvalid)
	ErrSignatureInvalid   error = sentinel(SignatureInvalid)
	ErrInputInvalid       error = sentinel(InputInvalid)
	ErrConfigInvalid      error = sentinel(ConfigInvalid)
	ErrStoreFailed        error = sentinel(StoreFailed)
	ErrUnavailable        error = sentinel(Unavailable)
)

// Error is the type of every error of this package. Its text holds nothing of a bundle
// but the names of its parts, which are ours.
type Error struct {
	Kind Kind
	Part string // the part that the error is about, such as "id-token-1.jwt"; empty if it is about none
	Why  string // what is wrong, in our words
	Err  error  // the cause; its text holds no input
}

func (e *Error) Error() string {
	s := "evidence: " + e.Kind.String()
	if e.Part != "" {
		s += ": " + e.Part
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
func (e *Error) Is(target error) bool { return target == sentinel(e.Kind) }

// Unwrap returns the cause, such as context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same call may succeed later without a change.
func (e *Error) Temporary() bool { return e.Kind.Temporary() }

func failed(k Kind, part, why string) *Error { return &Error{Kind: k, Part: part, Why: why} }

func damaged(part, why string) *Error { return failed(EvidenceDamaged, part, why) }

// stopped returns the error for a context that has ended, or nil.
func stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &Error{Kind: Unavailable, Why: "stopped", Err: err}
	}
	return nil
}

// fromFault returns an error of an internal package with our kind k. An error about
// settings keeps its own kind.
func fromFault(k Kind, part string, err error) *Error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return failed(k, part, "it cannot be read")
	}
	switch f.Class {
	case fault.ConfigInvalid:
		k = ConfigInvalid
	case fault.InputInvalid:
		k = InputInvalid
	case fault.BrokerUnavailable:
		k = Unavailable
	}
	return &Error{Kind: k, Part: part, Why: f.Why, Err: f.Err}
}
