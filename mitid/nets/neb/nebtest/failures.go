package nebtest

import "github.com/dkeid/dkeid/mitid/mitidtest"

// failures are the errors of a login: access_denied, with the words of this broker's own list
// ({issuer}/api/v1/documentation/errorcodes) as descriptions, in the order of that list.
func failures() []mitidtest.Failure {
	cancelled := mitidtest.Bilingual{DA: "personen annullerede", EN: "the person cancelled"}
	lost := mitidtest.Bilingual{DA: "brokeren har mistet forbindelsen til loginet", EN: "the broker lost track of the login"}
	request := mitidtest.Bilingual{DA: "brokeren godtager ikke forespørgslen", EN: "the broker does not accept the request"}
	failed := mitidtest.Bilingual{DA: "MitID fejlede; prøv igen", EN: "MitID failed; try again"}
	consent := mitidtest.Bilingual{DA: "personen har ikke givet et samtykke", EN: "the person has not given a consent"}
	transfer := mitidtest.Bilingual{DA: "koden til at overtage et login dur ikke", EN: "the code that hands a login over is not good"}
	cookies := mitidtest.Bilingual{DA: "browseren blokerer brokerens cookies", EN: "the browser blocks the broker's cookies"}
	says := func(da, en string) mitidtest.Bilingual { return mitidtest.Bilingual{DA: da, EN: en} }
	var all []mitidtest.Failure
	for _, f := range []struct {
		word  string
		words mitidtest.Bilingual
	}{
		{"declined_user_consent", says("personen afslog et samtykke", "the person declined a consent")},
		{"idp_correlation_failure", lost},
		{"idp_no_ctx", lost},
		{"idp_remote_error", failed},
		{"internal_error", says("brokeren fejlede; prøv igen", "the broker failed; try again")},
		{"invalid_consent_id", request},
		{"invalid_idp_configuration_or_parameter", request},
		{"invalid_idp_params", request},
		{"invalid_tin", says("nummeret er ikke personens", "the number is not the person's")},
		{"invalid_user_for_user_consent", consent},
		{"missing_user_consent", consent},
		{"missing_user_in_session", lost},
		{"mitid_anti_forgery_validation_error", lost},
		{"mitid_auth_code_already_used", lost},
		{"mitid_browser_not_supported", says("MitID virker ikke i browseren", "MitID does not work in the browser")},
		{"mitid_core_client_error", says("MitID's egen klient fejlede; prøv igen", "MitID's own client failed; try again")},
		{"mitid_core_client_error_user_abort", cancelled},
		{"mitid_cpr_match_failed", says("CPR-nummeret er ikke personens", "the CPR number is not the person's")},
		{"mitid_erhverv_api_error", says("MitID Erhverv fejlede; prøv igen", "MitID Erhverv failed; try again")},
		{"mitid_erhverv_unexpected_user_navigation", lost},
		{"mitid_erhverv_user_aborted", says("personen annullerede i MitID Erhverv", "the person cancelled in MitID Erhverv")},
		{"mitid_erhverv.no_identities", says("personen har ingen virksomhed at handle for", "the person has no organisation to act for")},
		{"mitid_identity_not_found", says("MitID kender ingen med det hint", "MitID knows nobody behind the hint")},
		{"mitid_internal_error", failed},
		{"mitid_invalid_transfer_token_code", transfer},
		{"mitid_no_ctx", lost},
		{"mitid_simulation_error_parameter", request},
		{"mitid_simulation_unknown_user", request},
		{"mitid_timeout", says("personen var for længe om det", "the person took too long")},
		{"mitid_transaction_signing_failed", says("teksten kunne ikke underskrives; prøv igen", "the text could not be signed; try again")},
		{"mitid_transfer_token_exchange_code_already_used", transfer},
		{"mitid_unexpected_error", failed},
		{"mitid_user_aborted", says("personen annullerede i MitID", "the person cancelled in MitID")},
		{"mitid_user_navigation_error_empty_state", lost},
		{"mitid_uuid_hint_malformed", request},
		{"no_ctx", lost},
		{"no_ctx_idp_params", lost},
		{"oidc_correlation_continue_failed", lost},
		{"private_to_business_user_aborted", says("personen annullerede valget af virksomhed", "the person cancelled the choice of an organisation")},
		{"privilege_cvr_select_user_aborted", says("personen annullerede valget af virksomhed", "the person cancelled the choice of an organisation")},
		{"transaction_signing_hash_mismatch", says("teksten er ikke den, der blev sendt", "the text is not the one that was sent")},
		{"transaction_signing_lokal_idp_correlation_error", lost},
		{"user_aborted", cancelled},
		{"user_is_missing_cookies", cookies},
		{"user_missing_timed_cookies", cookies},
		{"user_navigation_error", lost},
		{"user_navigation_error_empty_state", lost},
		{"workflow_signing_aborted", says("personen underskrev ikke", "the person did not sign")},
	} {
		all = append(all, mitidtest.Failure{Code: "access_denied", Description: f.word, Words: f.words})
	}
	return all
}
