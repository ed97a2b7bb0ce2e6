package claims

import "github.com/dkeid/dkeid/internal/strictjson"

// criiptoClaim is a claim about the login that this package knows.
type criiptoClaim uint8

const (
	claimScheme criiptoClaim = iota
	claimType
	claimMethod
	claimInstant
	claimNameIdentifier
	claimUUID
	claimSession
	claimLoA
	claimIAL
	claimAAL
	claimFAL
	claimCountry
	claimName
	claimBirthDate
	claimDateOfBirth
	claimAge
	claimCPR
	claimCPRStatus
	claimAddress
	claimAddressDetails
	claimEmployee
	claimSignatory
	claimCVR
	claimOrganisation
	claimPNumber
	claimSENumber
	claimRID
	claimRefHeader
	claimRefBody
	claimTransfer
	claimTransferExpires
	claimRisk
)

// There is a bit for each claim in criiptoReader.seen.
const _ = 63 - claimRisk

const (
	microsoft = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	soap      = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	grean     = "http://schemas.grean.id/claims/"
	saml      = "dk:gov:saml:attribute:"
)

// criiptoClaims holds both styles of names; those of Registered are the same in
// both. It is only read.
var criiptoClaims = map[string]criiptoClaim{
	"identityscheme":        claimScheme,
	"authenticationtype":    claimType,
	"authenticationmethod":  claimMethod,
	"authenticationinstant": claimInstant,
	"nameidentifier":        claimNameIdentifier,
	"uuid":                  claimUUID,
	"sessionindex":          claimSession,
	"loA":                   claimLoA,
	"ial":                   claimIAL,
	"aal":                   claimAAL,
	"fal":                   claimFAL,
	"country":               claimCountry,
	"name":                  claimName,
	"birthdate":             claimBirthDate,
	"dateofbirth":           claimDateOfBirth,
	"age":                   claimAge,
	"cprNumberIdentifier":   claimCPR,
	"cprNumberStatus":       claimCPRStatus,
	"address":               claimAddress,
	"address_details":       claimAddressDetails,
	"employee":              claimEmployee,
	"companySignatory":      claimSignatory,
	"cvrNumberIdentifier":   claimCVR,
	"2.5.4.10":              claimOrganisation,
	"productionUnit":        claimPNumber,
	"seNumber":              claimSENumber,
	"ridNumberIdentifier":   claimRID,
	"refTextHeader":         claimRefHeader,
	"refTextBody":           claimRefBody,
	"mitid:ct:sid":          claimTransfer,
	"mitid:ct:sid:exp":      claimTransferExpires,

	microsoft + "authenticationmethod":  claimMethod,
	microsoft + "authenticationinstant": claimInstant,
	soap + "nameidentifier":             claimNameIdentifier,
	soap + "dateofbirth":                claimDateOfBirth,
	soap + "age":                        claimAge,
	soap + "name":                       claimName,
	soap + "country":                    claimCountry,
	grean + "sessionindex":              claimSession,
	saml + "LoA":                        claimLoA,
	saml + "IAL":                        claimIAL,
	saml + "AAL":                        claimAAL,
	saml + "FAL":                        claimFAL,
	saml + "UUID":                       claimUUID,
	saml + "CprNumberIdentifier":        claimCPR,
	saml + "CvrNumberIdentifier":        claimCVR,
	saml + "RefTextHeader":              claimRefHeader,
	saml + "RefTextBody":                claimRefBody,
	"urn:oid:2.5.4.10":                  claimOrganisation,
	saml + "mitid_risk_data":            claimRisk,
}

// String returns the shortest name of c, for errors.
func (c criiptoClaim) String() string {
	shortest := ""
	for name, claim := range criiptoClaims {
		if claim == c && (shortest == "" || len(name) < len(shortest)) {
			shortest = name
		}
	}
	return shortest
}

// criiptoFolded are all known names without letter case; it is only read.
var criiptoFolded = func() map[string]bool {
	folded := make(map[string]bool)
	for name := range criiptoClaims {
		folded[strictjson.Folded(name)] = true
	}
	for _, name := range registeredNames {
		folded[strictjson.Folded(name)] = true
	}
	return folded
}()
