package nemlogin

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// statusPrefix is what every status code of the standard begins with (SAML Core section
// 3.2.2.2).
const statusPrefix = "urn:oasis:names:tc:SAML:2.0:status:"

// statusCodes are the second-level codes of the standard. Every other code is
// BrokerDeclined. Config.CancelCode comes before the table.
var statusCodes = map[string]struct {
	class fault.Class
	why   string
}{
	"AuthnFailed":           {fault.BrokerDeclined, "the person could not be authenticated"},
	"NoPassive":             {fault.InteractionRequired, "nobody is logged in at NemLog-in, or a page is needed"},
	"NoAuthnContext":        {fault.AssuranceTooLow, "the person cannot reach the level asked for, or has no identity of the capacity asked for"},
	"RequestDenied":         {fault.BrokerDeclined, "NemLog-in refused the request"},
	"UnknownPrincipal":      {fault.BrokerDeclined, "NemLog-in does not know the person"},
	"NoAvailableIDP":        {fault.BrokerDeclined, "no identity provider is available"},
	"NoSupportedIDP":        {fault.BrokerDeclined, "no identity provider is supported"},
	"ProxyCountExceeded":    {fault.BrokerDeclined, "NemLog-in may not ask another identity provider"},
	"InvalidNameIDPolicy":   {fault.ConfigInvalid, "the NameID format is not the registered one; see Config.TransientNameID"},
	"RequestUnsupported":    {fault.ConfigInvalid, "NemLog-in does not support the request"},
	"RequestVersionTooHigh": {fault.ConfigInvalid, "NemLog-in does not support the version of the request"},
	"RequestVersionTooLow":  {fault.ConfigInvalid, "NemLog-in does not support the version of the request"},
	"UnsupportedBinding":    {fault.ConfigInvalid, "NemLog-in does not support the binding of the answer; register the redirect URL for HTTP-POST"},
}

// checkStatus returns nil for a successful login, and otherwise the error that the status
// stands for. Nobody can cancel a login without a page (silent).
func (b *Broker) checkStatus(response *etree.Element, silent bool) error {
	status, err := xmlsig.One(response, nsProtocol, "Status")
	if err != nil {
		return err
	}
	first, err := xmlsig.One(status, nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	second, err := xmlsig.Optional(first, nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	top, _ := xmlsig.Attr(first, "Value")
	switch {
	case top != statusPrefix+"Success":
	case second == nil:
		return nil
	default:
		return fault.New(fault.ResponseInvalid, "the status is Success and something else")
	}
	e := b.declined(second)
	if silent && e.Class == fault.UserCancelled {
		e.Class, e.Why = fault.InteractionRequired, "NemLog-in could not log the person in without a page"
	}
	return e.Saying(statusMessage(status))
}

// declined returns the error for a second-level code, which may be missing.
func (b *Broker) declined(second *etree.Element) *fault.Error {
	if second == nil {
		return fault.New(fault.BrokerDeclined, "NemLog-in gave no reason")
	}
	value, _ := xmlsig.Attr(second, "Value")
	word := strings.TrimPrefix(value, statusPrefix)
	known, ok := statusCodes[word]
	ok = ok && word != value
	switch {
	case value == b.cfg.CancelCode:
		e := fault.New(fault.UserCancelled, "the person cancelled")
		if ok {
			e.Code = word
		}
		return e
	case ok:
		return &fault.Error{Class: known.class, Why: known.why, Code: word}
	}
	return fault.New(fault.BrokerDeclined, "NemLog-in gave a reason that is not in the standard")
}

// statusMessage returns NemLog-in's words, or "".
func statusMessage(status *etree.Element) string {
	el, err := xmlsig.Optional(status, nsProtocol, "StatusMessage")
	if el == nil || err != nil {
		return ""
	}
	text, _ := xmlsig.Text(el)
	return text
}
