package claims_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/internal/fault"
)

const (
	core     = "https://data.gov.dk/model/core/"
	employee = core + "eid/professional/"
	nsis     = "https://data.gov.dk/concept/core/nsis/"
	old      = "dk:gov:saml:attribute:"
)

// attributes makes a list in the order of the names.
func attributes(values map[string][]string) []claims.SAMLAttribute {
	var all []claims.SAMLAttribute
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, claims.SAMLAttribute{Name: name, Values: values[name]})
	}
	return all
}

// oneAttribute parses an assertion with one attribute.
func oneAttribute(name string, values ...string) (*claims.OIOSAML, error) {
	return claims.ParseOIOSAML([]claims.SAMLAttribute{{Name: name, Values: values}})
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// Every row of the table of attributes.
func TestOIOSAMLReadsEveryAttribute(t *testing.T) {
	person := cprtest.Number(1)
	list := `<b:PrivilegeList xmlns:b="http://digst.dk/oiosaml/basic_privilege_profile"><PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:13748136">` +
		`<Privilege>urn:dk:bageri:blåbær</Privilege></PrivilegeGroup></b:PrivilegeList>`
	got, err := claims.ParseOIOSAML(attributes(map[string][]string{
		core + "specVersion":                            {"OIO-SAML-3.0"},
		nsis + "loa":                                    {"Substantial"},
		nsis + "ial":                                    {"High"},
		nsis + "aal":                                    {"Low"},
		old + "AssuranceLevel":                          {"3"},
		core + "eid/cprNumber":                          {person.Reveal()},
		core + "eid/cprUuid":                            {"urn:uuid:74ffcd31-fbaf-4c33-bdac-169f25c1e416"},
		core + "eid/fullName":                           {"Åse Bøgh Ærø"},
		core + "eid/firstName":                          {"Åse"},
		core + "eid/lastName":                           {"Ærø"},
		core + "eid/alias":                              {"Blåbær"},
		core + "eid/email":                              {"aase@example.dk", "", "ærø@example.dk"},
		core + "eid/age":                                {"60"},
		core + "eid/dateOfBirth":                        {"1966-02-28"},
		core + "eid/person/pid":                         {"9208-2002-2-123456789012"},
		employee + "uuid/persistent":                    {"0c23111c-98f1-4a1b-9d26-1b4c54d9d1f0"},
		employee + "rid":                                {"0012345678"},
		employee + "cvr":                                {"13748136"},
		employee + "orgName":                            {"Bageren på Ærø"},
		employee + "productionUnit":                     {"1092738120"},
		employee + "seNumber":                           {"98202298"},
		employee + "authorizedToRepresent":              {"13748136", "43950932"},
		core + "eid/privilegesIntermediate":             {encoded(list)},
		core + "eid/privilegesSimple":                   {"urn:dk:a", "urn:dk:å"},
		core + "eid/bootstrapToken":                     {" PEE+\r\n w6U8 L0E+\n"},
		core + "signing/requesterID":                    {"requester"},
		core + "signing/referenceText":                  {"Køb af bil"},
		core + "signing/securityCode":                   {"code"},
		core + "signing/certificatePolicyQualifier":     {"qualifier"},
		core + "signing/certificateSSNPersistenceLevel": {"level"},
		core + "signing/certificateHolderIdentifier":    {"holder"},
		core + "signing/certificateCommonName":          {"common"},
		core + "signing/anonymizedSigner":               {"true"},
		old + "UniqueAccountKey":                        {"key"},
		old + "IsYouthCert":                             {"true"},
		old + "UserAdministratorIndicator":              {"true"},
		"urn:oid:2.5.4.3":                               {"noget andet"},
	}))
	require.NoError(t, err)
	assert.Equal(t, &claims.OIOSAML{
		SpecVersion: "OIO-SAML-3.0", Levels: claims.Levels{LoA: claims.Substantial, IAL: claims.High, AAL: claims.Low}, AssuranceLevel: 3,
		CPR: person, CPRUUID: claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"),
		FullName: "Åse Bøgh Ærø", FirstName: "Åse", LastName: "Ærø", Alias: "Blåbær", Email: []string{"aase@example.dk", "ærø@example.dk"},
		Age: 60, BirthDate: time.Date(1966, 2, 28, 0, 0, 0, 0, time.UTC), NemIDPID: "9208-2002-2-123456789012",
		ProfessionalID: claims.MustParseUUID("0c23111c-98f1-4a1b-9d26-1b4c54d9d1f0"), RID: "0012345678",
		CVR: claims.MustParseCVR("13748136"), OrgName: "Bageren på Ærø", PNumber: pNumber(t, "1092738120"), SENumber: seNumber(t, "98202298"),
		AuthorizedToRepresent: []claims.CVR{claims.MustParseCVR("13748136"), claims.MustParseCVR("43950932")},
		Privileges: []claims.PrivilegeGroup{{
			Scope: claims.PrivilegeScope{CVR: claims.MustParseCVR("13748136")}, Privileges: []string{"urn:dk:bageri:blåbær"},
		}},
		PrivilegesSimple: []string{"urn:dk:a", "urn:dk:å"}, BootstrapToken: []byte("<A>å</A>"),
		Signing: claims.OIOSAMLSigning{
			RequesterID: "requester", ReferenceText: "Køb af bil", SecurityCode: "code", CertificatePolicyQualifier: "qualifier",
			CertificateSSNPersistenceLevel: "level", CertificateHolderIdentifier: "holder", CertificateCommonName: "common", AnonymizedSigner: "true",
		},
		UniqueAccountKey: "key", YouthCert: true, UserAdministrator: true, Unknown: []string{"urn:oid:2.5.4.3"},
	}, got)
}

func TestOIOSAMLReadsTheNamesOfOIOSAML2(t *testing.T) {
	person := cprtest.Number(2)
	none := encoded(`<PrivilegeList xmlns="http://itst.dk/oiosaml/basic_privilege_profile"/>`)
	for name, c := range map[string]struct {
		value string
		want  claims.OIOSAML
	}{
		"SpecVer":                    {"DK-SAML-2.0", claims.OIOSAML{SpecVersion: "DK-SAML-2.0"}},
		"CprNumberIdentifier":        {person.Reveal(), claims.OIOSAML{CPR: person}},
		"CvrNumberIdentifier":        {"13748136", claims.OIOSAML{CVR: claims.MustParseCVR("13748136")}},
		"PidNumberIdentifier":        {"9208-2002-2-123456789012", claims.OIOSAML{NemIDPID: "9208-2002-2-123456789012"}},
		"PidNumberIdenfitier":        {"9208-2002-2-123456789012", claims.OIOSAML{NemIDPID: "9208-2002-2-123456789012"}},
		"RidNumberIdentifier":        {"0042", claims.OIOSAML{RID: "0042"}},
		"ProductionUnitIdentifier":   {"1092738120", claims.OIOSAML{PNumber: pNumber(t, "1092738120")}},
		"seNumberIdentifier":         {"98202298", claims.OIOSAML{SENumber: seNumber(t, "98202298")}},
		"SENumberIdentifier":         {"98202298", claims.OIOSAML{SENumber: seNumber(t, "98202298")}},
		"AuthorizedToRepresent":      {"13748136", claims.OIOSAML{AuthorizedToRepresent: []claims.CVR{claims.MustParseCVR("13748136")}}},
		"Privileges_intermediate":    {none, claims.OIOSAML{Privileges: []claims.PrivilegeGroup{}}},
		"UniqueAccountKey":           {"nøgle", claims.OIOSAML{UniqueAccountKey: "nøgle"}},
		"IsYouthCert":                {"false", claims.OIOSAML{}},
		"UserAdministratorIndicator": {"true", claims.OIOSAML{UserAdministrator: true}},
		"AssuranceLevel":             {"2", claims.OIOSAML{AssuranceLevel: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := oneAttribute(old+name, c.value)
			require.NoError(t, err)
			assert.Equal(t, c.want, *got)
		})
	}
}

// A level is a bare word. Anything else is no error and no level, so that the client
// answers AssuranceTooLow.
func TestOIOSAMLLevel(t *testing.T) {
	for word, want := range map[string]claims.Level{
		"Low": claims.Low, "Substantial": claims.Substantial, "High": claims.High,
		"substantial": 0, "SUBSTANTIAL": 0, "Substantial ": 0, " High": 0, "Highest": 0, "Højt": 0, "4": 0,
		nsis + "Substantial": 0, nsis + "loa/Substantial": 0, "urn:grn:authn:dk:mitid:high": 0,
	} {
		for _, name := range []string{"loa", "ial", "aal"} {
			o, err := oneAttribute(nsis+name, word)
			require.NoError(t, err)
			assert.Equal(t, want, max(o.Levels.LoA, o.Levels.IAL, o.Levels.AAL), "%s %q", name, word)
			id, err := o.Identity()
			require.NoError(t, err)
			assert.Equal(t, o.Levels, id.Levels)
		}
	}
	o, err := oneAttribute(old+"AssuranceLevel", "3")
	require.NoError(t, err)
	id, err := o.Identity()
	require.NoError(t, err)
	assert.Equal(t, claims.LevelUnknown, id.Levels.LoA, "a number of OIOSAML 2 is no level of NSIS")
}

func TestOIOSAMLRefusesMalformedValues(t *testing.T) {
	number := cprtest.Number(3).Reveal()
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	for name, values := range map[string][]string{
		core + "eid/cprNumber":              {number[:6] + "-" + number[6:], number + " ", " " + number, number[:9], number + "1", "4501011234", "ti cifre æø"},
		core + "eid/cprUuid":                {uuid + "0", "URN:UUID:" + uuid, "urn:uuid:urn:uuid:" + uuid, "{" + uuid + "}", "urn:uuid:", "00000000-0000-0000-0000-000000000000"},
		core + "eid/age":                    {"-1", "60 ", "1000", "tres", "6.0"},
		core + "eid/dateOfBirth":            {"28.02.1966", "1966-02-30", "1966-2-28", "1966-02-28T00:00:00Z", "0001-01-01"},
		core + "eid/person/pid":             {"9208-2002-2-12345678901", "PID:9208-2002-2-123456789012", "123456789012"},
		employee + "uuid/persistent":        {uuid[:35], "professional/" + uuid},
		employee + "rid":                    {"CVR:13748136-RID:1", "12a", "１２"},
		employee + "cvr":                    {"1374813", "137481360", "DK13748136", "13 74 81 36", "00000000"},
		employee + "productionUnit":         {"109273812", "10927381200", " "},
		employee + "seNumber":               {"9820229", "982022988", " "},
		employee + "authorizedToRepresent":  {"13748136,43950932", "13748136 ", "alle"},
		core + "eid/bootstrapToken":         {"PEE+å", "PEE", "PEE_", "  "},
		core + "eid/privilegesIntermediate": {"<PrivilegeList/>", encoded("<PrivilegeList/>"), "å"},
		old + "AssuranceLevel":              {"0", "4", "03", "Substantial", "three"},
		old + "IsYouthCert":                 {"True", "1", "ja"},
		old + "UserAdministratorIndicator":  {"TRUE", "0"},
	} {
		for _, v := range values {
			t.Run(name+" "+v, func(t *testing.T) {
				o, err := oneAttribute(name, v)
				assert.Nil(t, o)
				assertRefused(t, err, v)
			})
		}
	}
}

// assertRefused checks the class, and that the error shows nothing of the value.
func assertRefused(t *testing.T, err error, value string) {
	t.Helper()
	require.ErrorIs(t, err, claims.ErrClaimInvalid)
	assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err))
	if len(value) > 4 {
		assert.NotContains(t, fmt.Sprintf("%+v", err), value)
	}
}

