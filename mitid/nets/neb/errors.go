package neb

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

// The reasons that several codes share.
const (
	cancelled  = "the person cancelled"
	anew       = "the person should try again"
	lostTrack  = "the broker lost track of the login: another browser, blocked cookies, or the back button"
	badRequest = "the broker does not accept what we asked for"
	noConsent  = "the person has not given a consent that this client needs"
)

// codes are the error descriptions of this broker ({issuer}/api/v1/documentation/errorcodes);
// the codes of the standards are in oidcrp.
var codes = map[string]outcome{
	"declined_user_consent":              {fault.UserCancelled, "the person declined a consent"},
	"mitid_core_client_error_user_abort": {fault.UserCancelled, cancelled},
	"mitid_erhverv_user_aborted":         {fault.UserCancelled, cancelled},
	"mitid_user_aborted":                 {fault.UserCancelled, cancelled},
	"private_to_business_user_aborted":   {fault.UserCancelled, cancelled},
	"privilege_cvr_select_user_aborted":  {fault.UserCancelled, cancelled},
	"user_aborted":                       {fault.UserCancelled, cancelled},
	"workflow_signing_aborted":           {fault.UserCancelled, "the person did not sign"},

	"mitid_cpr_match_failed": {fault.CPRMismatch, "the CPR number that the person typed is not theirs"},

	"idp_correlation_failure":                  {fault.StateInvalid, lostTrack},
	"idp_no_ctx":                               {fault.StateInvalid, lostTrack},
	"missing_user_in_session":                  {fault.StateInvalid, lostTrack},
	"mitid_anti_forgery_validation_error":      {fault.StateInvalid, lostTrack},
	"mitid_auth_code_already_used":             {fault.StateInvalid, lostTrack},
	"mitid_erhverv_unexpected_user_navigation": {fault.StateInvalid, lostTrack},
	"mitid_no_ctx":                             {fault.StateInvalid, lostTrack},
	"mitid_timeout":                            {fault.StateInvalid, "the person took too long"},
	"mitid_user_navigation_error_empty_state":  {fault.StateInvalid, lostTrack},
	"no_ctx":                           {fault.StateInvalid, lostTrack},
	"no_ctx_idp_params":                {fault.StateInvalid, lostTrack},
	"oidc_correlation_continue_failed": {fault.StateInvalid, lostTrack},
	"transaction_signing_lokal_idp_correlation_error": {fault.StateInvalid, lostTrack},
	"user_is_missing_cookies":                         {fault.StateInvalid, "the person's browser blocks the broker's cookies"},
	"user_missing_timed_cookies":                      {fault.StateInvalid, "the person took too long, or their browser blocks the broker's cookies"},
	"user_navigation_error":                           {fault.StateInvalid, lostTrack},
	"user_navigation_error_empty_state":               {fault.StateInvalid, lostTrack},

	"idp_remote_error":                 {fault.BrokerUnavailable, "MitID failed; " + anew},
	"internal_error":                   {fault.BrokerUnavailable, "the broker failed; " + anew},
	"mitid_core_client_error":          {fault.BrokerUnavailable, "MitID's own client failed; " + anew},
	"mitid_erhverv_api_error":          {fault.BrokerUnavailable, "MitID Erhverv failed; " + anew},
	"mitid_internal_error":             {fault.BrokerUnavailable, "MitID failed; " + anew},
	"mitid_transaction_signing_failed": {fault.BrokerUnavailable, "the broker could not sign the transaction; " + anew},
	"mitid_unexpected_error":           {fault.BrokerUnavailable, "MitID failed; " + anew},

	"transaction_signing_hash_mismatch": {fault.TransactionMismatch, "the text that was to be signed is not the one that was sent"},

	"invalid_tin":                                     {fault.BrokerDeclined, "the person gave a number that is not theirs"},
	"invalid_user_for_user_consent":                   {fault.BrokerDeclined, noConsent},
	"missing_user_consent":                            {fault.BrokerDeclined, noConsent},
	"mitid_browser_not_supported":                     {fault.BrokerDeclined, "MitID does not work in the person's browser; embedded ones are not allowed"},
	"mitid_erhverv.no_identities":                     {fault.BrokerDeclined, "the person has no identity at an organisation"},
	"mitid_identity_not_found":                        {fault.BrokerDeclined, "MitID knows no identity behind the hint"},
	"mitid_invalid_transfer_token_code":               {fault.BrokerDeclined, "the transfer code is not good"},
	"mitid_transfer_token_exchange_code_already_used": {fault.BrokerDeclined, "the transfer code was used before"},

	"invalid_consent_id":                     {fault.ConfigInvalid, badRequest},
	"invalid_idp_configuration_or_parameter": {fault.ConfigInvalid, badRequest},
	"invalid_idp_params":                     {fault.ConfigInvalid, badRequest},
	"mitid_simulation_error_parameter":       {fault.ConfigInvalid, badRequest},
	"mitid_simulation_unknown_user":          {fault.ConfigInvalid, badRequest},
	"mitid_uuid_hint_malformed":              {fault.ConfigInvalid, badRequest},
}

// declined turns an error answer into ours. The description is one of the codes
// or nothing that is read. Without one, access_denied is no more than a refusal.
func declined(a *oidcrp.Answer) error {
	e := &mitid.Error{Kind: mitid.Kind(oidcrp.ClassOf(a.Error)), Detail: mitid.NewSecret(a.Said())}
	if o, ok := codes[a.Description]; ok {
		e.Kind, e.Code, e.Why = mitid.Kind(o.class), a.Description, o.why
	}
	return e
}
