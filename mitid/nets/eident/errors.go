package eident

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// codes are the error codes of this broker. oidcrp has those of the standards. The
// vendor's list (https://doc.ingroupe.com/developer/, error codes) is for all its eIDs
// and protocols. We could read a part of it only. Every other code is BrokerDeclined.
var codes = oidcbroker.Codes{
	fault.UserCancelled: {
		"access_denied": "the person cancelled, or the broker refused them",
		"cancel":        "the person cancelled",
	},
	fault.BrokerDeclined: {
		"artifact_expired":         "the person came back later than the broker keeps the assertion",
		"artifact_invalidated":     "the assertion was fetched before, or the broker withdrew it",
		"artifact_not_match_mid":   "the assertion is another merchant's",
		"assertion_attribute_null": "the broker could not make the assertion",
		"assertion_notfound":       "the broker knows no such assertion",
		"authfailed":               "the person could not be authenticated",
		"blankcvr":                 "the person logged in for an organisation and has none",
		"certificatenotyetvalid":   "the person's certificate is not valid yet",
		"generalerror":             "the broker gave no reason",
		"get_ssn_error":            "the broker could not get the person's CPR number; maybe they have none",
		tooLate:                    "the person took longer than the broker waits, or the transaction to step up from is too old",
		"illegalcert":              "the broker refused the person's certificate",
		"inpro":                    "the broker gave no reason",
	},
	fault.ConfigInvalid:       {"input_params_notpresent": "the broker misses a parameter of the request"},
	fault.CPRMismatch:         {"match_ssn_error": "the CPR number that the person typed is not theirs"},
	fault.InteractionRequired: {"login_required": "nobody is logged in at the broker"},
}

// tooLate is the code for a person who took too long, and for a late step-up.
const tooLate = "idexpired"

// declined returns the error for an error answer. The broker's own code may be in
// either parameter. Nothing else is read from the description.
func declined(a *mitid.Attempt, answer *oidcrp.Answer) error {
	code := answer.Error
	if _, _, ok := codes.Find(answer.Description); ok {
		code = answer.Description
	}
	return lateStepUp(a, code, codes.Declined(answer, code))
}

// declinedWith returns the error for a code of SAML, which stood at the status address or in
// the answer of the assertion service.
func declinedWith(a *mitid.Attempt, code string) error {
	e := &mitid.Error{Kind: mitid.BrokerDeclined, Detail: mitid.NewSecret(fault.Cut(code))}
	if class, why, ok := codes.Find(code); ok {
		e.Kind, e.Code, e.Why = mitid.Kind(class), code, why
	}
	return lateStepUp(a, code, e)
}

// lateStepUp changes the error e for code if a was a step-up that came too late.
func lateStepUp(a *mitid.Attempt, code string, e *mitid.Error) error {
	// What the broker answers to a late step-up is not published, so the clock
	// decides.
	if t, ok := readTransaction(string(a.Private)); ok && (code == tooLate || !a.Now.Before(t.until)) {
		e.Kind, e.Why = mitid.InteractionRequired, "the login that was to be stepped up from is too old; start a new one"
	}
	return e
}
