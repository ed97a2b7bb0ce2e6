package criipto

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// A claim about the person that cannot be used is told by Identity alone: before
// the signature holds it is nobody's fault.
func TestIdentityClaimInvalid(t *testing.T) {
	for name, test := range map[string]struct {
		sample  string
		members map[string]string
	}{
		"CPR a number":                     {"a-citizen", map[string]string{"cprNumberIdentifier": `2101270087`}},
		"CPR a list of two":                {"a-citizen", map[string]string{"cprNumberIdentifier": `["2101270087","2712589100"]`}},
		"CPR an object":                    {"a-citizen", map[string]string{"cprNumberIdentifier": `{}`}},
		"CPR a boolean":                    {"a-citizen", map[string]string{"cprNumberIdentifier": `false`}},
		"CPR with one digit more":          {"a-citizen", map[string]string{"cprNumberIdentifier": `"21012700870"`}},
		"CPR with nine digits":             {"a-citizen", map[string]string{"cprNumberIdentifier": `"210127008"`}},
		"CPR with a hyphen":                {"a-citizen", map[string]string{"cprNumberIdentifier": `"210127-0087"`}},
		"CPR with a blank":                 {"a-citizen", map[string]string{"cprNumberIdentifier": `"2101270087 "`}},
		"CPR of a date that is not":        {"a-citizen", map[string]string{"cprNumberIdentifier": `"3102270087"`}},
		"CPR in other digits":              {"a-citizen", map[string]string{"cprNumberIdentifier": `"١١١١١"`}},
		"CPR in both styles":               {"a-citizen", map[string]string{"dk:gov:saml:attribute:CprNumberIdentifier": `"2101270087"`}},
		"loA in both styles":               {"a-citizen", map[string]string{"dk:gov:saml:attribute:LoA": `"HIGH"`}},
		"name in both styles":              {"long-citizen", map[string]string{"name": `"Åse Ærø"`}},
		"uuid malformed":                   {"a-citizen", map[string]string{"uuid": `"74ffcd31fbaf4c33bdac169f25c1e416"`}},
		"uuid in braces":                   {"a-citizen", map[string]string{"uuid": `"{74ffcd31-fbaf-4c33-bdac-169f25c1e416}"`}},
		"uuid a list":                      {"a-citizen", map[string]string{"uuid": `["74ffcd31-fbaf-4c33-bdac-169f25c1e416"]`}},
		"birthdate that is not":            {"a-citizen", map[string]string{"birthdate": `"1927-02-29"`}},
		"birthdate in another form":        {"a-citizen", map[string]string{"birthdate": `"21.01.1927"`}},
		"birthdate a number":               {"a-citizen", map[string]string{"birthdate": `19270121`}},
		"birthdate and dateofbirth differ": {"a-citizen", map[string]string{"dateofbirth": `"1927-01-22"`}},
		"authenticationinstant":            {"a-citizen", map[string]string{"authenticationinstant": `"2026-01-01"`}},
		"authenticationinstant number":     {"a-citizen", map[string]string{"authenticationinstant": `1767261602`}},
		"authenticationinstant ,":          {"a-citizen", map[string]string{"authenticationinstant": `"2026-01-01T10:00:02,410Z"`}},
		"authenticationinstant, hour":      {"a-citizen", map[string]string{"authenticationinstant": `"2026-01-01T9:00:02.4100Z"`}},
		"authenticationinstant, local":     {"a-citizen", map[string]string{"authenticationinstant": `"2026-01-01T11:00:02+01:00"`}},
		"authenticationinstant, 30/2":      {"a-citizen", map[string]string{"authenticationinstant": `"2026-02-30T10:00:02.410Z"`}},
		"age negative":                     {"a-citizen", map[string]string{"age": `-1`}},
		"age in words":                     {"a-citizen", map[string]string{"age": `"otteoghalvfems"`}},
		"age a fraction":                   {"a-citizen", map[string]string{"age": `98.5`}},
		"name a list":                      {"a-citizen", map[string]string{"name": `["Åse"]`}},
		"country a boolean":                {"a-citizen", map[string]string{"country": `true`}},
		"status in one digit":              {"b-address", map[string]string{"cprNumberStatus": `"1"`}},
		"status a number":                  {"b-address", map[string]string{"cprNumberStatus": `90`}},
		"status 00":                        {"b-address", map[string]string{"cprNumberStatus": `"00"`}},
		"address a text":                   {"b-address", map[string]string{"address": `"Grusgraven 1"`}},
		"address with a number in it":      {"b-address", map[string]string{"address": `{"postal_code":3400}`}},
		"address_details a list":           {"b-address", map[string]string{"address_details": `[]`}},
		"employee in capitals":             {"e-employee", map[string]string{"employee": `"TRUE"`}},
		"employee a number":                {"e-employee", map[string]string{"employee": `1`}},
		"employee and signatory":           {"e-employee", map[string]string{"companySignatory": `"true"`}},
		"CVR without employee":             {"e-employee", map[string]string{"employee": ``}},
		"CVR and neither":                  {"e-employee", map[string]string{"employee": `"false"`}},
		"organisation name and neither":    {"a-citizen", map[string]string{"2.5.4.10": `"Bageren på Ærø"`}},
		"CVR of seven digits":              {"e-employee", map[string]string{"cvrNumberIdentifier": `"1234567"`}},
		"CVR that lost a zero":             {"e-employee", map[string]string{"cvrNumberIdentifier": `1234567`}},
		"CVR with DK":                      {"e-employee", map[string]string{"cvrNumberIdentifier": `"DK12345678"`}},
		"P-number of eleven digits":        {"e-employee", map[string]string{"productionUnit": `"10927381200"`}},
		"SE-number with letters":           {"e-employee", map[string]string{"seNumber": `"9820229a"`}},
		"RID a number":                     {"e-employee", map[string]string{"ridNumberIdentifier": `8636770830`}},
		"RID with letters":                 {"e-employee", map[string]string{"ridNumberIdentifier": `"RID:1"`}},
		"another eID":                      {"a-citizen", map[string]string{"identityscheme": `"sebankid"`}},
		"identityscheme a number":          {"a-citizen", map[string]string{"identityscheme": `1`}},
		"refTextBody an object":            {"d-text", map[string]string{"refTextBody": `{}`}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parseClaims(with(t, test.sample, test.members))
			require.NoError(t, err)
			id, err := c.Identity()
			require.Error(t, err)
			assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "%v", err)
			assert.Equal(t, claims.Identity{}, id)
			for _, value := range test.members {
				if len(value) > 9 {
					assert.NotContains(t, err.Error(), strings.Trim(value, `"`))
				}
			}
			if test.members["cprNumberIdentifier"] != "" {
				assert.True(t, c.CPR.IsZero())
			}
		})
	}
}

