package eidenttest

import "github.com/dkeid/dkeid/mitid/mitidtest"

// failures are the codes of the vendor's list (https://doc.ingroupe.com/developer/, error
// codes) that end a login. Those that answer a request for an assertion are none. Over
// OpenID Connect access_denied has been seen, which SAML calls cancel.
func failures(saml bool) []mitidtest.Failure {
	cancelled := mitidtest.Failure{Code: "access_denied", Words: mitidtest.Bilingual{DA: "personen annullerede eller blev afvist", EN: "the person cancelled, or was refused"}}
	if saml {
		cancelled = mitidtest.Failure{Code: "cancel", Words: mitidtest.Bilingual{DA: "personen annullerede", EN: "the person cancelled"}}
	}
	return []mitidtest.Failure{
		cancelled,
		{Code: "authfailed", Words: mitidtest.Bilingual{DA: "personen kunne ikke godkendes", EN: "the person could not be authenticated"}},
		{Code: "blankcvr", Words: mitidtest.Bilingual{DA: "personen har ingen virksomhed at handle for", EN: "the person has no organisation to act for"}},
		{Code: "match_ssn_error", Words: mitidtest.Bilingual{DA: "CPR-nummeret er ikke personens", EN: "the CPR number is not the person's"}},
		{Code: "get_ssn_error", Words: mitidtest.Bilingual{DA: "CPR-nummeret kunne ikke hentes", EN: "the CPR number could not be fetched"}},
		{Code: "idexpired", Words: mitidtest.Bilingual{DA: "personen var for længe om det", EN: "the person took too long"}},
		{Code: "illegalcert", Words: mitidtest.Bilingual{DA: "personens certifikat blev afvist", EN: "the person's certificate was refused"}},
		{Code: "certificatenotyetvalid", Words: mitidtest.Bilingual{DA: "personens certifikat gælder ikke endnu", EN: "the person's certificate is not valid yet"}},
		{Code: "assertion_attribute_null", Words: mitidtest.Bilingual{DA: "brokeren mangler en oplysning om personen", EN: "the broker lacks a fact about the person"}},
		{Code: "input_params_notpresent", Words: mitidtest.Bilingual{DA: "forespørgslen mangler en parameter", EN: "the request lacks a parameter"}},
		{Code: "inpro", Words: mitidtest.Bilingual{DA: "brokeren siger ikke hvorfor", EN: "the broker does not say why"}},
		{Code: "generalerror", Words: mitidtest.Bilingual{DA: "brokeren siger ikke hvorfor", EN: "the broker does not say why"}},
	}
}
