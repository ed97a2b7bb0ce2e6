package claims

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
)

// The prefixes of the names of attributes (OIOSAML Web SSO Profile 3.0.3; OIOSAML 2).
const (
	coreName    = "https://data.gov.dk/model/core/"
	eidName     = coreName + "eid/"
	employee    = eidName + "professional/"
	signingName = coreName + "signing/"
	nsisName    = "https://data.gov.dk/concept/core/nsis/"
	oldName     = "dk:gov:saml:attribute:"
)

// oiosamlAttribute is one attribute that [ParseOIOSAML] knows.
type oiosamlAttribute struct {
	names      []string // the first one is that of OIOSAML 3, if it has the attribute
	several    bool     // it may have several values
	mayBeEmpty bool     // an empty value stands for none
	set        func(o *OIOSAML, value string) error
}

// errMalformed is only compared with nil.
var errMalformed = errors.New("malformed")

// oiosamlAttributes never changes.
var oiosamlAttributes = []oiosamlAttribute{
	single(textIn(func(o *OIOSAML) *string { return &o.SpecVersion }), coreName+"specVersion", oldName+"SpecVer"),
	single(levelIn(func(o *OIOSAML) *Level { return &o.Levels.LoA }), nsisName+"loa"),
	single(levelIn(func(o *OIOSAML) *Level { return &o.Levels.IAL }), nsisName+"ial"),
	single(levelIn(func(o *OIOSAML) *Level { return &o.Levels.AAL }), nsisName+"aal"),
	single(parsedIn(func(o *OIOSAML) *int { return &o.AssuranceLevel }, parseAssuranceLevel), oldName+"AssuranceLevel"),

	single(parsedIn(func(o *OIOSAML) *cpr.Number { return &o.CPR }, parseCPR), eidName+"cprNumber", oldName+"CprNumberIdentifier"),
	single(parsedIn(func(o *OIOSAML) *UUID { return &o.CPRUUID }, parseUUIDOrURN), eidName+"cprUuid"),
	single(textIn(func(o *OIOSAML) *string { return &o.FullName }), eidName+"fullName"),
	single(textIn(func(o *OIOSAML) *string { return &o.FirstName }), eidName+"firstName"),
	single(textIn(func(o *OIOSAML) *string { return &o.LastName }), eidName+"lastName"),
	single(textIn(func(o *OIOSAML) *string { return &o.Alias }), eidName+"alias"),
	{names: []string{eidName + "email"}, several: true, mayBeEmpty: true, set: func(o *OIOSAML, s string) error {
		o.Email = append(o.Email, s)
		return nil
	}},
	single(parsedIn(func(o *OIOSAML) *int { return &o.Age }, parseAge), eidName+"age"),
	single(parsedIn(func(o *OIOSAML) *time.Time { return &o.BirthDate }, parseDay), eidName+"dateOfBirth"),
	// The last one is a spelling that NemLog-in's .NET library has.
	single(parsedIn(func(o *OIOSAML) *string { return &o.NemIDPID }, parseNemIDPID), eidName+"person/pid", oldName+"PidNumberIdentifier", oldName+"PidNumberIdenfitier"),

	single(parsedIn(func(o *OIOSAML) *UUID { return &o.ProfessionalID }, parseUUIDOrURN), employee+"uuid/persistent"),
	single(parsedIn(func(o *OIOSAML) *string { return &o.RID }, parseRID), employee+"rid", oldName+"RidNumberIdentifier"),
	single(parsedIn(func(o *OIOSAML) *CVR { return &o.CVR }, ParseCVR), employee+"cvr", oldName+"CvrNumberIdentifier"),
	single(textIn(func(o *OIOSAML) *string { return &o.OrgName }), employee+"orgName"),
	// Both may come empty (Nets E-Ident, MitID Erhverv, which passes NemLog-in's values on).
	orEmpty(single(parsedIn(func(o *OIOSAML) *PNumber { return &o.PNumber }, ParsePNumber), employee+"productionUnit", oldName+"ProductionUnitIdentifier")),
	orEmpty(single(parsedIn(func(o *OIOSAML) *SENumber { return &o.SENumber }, ParseSENumber), employee+"seNumber", oldName+"seNumberIdentifier", oldName+"SENumberIdentifier")),
	{names: []string{employee + "authorizedToRepresent", oldName + "AuthorizedToRepresent"}, several: true, set: func(o *OIOSAML, s string) error {
		c, err := ParseCVR(s)
		o.AuthorizedToRepresent = append(o.AuthorizedToRepresent, c)
		return err
	}},

	single(parsedIn(func(o *OIOSAML) *[]PrivilegeGroup { return &o.Privileges }, ParsePrivileges), eidName+"privilegesIntermediate", oldName+"Privileges_intermediate"),
	{names: []string{eidName + "privilegesSimple"}, several: true, set: func(o *OIOSAML, s string) error {
		o.PrivilegesSimple = append(o.PrivilegesSimple, s)
		return nil
	}},
	single(parsedIn(func(o *OIOSAML) *[]byte { return &o.BootstrapToken }, decodeBase64), eidName+"bootstrapToken"),

	single(textIn(func(o *OIOSAML) *string { return &o.Signing.RequesterID }), signingName+"requesterID"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.ReferenceText }), signingName+"referenceText"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.SecurityCode }), signingName+"securityCode"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.CertificatePolicyQualifier }), signingName+"certificatePolicyQualifier"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.CertificateSSNPersistenceLevel }), signingName+"certificateSSNPersistenceLevel"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.CertificateHolderIdentifier }), signingName+"certificateHolderIdentifier"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.CertificateCommonName }), signingName+"certificateCommonName"),
	single(textIn(func(o *OIOSAML) *string { return &o.Signing.AnonymizedSigner }), signingName+"anonymizedSigner"),

	single(textIn(func(o *OIOSAML) *string { return &o.UniqueAccountKey }), oldName+"UniqueAccountKey"),
	single(parsedIn(func(o *OIOSAML) *bool { return &o.YouthCert }, parseTruth), oldName+"IsYouthCert"),
	single(parsedIn(func(o *OIOSAML) *bool { return &o.UserAdministrator }, parseTruth), oldName+"UserAdministratorIndicator"),
}

