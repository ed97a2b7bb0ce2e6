package evidence

import (
	"context"
	"errors"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/signing"
)

// Error is the type of every error of this package. It is the sentinel of its kind
// (signing.ErrEvidenceDamaged …) for errors.Is, and a *signing.Error for errors.As. Its
// text holds nothing of a bundle but the names of its parts, which are ours.
type Error struct {
	Kind signing.Kind
	Part string // the part that the error is about, such as "id-token-1.jwt"; empty if it is about none
	Why  string // what is wrong, in our words
	Err  error  // the cause; its text holds no input
}

func (e *Error) Error() string {
	s := "evidence: " + e.Kind.String()
	if why := e.why(); why != "" {
		s += ": " + why
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) why() string {
	if e.Part != "" && e.Why != "" {
		return e.Part + ": " + e.Why
	}
	return e.Part + e.Why
}

// Is reports whether target is the sentinel of e's kind, for errors.Is.
func (e *Error) Is(target error) bool { return (&signing.Error{Kind: e.Kind}).Is(target) }

// As makes e a *signing.Error, for errors.As and signing.KindOf.
func (e *Error) As(target any) bool {
	t, ok := target.(**signing.Error)
	if ok {
		*t = &signing.Error{Kind: e.Kind, Op: "evidence", Why: e.why(), Err: e.Err}
	}
	return ok
}

// Unwrap returns the cause, such as context.Canceled or fs.ErrNotExist.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same call may succeed later without a change.
func (e *Error) Temporary() bool { return e.Kind.Then() == signing.Retry }

func failed(k signing.Kind, part, why string) *Error { return &Error{Kind: k, Part: part, Why: why} }

func damaged(part, why string) *Error { return failed(signing.EvidenceDamaged, part, why) }

// stopped returns the error for a context that has ended, or nil.
func stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &Error{Kind: signing.Unavailable, Why: "the context ended", Err: err}
	}
	return nil
}

// fromFault returns an error of an internal package with our kind k. An error about
// settings, or of a party that did not answer, keeps its own kind.
func fromFault(k signing.Kind, part string, err error) *Error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return failed(k, part, "it cannot be read")
	}
	switch f.Class {
	case fault.ConfigInvalid:
		k = signing.ConfigInvalid
	case fault.InputInvalid:
		k = signing.InputInvalid
	case fault.BrokerUnavailable:
		k = signing.Unavailable
	}
	return &Error{Kind: k, Part: part, Why: f.Why, Err: f.Err}
}