// The level comes from loA, and what is not one of the broker's words is no
// level at all.
func TestIdentityLevel(t *testing.T) {
	for value, want := range map[string]claims.Level{
		`"LOW"`: claims.Low, `"SUBSTANTIAL"`: claims.Substantial, `"HIGH"`: claims.High,
		``: 0, `null`: 0, `""`: 0, `"high"`: 0, `"HIGH "`: 0, `"HIGHER"`: 0, `3`: 0, `["HIGH"]`: 0, `true`: 0, `{}`: 0,
		`"urn:grn:authn:dk:mitid:high"`: 0,
	} {
		id := identity(t, with(t, "a-citizen", map[string]string{
			"loA":                  value,
			"authenticationmethod": `"app:1767261600123:HIGH:HIGH:HIGH:HIGH"`,
			"authenticationtype":   `"urn:grn:authn:dk:mitid:high"`,
		}))
		assert.Equal(t, want, id.Levels.LoA, value)
	}
}

// Three ways to have no CPR number, one answer.
func TestIdentityWithoutCPR(t *testing.T) {
	for _, value := range []string{``, `null`, `""`} {
		id := identity(t, with(t, "a-citizen", map[string]string{"cprNumberIdentifier": value}))
		assert.True(t, id.CPR.IsZero())
		assert.NotNil(t, id.Name)
		assert.False(t, id.BirthDate.IsZero())
	}
}

// A login for an organisation names it.
func TestIdentityOrganisationWithoutCVR(t *testing.T) {
	for _, sample := range []string{"e-employee", "f-signatory"} {
		c, err := parseClaims(with(t, sample, map[string]string{"cvrNumberIdentifier": ``}))
		require.NoError(t, err)
		_, err = c.Identity()
		assert.Equal(t, fault.ClaimMissing, fault.ClassOf(err))
	}
}

