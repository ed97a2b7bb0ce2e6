package claims

import (
	"errors"

	"github.com/dkeid/dkeid/internal/fault"
)

// ErrClaimInvalid says that an identity, attributes or privileges cannot be used; see
// [Identity.Cleared], [ParseOIOSAML] and [ParsePrivileges]. An error that is
// ErrClaimInvalid is mitid.ErrClaimInvalid, and the reverse.
var ErrClaimInvalid error = fault.Sentinel{Package: "claims", Class: fault.ClaimInvalid}

// ErrStored says that a stored identity cannot be read. The value types (UUID, CVR …)
// have errors of their own.
var ErrStored = errors.New("claims: a stored identity cannot be read")
