package eident

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// outcome is what one of the broker's own error codes means to us.
type outcome struct {
	class fault.Class
	why   string
}

// codes are the codes of this broker; the ones of the standards are in oidcrp. Its
// list (https://doc.ingroupe.com/developer/, error codes) is that of all its eIDs
// and protocols, and goes on where we could not read; a code that is not here is
// BrokerDeclined.
var codes = map[string]outcome{
	"access_denied":           {fault.UserCancelled, "the person cancelled, or the broker refused them"},
	"cancel":                  {fault.UserCancelled, "the person cancelled"},
	"authfailed":              {fault.BrokerDeclined, "the person could not be authenticated"},
	"blankcvr":                {fault.BrokerDeclined, "the person logged in for an organisation and has none"},
	"certificatenotyetvalid":  {fault.BrokerDeclined, "the person's certificate is not valid yet"},
	"generalerror":            {fault.BrokerDeclined, "the broker gave no reason"},
	"get_ssn_error":           {fault.BrokerDeclined, "the broker could not get the person's CPR number; maybe they have none"},
	"idexpired":               {fault.BrokerDeclined, "the person took longer than the broker waits, or the transaction to step up from is too old"},
	"illegalcert":             {fault.BrokerDeclined, "the broker refused the person's certificate"},
	"inpro":                   {fault.BrokerDeclined, "the broker gave no reason"},
	"input_params_notpresent": {fault.ConfigInvalid, "the broker misses a parameter of the request"},
	"match_ssn_error":         {fault.CPRMismatch, "the CPR number that the person typed is not theirs"},
	"login_required":          {fault.InteractionRequired, "nobody is logged in at the broker"},
}

// declined turns an error answer into ours. The broker's own code may stand in
// either parameter; nothing else is read from the description.
func declined(a *mitid.Attempt, answer *oidcrp.Answer) error {
	e := &mitid.Error{Kind: mitid.Kind(oidcrp.ClassOf(answer.Error)), Detail: mitid.NewSecret(answer.Said())}
	code := answer.Error
	if _, ok := codes[answer.Description]; ok {
		code = answer.Description
	}
	if o, ok := codes[code]; ok {
		e.Kind, e.Code, e.Why = mitid.Kind(o.class), code, o.why
	}
	// What the broker answers to a late step-up is not published, so the clock
	// decides.
	if t, ok := readTransaction(string(a.Private)); ok && (code == "idexpired" || !a.Now.Before(t.until)) {
		e.Kind, e.Why = mitid.InteractionRequired, "the login that was to be stepped up from is too old; start a new one"
	}
	return e
}