func single(set func(*OIOSAML, string) error, names ...string) oiosamlAttribute {
	return oiosamlAttribute{names: names, set: set}
}

func orEmpty(a oiosamlAttribute) oiosamlAttribute {
	a.mayBeEmpty = true
	return a
}

// textIn keeps a text as it is.
func textIn(at func(*OIOSAML) *string) func(*OIOSAML, string) error {
	return parsedIn(at, func(s string) (string, error) { return s, nil })
}

// levelIn reads the words of OIOSAML 3 and no other spelling of a level. Any other text
// is LevelUnknown, which satisfies no demand.
func levelIn(at func(*OIOSAML) *Level) func(*OIOSAML, string) error {
	return parsedIn(at, func(s string) (Level, error) {
		switch s {
		case "Low":
			return Low, nil
		case "Substantial":
			return Substantial, nil
		case "High":
			return High, nil
		}
		return LevelUnknown, nil
	})
}

func parsedIn[T any](at func(*OIOSAML) *T, parse func(string) (T, error)) func(*OIOSAML, string) error {
	return func(o *OIOSAML, s string) (err error) {
		*at(o), err = parse(s)
		return err
	}
}

// parseAssuranceLevel reads 1, 2 and 3. Level 4 has no place in an assertion of OIOSAML 3.
func parseAssuranceLevel(s string) (int, error) {
	if s != "1" && s != "2" && s != "3" {
		return 0, errMalformed
	}
	return strconv.Atoi(s)
}

// parseCPR reads ten digits, without hyphen and blanks.
func parseCPR(s string) (cpr.Number, error) {
	if len(s) != 10 {
		return cpr.Number{}, errMalformed
	}
	return cpr.Parse(s)
}

// parseUUIDOrURN reads a UUID, with and without the prefix of its URN.
func parseUUIDOrURN(s string) (UUID, error) { return ParseUUID(strings.TrimPrefix(s, "urn:uuid:")) }

// parseAge reads one to three digits.
func parseAge(s string) (int, error) {
	if len(s) > 3 || !allDigits(s) {
		return 0, errMalformed
	}
	return strconv.Atoi(s)
}

// parseDay reads a date of the form 2006-01-02.
func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.IsZero() {
		return time.Time{}, errMalformed
	}
	return t, nil
}

func parseNemIDPID(s string) (string, error) {
	if !cprshape.IsNemIDPID(s) {
		return "", errMalformed
	}
	return s, nil
}

// parseRID reads digits. Their number is not published.
func parseRID(s string) (string, error) {
	if !allDigits(s) {
		return "", errMalformed
	}
	return s, nil
}

// parseTruth reads "true" and "false".
func parseTruth(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, errMalformed
	}
	return s == "true", nil
}