func TestOIOSAMLRefusesRepetition(t *testing.T) {
	for name, list := range map[string][]claims.SAMLAttribute{
		"the same attribute twice":       {{Name: employee + "cvr", Values: []string{"13748136"}}, {Name: employee + "cvr", Values: []string{"13748136"}}},
		"a list twice":                   {{Name: core + "eid/email", Values: []string{"å@b.dk"}}, {Name: core + "eid/email", Values: []string{"ø@b.dk"}}},
		"an empty one before":            {{Name: employee + "seNumber", Values: []string{""}}, {Name: employee + "seNumber", Values: []string{"98202298"}}},
		"names of OIOSAML 3 and 2":       {{Name: employee + "cvr", Values: []string{"13748136"}}, {Name: old + "CvrNumberIdentifier", Values: []string{"13748136"}}},
		"both spellings of a SE number":  {{Name: old + "seNumberIdentifier", Values: []string{"98202298"}}, {Name: old + "SENumberIdentifier", Values: []string{"98202298"}}},
		"both spellings of a PID":        {{Name: old + "PidNumberIdentifier", Values: []string{"9208-2002-2-123456789012"}}, {Name: old + "PidNumberIdenfitier", Values: []string{"9208-2002-2-123456789012"}}},
		"an unknown one twice":           {{Name: "urn:å", Values: []string{"1"}}, {Name: "urn:å", Values: []string{"1"}}},
		"two values":                     {{Name: nsis + "loa", Values: []string{"Low", "High"}}},
		"two equal values":               {{Name: nsis + "loa", Values: []string{"High", "High"}}},
		"two P-numbers, one empty":       {{Name: employee + "productionUnit", Values: []string{"", "1092738120"}}},
		"two privilege lists":            {{Name: core + "eid/privilegesIntermediate", Values: []string{"å", "å"}}},
		"another letter case":            {{Name: strings.ToUpper(employee + "cvr"), Values: []string{"13748136"}}},
		"another letter case, OIOSAML 2": {{Name: old + "SeNumberIdentifier", Values: []string{"98202298"}}},
		"a long s":                       {{Name: "httpſ" + employee[5:] + "cvr", Values: []string{"13748136"}}},
		"no name":                        {{Values: []string{"æ"}}},
		"not UTF-8":                      {{Name: core + "eid/fullName", Values: []string{"S\xf8ren"}}},
		"a name that is not UTF-8":       {{Name: "S\xf8ren", Values: []string{"x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := claims.ParseOIOSAML(list)
			assert.Nil(t, o)
			assertRefused(t, err, list[0].Values[0])
		})
	}
}

// Only three attributes may be empty. Others are refused, with an empty value and without
// any, because an empty text must not stand for something.
func TestOIOSAMLEmptyValues(t *testing.T) {
	may := []string{core + "eid/email", employee + "productionUnit", employee + "seNumber", old + "ProductionUnitIdentifier", old + "seNumberIdentifier", old + "SENumberIdentifier"}
	for _, values := range [][]string{nil, {}, {""}} {
		for _, name := range claims.OIOSAMLNames() {
			o, err := oneAttribute(name, values...)
			if slices.Contains(may, name) {
				require.NoError(t, err, name)
				assert.Equal(t, &claims.OIOSAML{}, o, name)
				assert.False(t, o.Professional())
				continue
			}
			assert.Nil(t, o, name)
			assertRefused(t, err, "")
		}
	}
}

// A name that is one character longer is another attribute.
func TestOIOSAMLUnknownAttributesAreNamesOnly(t *testing.T) {
	for _, known := range claims.OIOSAMLNames() {
		for _, name := range []string{known + "x", known + " ", " " + known, known[1:]} {
			o, err := oneAttribute(name, "hemmelig værdi")
			require.NoError(t, err)
			assert.Equal(t, &claims.OIOSAML{Unknown: []string{name}}, o)
		}
	}
}

func TestOIOSAMLNamesAreDifferent(t *testing.T) {
	names := claims.OIOSAMLNames()
	slices.Sort(names)
	assert.Equal(t, slices.Compact(slices.Clone(names)), names)
	assert.Len(t, names, 47)
}

func TestOIOSAMLIsBounded(t *testing.T) {
	var many []claims.SAMLAttribute
	for i := range 201 {
		many = append(many, claims.SAMLAttribute{Name: "urn:" + strconv.Itoa(i), Values: []string{"å"}})
	}
	_, err := claims.ParseOIOSAML(many)
	assertRefused(t, err, "urn:1")
	_, err = claims.ParseOIOSAML(many[:200])
	require.NoError(t, err)

	_, err = oneAttribute(core+"eid/email", slices.Repeat([]string{"å@b.dk"}, 1001)...)
	assertRefused(t, err, "å@b.dk")
	_, err = oneAttribute(core+"eid/email", slices.Repeat([]string{"å@b.dk"}, 1000)...)
	require.NoError(t, err)

	_, err = oneAttribute(core+"eid/fullName", strings.Repeat("ø", 256<<10))
	assertRefused(t, err, "øøøøø")
	_, err = oneAttribute(core+"eid/fullName", strings.Repeat("ø", 255<<10))
	require.NoError(t, err)
}

func TestNothingOfOIOSAMLIsPrinted(t *testing.T) {
	number := cpr.MustParse("2101270087")
	o := &claims.OIOSAML{
		CPR: number, FullName: "canary", Email: []string{"canary"}, Unknown: []string{"canary"}, BootstrapToken: []byte("canary"),
		CVR: claims.MustParseCVR("13748136"), AuthorizedToRepresent: []claims.CVR{claims.MustParseCVR("13748136")},
		Signing: claims.OIOSAMLSigning{SecurityCode: "canary"}, CPRUUID: claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"),
		Privileges: []claims.PrivilegeGroup{{
			Scope: claims.PrivilegeScope{CPR: number, Other: "canary"}, Privileges: []string{"canary"},
			Constraints: []claims.PrivilegeConstraint{{Name: "canary", Value: "canary"}},
		}},
	}
	assert.Equal(t, "claims.OIOSAML{unknown cpr cpr_uuid name email cvr authorized_to_represent privileges bootstrap_token signing others}", fmt.Sprintf("%+v", o))
	g := o.Privileges[0]
	for _, value := range []any{
		*o, o, o.Signing, &o.Signing, g, &g, g.Scope, &g.Scope, g.Constraints[0], g.Constraints, o.Privileges,
		claims.SAMLAttribute{Name: "canary", Values: []string{"canary"}}, []claims.SAMLAttribute{{Name: "canary"}},
	} {
		for printer, text := range canary.Printed(value, false) {
			for _, c := range canaries {
				assert.NotContains(t, text, c, "%T %s", value, printer)
			}
		}
	}
}

func seNumber(t *testing.T, s string) claims.SENumber {
	n, err := claims.ParseSENumber(s)
	require.NoError(t, err)
	return n
}
