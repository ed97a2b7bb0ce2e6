package neb

import (
	"context"
	"errors"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// kinds turn the error of a login into a kind of package signing. A person who cancels
// may still sign later, so the document is pending.
var kinds = map[mitid.Kind]signing.Kind{
	mitid.StateInvalid:        signing.InputInvalid,
	mitid.IssuerMismatch:      signing.IssuerMismatch,
	mitid.ResponseInvalid:     signing.ResponseInvalid,
	mitid.TokenInvalid:        signing.TokenInvalid,
	mitid.SignatureInvalid:    signing.SignatureInvalid,
	mitid.Replay:              signing.Duplicate,
	mitid.AssuranceTooLow:     signing.AssuranceTooLow,
	mitid.ClaimMissing:        signing.EvidenceIncomplete,
	mitid.ClaimInvalid:        signing.TokenInvalid,
	mitid.UserCancelled:       signing.Pending,
	mitid.BrokerDeclined:      signing.Refused,
	mitid.BrokerUnavailable:   signing.Unavailable,
	mitid.ConfigInvalid:       signing.ConfigInvalid,
	mitid.InputInvalid:        signing.InputInvalid,
	mitid.CPRMismatch:         signing.SignerMismatch,
	mitid.Throttled:           signing.Throttled,
	mitid.Unsupported:         signing.Unsupported,
	mitid.InteractionRequired: signing.Pending,
	mitid.TransactionMismatch: signing.DocumentMismatch,
}

// refused returns an error of a login or of a token as one of package signing, which
// wraps it. errors.Is finds both kinds.
func refused(op string, order signing.ID, err error) error {
	e := &signing.Error{Kind: signing.ResponseInvalid, Service: name, Op: op, Order: order, Err: err}
	var f *fault.Error
	switch {
	case errors.Is(err, neb.ErrEvidenceIncomplete):
		e.Kind = signing.EvidenceIncomplete
	case errors.Is(err, neb.ErrDocumentMismatch):
		e.Kind = signing.DocumentMismatch
	case errors.Is(err, neb.ErrSignerMismatch):
		e.Kind = signing.SignerMismatch
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = signing.Unavailable
	case mitid.KindOf(err) != 0:
		e.Kind = kinds[mitid.KindOf(err)]
	case errors.As(err, &f):
		e.Kind = kinds[mitid.Kind(f.Class)]
	}
	return e
}
