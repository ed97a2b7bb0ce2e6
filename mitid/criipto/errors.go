package criipto

import (
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// outcome is what one of the broker's own error codes means to us.
type outcome struct {
	class fault.Class
	why   string
}

// codes are the codes of this broker; the ones of the standards are in oidcrp
// (https://docs.idura.app/verify/reference/errors).
var codes = map[string]outcome{
	"access_denied":                {fault.UserCancelled, "the person cancelled, or the broker refused them"},
	"login_required":               {fault.InteractionRequired, "nobody is logged in at the broker"},
	"mitid_core_client_error":      {fault.BrokerUnavailable, "MitID's own client failed; the person should try again"},
	"MITID_NONCE_COOKIE_MISSING":   {fault.StateInvalid, "the person came back in another browser, or the broker's cookies are blocked"},
	"MITID_NONCE_COOKIE_MALFORMED": {fault.StateInvalid, "the broker's cookie in the person's browser is unreadable"},
}

// declined turns an error answer into ours. The cookie errors may stand in
// either parameter; nothing else is read from the description.
func declined(a *oidcrp.Answer) error {
	e := &mitid.Error{Kind: mitid.Kind(oidcrp.ClassOf(a.Error)), Detail: mitid.NewSecret(a.Said())}
	code := a.Error
	for c := range codes {
		if strings.HasPrefix(c, "MITID_") && strings.Contains(a.Description, c) {
			code = c
		}
	}
	if o, ok := codes[code]; ok {
		e.Kind, e.Code, e.Why = mitid.Kind(o.class), code, o.why
	}
	return e
}
