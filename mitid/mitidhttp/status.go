package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// StatusOf returns the HTTP status for a login that ended with err. It is 4xx if the
// person or the answer is at fault, 503 if the same may work later, and 500 if only the
// operator can mend it or err is of another package. If err is nil, it is 200.
func StatusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch mitid.KindOf(err) {
	case mitid.StateInvalid, mitid.IssuerMismatch, mitid.ResponseInvalid, mitid.TokenInvalid, mitid.SignatureInvalid,
		mitid.Replay, mitid.InputInvalid:
		return http.StatusBadRequest
	case mitid.InteractionRequired:
		return http.StatusUnauthorized
	case mitid.UserCancelled, mitid.BrokerDeclined, mitid.AssuranceTooLow, mitid.ClaimMissing, mitid.ClaimInvalid,
		mitid.CPRMismatch, mitid.TransactionMismatch:
		return http.StatusForbidden
	case mitid.BrokerUnavailable, mitid.Throttled:
		return http.StatusServiceUnavailable
	default: // ConfigInvalid, Unsupported
		return http.StatusInternalServerError
	}
}