// Every status is data, no status is an error, and no address is guessed.
func TestIdentityStatus(t *testing.T) {
	for code, want := range map[string]claims.CPRStatus{
		"01": claims.StatusResident, "70": claims.StatusMissing, "80": claims.StatusEmigrated,
		"90": claims.StatusDead, "42": claims.CPRStatus(42),
	} {
		id := identity(t, with(t, "a-citizen", map[string]string{"cprNumberStatus": `"` + code + `"`}))
		assert.Equal(t, want, id.CPRStatus)
		assert.Equal(t, code, id.CPRStatus.Code())
		assert.Equal(t, code != "42", id.CPRStatus.Known())
		assert.Nil(t, id.Address)
	}
}

// MitID's words for a protected name are no name.
func TestIdentityProtected(t *testing.T) {
	id := identity(t, with(t, "b-address", map[string]string{"name": `"NAVNE & ADRESSEBESKYTTET"`}))
	assert.Nil(t, id.Name)
	assert.Nil(t, id.Address)
	assert.Equal(t, claims.NameAndAddressProtected, id.Protection)

	id = identity(t, with(t, "a-citizen", map[string]string{"name": ``, "birthdate": ``, "dateofbirth": ``, "age": ``}))
	assert.Nil(t, id.Name)
	assert.True(t, id.BirthDate.IsZero())
	assert.Equal(t, claims.ProtectionUnknown, id.Protection)
}

func TestIdentityAddress(t *testing.T) {
	for name, test := range map[string]struct {
		members map[string]string
		want    *claims.Address
	}{
		"all null": {map[string]string{
			"address":         `{"formatted":null,"common_name":null,"locality":null,"region":null}`,
			"address_details": `{"road":null,"floor":""}`,
		}, nil},
		"placeholder alone": {map[string]string{"address": `{"locality":"(Lokalitet ukendt)"}`, "address_details": ``}, nil},
		"a real locality": {map[string]string{
			"address": `{"formatted":"Bo Bæk\nVej 1\nØster Å\n3400 Hillerød","common_name":"Bo Bæk","locality":"Øster Å"}`, "address_details": ``},
			&claims.Address{Lines: []string{"Vej 1", "Øster Å", "3400 Hillerød"}, Locality: "Øster Å"}},
		"the name is told by the claim name alone": {map[string]string{
			"address": `{"formatted":"Paiman Petersen\nVej 1"}`, "address_details": ``},
			&claims.Address{Lines: []string{"Vej 1"}}},
		"no name in front": {map[string]string{
			"address": `{"formatted":"Vej 1\n\nDanmark","common_name":"Paiman Petersen"}`, "address_details": ``},
			&claims.Address{Lines: []string{"Vej 1", "Danmark"}}},
		"padding": {map[string]string{
			"address": ``, "address_details": `{"house_number":"012B","floor":"st","apartment_code":"0004"}`},
			&claims.Address{HouseNumber: "12B", Floor: "st", Side: "4"}},
		"padding all over": {map[string]string{
			"address": ``, "address_details": `{"road":"Å","house_number":"000","floor":"00","apartment_code":"    "}`},
			&claims.Address{Road: "Å"}},
		"new parts are passed over": {map[string]string{
			"address": `{"city":"Århus","geo":{"lat":56}}`, "address_details": ``},
			&claims.Address{City: "Århus"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, identity(t, with(t, "b-address", test.members)).Address)
		})
	}
}

func TestIdentityAuthenticator(t *testing.T) {
	for method, want := range map[string][]claims.Authenticator{
		`"app:1767261600123:LOW:LOW:LOW:LOW"`: {{Kind: claims.App}},
		`"pwd:1767261600123"`:                 {{Kind: claims.Password}},
		`"app"`:                               {{Kind: claims.App}},
		`"App:1"`:                             {{Word: "App"}},
		`"kodeviser på æble:1"`:               {{Word: "kodeviser på æble"}},
		`":1"`:                                {{}},
		``:                                    nil,
	} {
		id := identity(t, with(t, "a-citizen", map[string]string{"authenticationmethod": method}))
		assert.True(t, assert.ObjectsAreEqual(want, id.Authenticators), method)
	}
}
