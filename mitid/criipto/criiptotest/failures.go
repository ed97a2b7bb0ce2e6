package criiptotest

import "github.com/dkeid/dkeid/mitid/mitidtest"

// failures are the errors of a login that the vendor documents
// (https://docs.idura.app/verify/reference/errors), and access_denied, which the vendor's own
// SDKs take for a cancelled login. The descriptions of mitid_core_client_error are the vendor's
// examples.
func failures() []mitidtest.Failure {
	core := mitidtest.Bilingual{DA: "MitID's egen klient fejlede; prøv igen", EN: "MitID's own client failed; try again"}
	return []mitidtest.Failure{
		{Code: "access_denied", Words: mitidtest.Bilingual{DA: "personen annullerede eller blev afvist", EN: "the person cancelled, or was refused"}},
		{Code: "mitid_core_client_error", Description: "unknown: Error loading authenticator", Words: core},
		{Code: "mitid_core_client_error", Description: "unknown: API xhr time error", Words: core},
		{Code: "login_required", Words: mitidtest.Bilingual{DA: "ingen er logget ind", EN: "nobody is logged in"}},
		{Code: "MITID_NONCE_COOKIE_MISSING", Words: mitidtest.Bilingual{DA: "browseren mangler brokerens cookie: en anden browser, eller cookies er blokeret", EN: "the browser lacks the broker's cookie: another browser, or cookies are blocked"}},
		{Code: "MITID_NONCE_COOKIE_MALFORMED", Words: mitidtest.Bilingual{DA: "brokerens cookie i browseren kan ikke læses", EN: "the broker's cookie in the browser cannot be read"}},
	}
}
