package oidcrp

import "github.com/dkeid/dkeid/internal/fault"

// codes maps the error codes of the standards to their classes.
var codes = map[string]fault.Class{
	// RFC 6749 sections 4.1.2.1 and 5.2
	"access_denied":             fault.UserCancelled,
	"invalid_client":            fault.ConfigInvalid,
	"invalid_grant":             fault.BrokerDeclined,
	"invalid_request":           fault.ConfigInvalid,
	"invalid_scope":             fault.ConfigInvalid,
	"server_error":              fault.BrokerUnavailable,
	"temporarily_unavailable":   fault.BrokerUnavailable,
	"unauthorized_client":       fault.ConfigInvalid,
	"unsupported_grant_type":    fault.ConfigInvalid,
	"unsupported_response_type": fault.ConfigInvalid,
	// OpenID Connect Core section 3.1.2.6
	"account_selection_required": fault.InteractionRequired,
	"consent_required":           fault.InteractionRequired,
	"interaction_required":       fault.InteractionRequired,
	"login_required":             fault.InteractionRequired,
	"invalid_request_object":     fault.ConfigInvalid,
	"invalid_request_uri":        fault.ConfigInvalid,
	"registration_not_supported": fault.ConfigInvalid,
	"request_not_supported":      fault.ConfigInvalid,
	"request_uri_not_supported":  fault.ConfigInvalid,
	// RFC 7591 section 3.2.2, in use at PAR and token endpoints too
	"invalid_redirect_uri": fault.ConfigInvalid,
	// OpenID Connect for unmet authentication requirements
	"unmet_authentication_requirements": fault.BrokerDeclined,
}

// ClassOf returns the class of an error code of the standards, and BrokerDeclined for
// any other code. The adapters know their broker's own codes.
func ClassOf(code string) fault.Class {
	if c, ok := codes[code]; ok {
		return c
	}
	return fault.BrokerDeclined
}

// phrases maps error descriptions that say more than their code to classes.
var phrases = map[string]fault.Class{
	"Unknown Access Code": fault.BrokerDeclined, // Criipto: the code was used before
}
