package neb

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The reasons that several codes share.
const (
	cancelled  = "the person cancelled"
	anew       = "the person should try again"
	lostTrack  = "the broker lost track of the login: another browser, blocked cookies, or the back button"
	badRequest = "the broker does not accept what we asked for"
	noConsent  = "the person has not given a consent that this client needs"
)

// codes are the error descriptions of this broker
// ({issuer}/api/v1/documentation/errorcodes). oidcrp has the codes of the standards.
var codes = oidcbroker.Codes{
	fault.UserCancelled: {
		"declined_user_consent":              "the person declined a consent",
		"mitid_core_client_error_user_abort": cancelled,
		"mitid_erhverv_user_aborted":         cancelled,
		"mitid_user_aborted":                 cancelled,
		"private_to_business_user_aborted":   cancelled,
		"privilege_cvr_select_user_aborted":  cancelled,
		"user_aborted":                       cancelled,
		"workflow_signing_aborted":           "the person did not sign",
	},
	fault.CPRMismatch: {
		"mitid_cpr_match_failed": "the CPR number that the person typed is not theirs",
	},
	fault.StateInvalid: {
		"idp_correlation_failure":                  lostTrack,
		"idp_no_ctx":                               lostTrack,
		"missing_user_in_session":                  lostTrack,
		"mitid_anti_forgery_validation_error":      lostTrack,
		"mitid_auth_code_already_used":             lostTrack,
		"mitid_erhverv_unexpected_user_navigation": lostTrack,
		"mitid_no_ctx":                             lostTrack,
		"mitid_timeout":                            "the person took too long",
		"mitid_user_navigation_error_empty_state":  lostTrack,
		"no_ctx":                           lostTrack,
		"no_ctx_idp_params":                lostTrack,
		"oidc_correlation_continue_failed": lostTrack,
		"transaction_signing_lokal_idp_correlation_error": lostTrack,
		"user_is_missing_cookies":                         "the person's browser blocks the broker's cookies",
		"user_missing_timed_cookies":                      "the person took too long, or their browser blocks the broker's cookies",
		"user_navigation_error":                           lostTrack,
		"user_navigation_error_empty_state":               lostTrack,
	},
	fault.BrokerUnavailable: {
		"idp_remote_error":                 "MitID failed; " + anew,
		"internal_error":                   "the broker failed; " + anew,
		"mitid_core_client_error":          "MitID's own client failed; " + anew,
		"mitid_erhverv_api_error":          "MitID Erhverv failed; " + anew,
		"mitid_internal_error":             "MitID failed; " + anew,
		"mitid_transaction_signing_failed": "the broker could not sign the transaction; " + anew,
		"mitid_unexpected_error":           "MitID failed; " + anew,
	},
	fault.TransactionMismatch: {
		"transaction_signing_hash_mismatch": "the text that was to be signed is not the one that was sent",
	},
	fault.BrokerDeclined: {
		"invalid_tin":                                     "the person gave a number that is not theirs",
		"invalid_user_for_user_consent":                   noConsent,
		"missing_user_consent":                            noConsent,
		"mitid_browser_not_supported":                     "MitID does not work in the person's browser; embedded ones are not allowed",
		"mitid_erhverv.no_identities":                     "the person has no identity at an organisation",
		"mitid_identity_not_found":                        "MitID knows no identity behind the hint",
		"mitid_invalid_transfer_token_code":               "the transfer code is not good",
		"mitid_transfer_token_exchange_code_already_used": "the transfer code was used before",
	},
	fault.ConfigInvalid: {
		"invalid_consent_id":                     badRequest,
		"invalid_idp_configuration_or_parameter": badRequest,
		"invalid_idp_params":                     badRequest,
		"mitid_simulation_error_parameter":       badRequest,
		"mitid_simulation_unknown_user":          badRequest,
		"mitid_uuid_hint_malformed":              badRequest,
	},
}

// declined returns the error for an error answer. The description is read only if it is
// one of the codes. access_denied without such a code is ErrUserCancelled.
func declined(_ *mitid.Attempt, answer *oidcrp.Answer) error {
	return codes.Declined(answer, answer.Description)
}
