package oidcrp

import (
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// codes are the error codes of the standards, with their class.
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

// ClassOf returns the class of an error code of the standards, and
// BrokerDeclined for any other: a broker's own codes are its adapter's.
func ClassOf(code string) fault.Class {
	if c, ok := codes[code]; ok {
		return c
	}
	return fault.BrokerDeclined
}

// phrases are error descriptions that say more than the code beside them.
var phrases = map[string]fault.Class{
	"Unknown Access Code": fault.BrokerDeclined, // Criipto: a code that was used before
}

// refusal reads an answer of the token or PAR endpoint that is no success (RFC
// 6749 section 5.2). The status decides where it is clear; nothing of the body
// gets into the error but a code of the table.
func (p *Party) refusal(resp *httpx.Response, where string) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if strictjson.Unmarshal(resp.Body, &body) != nil {
		body.Error, body.Description = "", ""
	}
	class, known := codes[body.Error]
	said, isPhrase := phrases[body.Description]
	switch {
	case resp.Status >= 500, resp.Status == http.StatusTooManyRequests, resp.Status == http.StatusRequestTimeout:
		class = fault.BrokerUnavailable
	case resp.Status == http.StatusUnauthorized:
		class = fault.ConfigInvalid
	case isPhrase:
		class = said
	case !known && resp.Status < 400:
		class = fault.ResponseInvalid
	case !known:
		class = fault.BrokerDeclined
	case class == fault.UserCancelled, class == fault.InteractionRequired:
		class = fault.BrokerDeclined // words of the redirect; no person is at this address
	}
	err := p.fault(class, where+" refused")
	if known {
		err.Code = body.Error
	}
	return err
}
