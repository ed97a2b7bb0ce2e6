package nemlogintest

import "github.com/dkeid/dkeid/mitid/mitidtest"

// failures are the second-level status codes with which a login can end (SAML Core 2.0,
// 3.2.2.2). Which of them NemLog-in uses when is not published.
func failures() []mitidtest.Failure {
	as := func(code, da, en string) mitidtest.Failure {
		return mitidtest.Failure{Code: statusPrefix + code, Words: mitidtest.Bilingual{DA: da, EN: en}}
	}
	return []mitidtest.Failure{
		as("AuthnFailed", "personen annullerede eller kunne ikke godkendes", "the person cancelled, or could not be authenticated"),
		as("NoAuthnContext", "sikringsniveauet kan ikke nås", "the level of assurance cannot be reached"),
		as("NoPassive", "ingen er logget ind, og ingen side måtte vises", "nobody is logged in, and no page was to be shown"),
		as("UnknownPrincipal", "NemLog-in kender ikke personen", "NemLog-in does not know the person"),
		as("RequestDenied", "NemLog-in afviser forespørgslen", "NemLog-in denies the request"),
		as("RequestUnsupported", "NemLog-in kan ikke svare på forespørgslen", "NemLog-in does not support the request"),
		as("InvalidNameIDPolicy", "formatet af NameID er ikke det registrerede", "the format of NameID is not the registered one"),
		as("UnsupportedBinding", "NemLog-in kan ikke svare på den måde", "NemLog-in does not support the binding of the answer"),
		as("NoAvailableIDP", "MitID svarer ikke", "MitID does not answer"),
		as("NoSupportedIDP", "ingen loginmetode passer til forespørgslen", "no way to log in fits the request"),
		as("ProxyCountExceeded", "forespørgslen går gennem for mange led", "the request passes through too many hands"),
	}
}
