package criipto

import (
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The codes of the broker's cookie errors.
const (
	cookieMissing   = "MITID_NONCE_COOKIE_MISSING"
	cookieMalformed = "MITID_NONCE_COOKIE_MALFORMED"
)

// codes are the error codes of this broker
// (https://docs.idura.app/verify/reference/errors). oidcrp has those of the standards.
var codes = oidcbroker.Codes{
	fault.UserCancelled:       {"access_denied": "the person cancelled, or the broker refused them"},
	fault.InteractionRequired: {"login_required": "nobody is logged in at the broker"},
	fault.BrokerUnavailable:   {"mitid_core_client_error": "MitID's own client failed; the person should try again"},
	fault.StateInvalid: {
		cookieMissing:   "the person came back in another browser, or the broker's cookies are blocked",
		cookieMalformed: "the broker's cookie in the person's browser is unreadable",
	},
}

// declined returns the error for an error answer. A cookie error may be anywhere in
// the description. Nothing else is read from it.
func declined(_ *mitid.Attempt, answer *oidcrp.Answer) error {
	code := answer.Error
	for _, c := range []string{cookieMissing, cookieMalformed} {
		if strings.Contains(answer.Description, c) {
			code = c
		}
	}
	return codes.Declined(answer, code)
}
