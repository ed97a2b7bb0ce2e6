package claims

import (
	"errors"

	"github.com/dkeid/dkeid/internal/fault"
)

// What may be wrong with a login, for errors.Is. Package mitid has the same
// vocabulary: an error that is claims.ErrTokenInvalid is mitid.ErrTokenInvalid, and
// the reverse.
var (
	ErrTokenInvalid error = fault.Sentinel{Package: "claims", Class: fault.TokenInvalid} // there are no claims, or they are not of one login
	ErrClaimInvalid error = fault.Sentinel{Package: "claims", Class: fault.ClaimInvalid} // a claim cannot be used
	ErrClaimMissing error = fault.Sentinel{Package: "claims", Class: fault.ClaimMissing} // a claim is absent that must not be
)

// ErrStored says that a stored identity cannot be read. The values (UUID, CVR …) have
// their errors beside them.
var ErrStored = errors.New("claims: a stored identity cannot be read")
