package nebtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// errorWords are the error_description words of this broker, in the order of
// its own list.
var errorWords = [...]string{
	"declined_user_consent", "idp_correlation_failure", "idp_no_ctx",
	"idp_remote_error", "internal_error", "invalid_consent_id",
	"invalid_idp_configuration_or_parameter", "invalid_idp_params", "invalid_tin",
	"invalid_user_for_user_consent", "missing_user_consent", "missing_user_in_session",
	"mitid_anti_forgery_validation_error", "mitid_auth_code_already_used", "mitid_browser_not_supported",
	"mitid_core_client_error", "mitid_core_client_error_user_abort", "mitid_cpr_match_failed",
	"mitid_erhverv_api_error", "mitid_erhverv_unexpected_user_navigation", "mitid_erhverv_user_aborted",
	"mitid_erhverv.no_identities", "mitid_identity_not_found", "mitid_internal_error",
	"mitid_invalid_transfer_token_code", "mitid_no_ctx", "mitid_simulation_error_parameter",
	"mitid_simulation_unknown_user", "mitid_timeout", "mitid_transaction_signing_failed",
	"mitid_transfer_token_exchange_code_already_used", "mitid_unexpected_error", "mitid_user_aborted",
	"mitid_user_navigation_error_empty_state", "mitid_uuid_hint_malformed", "no_ctx",
	"no_ctx_idp_params", "oidc_correlation_continue_failed", "private_to_business_user_aborted",
	"privilege_cvr_select_user_aborted", "transaction_signing_hash_mismatch", "transaction_signing_lokal_idp_correlation_error",
	"user_aborted", "user_is_missing_cookies", "user_missing_timed_cookies",
	"user_navigation_error", "user_navigation_error_empty_state", "workflow_signing_aborted",
}

// errorList answers with the list of error words. The texts are this fake's
// own; which languages and which IdP an entry has is as recorded.
func errorList() *mitidtest.Reply {
	var list mitidtest.Object
	for _, word := range errorWords {
		text := "The login ended: " + strings.NewReplacer("_", " ", ".", " ").Replace(word) + "."
		var entry mitidtest.Object
		if word == "invalid_tin" || word == "missing_user_in_session" {
			entry.Add("Da", "Login blev afsluttet.")
		}
		entry.Add("En", text)
		switch {
		case strings.HasPrefix(word, "mitid_erhverv"), strings.HasSuffix(word, "_lokal_idp_correlation_error"):
			entry.Add("Idp", "mitid_erhverv")
		case strings.HasPrefix(word, "mitid_"):
			entry.Add("Idp", "mitid")
		}
		list.Add(word, entry)
	}
	var body bytes.Buffer
	_ = json.Indent(&body, mitidtest.Object{{"Version", "v1.0"}, {"ErrorCodes", list}}.Bytes(), "", "  ") // it is JSON
	p := apiAnswer(http.StatusOK, nil)
	p.Body = body.Bytes()
	return p
}
