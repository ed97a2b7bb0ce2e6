package oidcbroker

import "github.com/dkeid/dkeid/internal/fault"

// Texts for Unsupported that several adapters use.
const (
	OrganisationOfPrivate = "Organisation: this broker tells an organisation only with Capacity CapacityProfessional or CapacityEither"
	DanishOrEnglish       = "Locale: this broker's MitID pages are Danish or English"
	NoCPRConsent          = "RevokeCPRConsent: this broker remembers no CPR number"
)

// Unsupported refuses a field of mitid.Request that a broker cannot carry. what
// begins with the field's name.
func Unsupported(what string) error { return fault.New(fault.Unsupported, "Request."+what) }
