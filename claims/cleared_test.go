package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
)

// A token of a vendor's test system had the error of a look-up where the address
// should be, with the person's number in it.
func TestErrorOfALookUpIsNoAddress(t *testing.T) {
	n := cprtest.Number(12).Reveal()
	const nulls = `"common_name":null,"street_address":null,"postal_code":null,"city":null,"locality":null,"region":null,"country":null}`
	for name, formatted := range map[string]string{
		"the number twice":            "Intet svar om " + n + " (" + n[:6] + "-" + n[6:] + ") fra registret",
		"somebody else's number":      "Ukendt: 010150-5234",
		"the number split by a line":  "Ukendt person " + n[:6] + `\n` + n[6:] + " på Ærø",
		"no number at all":            "Opslaget mislykkedes",
		"English, with a code":        "Error 4004: person not found in the register",
		"Danish, several lines":       `Fejl 17\nPersonen findes ikke i CPR\nDanmark`,
		"nothing but the word CPR":    "CPR svarer ikke (3)",
		"the name and then the error": `Paiman Petersen\nKunne ikke slå ` + n + " op",
	} {
		t.Run(name, func(t *testing.T) {
			id := identity(t, with(t, "b-address", map[string]string{
				"address": `{"formatted":"` + formatted + `",` + nulls, "address_details": `{"road":null,"road_code":null}`,
				"cprNumberIdentifier": `"` + n + `"`, "birthdate": ``, "dateofbirth": ``, "age": ``,
			}))
			assert.Nil(t, id.Address)
			assert.Equal(t, n, id.CPR.Reveal(), "the number that was asked for stays where it belongs")
			assert.Equal(t, "Paiman Petersen", id.Name.Full)
		})
	}
	for name, address := range map[string]string{
		"one line":         `{"formatted":"Grusgraven 1,3 tv"}`,
		"high house":       `{"formatted":"Storegade 10, 12. 34\n2100 København Ø"}`,
		"Faroe Islands":    `{"formatted":"Gøta 12\nFO-100 Tórshavn"}`,
		"parts, no number": `{"formatted":"Ved Åen","city":"Ærøskøbing"}`,
	} {
		id := identity(t, with(t, "b-address", map[string]string{"address": address, "address_details": ``}))
		assert.NotNil(t, id.Address, name)
	}
}

// Every text of an identity, one after the other.
func TestClearedLeavesOutTextsWithANumber(t *testing.T) {
	const bad = "210127–0087"
	whole := func() claims.Identity {
		return claims.Identity{
			Subject: "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}", Name: &claims.Name{Full: "Åse Ø", Given: "Åse", Family: "Ø"}, Country: "DK", SessionID: "s",
			Address:        &claims.Address{Lines: []string{"Vej 1", "3400 Hillerød"}, Street: "Vej 1", City: "Hillerød"},
			Organisation:   &claims.Organisation{Name: "Blåbær A/S", RID: "2101270087", PNumber: pNumber(t, "2101270087")},
			Authenticators: []claims.Authenticator{{Word: "ny"}}, NemIDPID: "9208-2002-2-012101270087",
		}
	}
	same, err := whole().Cleared()
	require.NoError(t, err)
	assert.Equal(t, whole(), same, "nothing is left out; numbers in fields of their own stay")

	for name, c := range map[string]struct {
		spoil func(*claims.Identity)
		gone  func(claims.Identity) bool
	}{
		"name":           {func(id *claims.Identity) { id.Name.Full = "Åse " + bad }, func(id claims.Identity) bool { return id.Name == nil }},
		"family name":    {func(id *claims.Identity) { id.Name.Family = bad }, func(id claims.Identity) bool { return id.Name == nil }},
		"two names":      {func(id *claims.Identity) { id.Name.Given, id.Name.Family = "210127", "0087" }, func(id claims.Identity) bool { return id.Name == nil }},
		"line":           {func(id *claims.Identity) { id.Address.Lines[1] = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"care of":        {func(id *claims.Identity) { id.Address.CareOf = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"municipality":   {func(id *claims.Identity) { id.Address.Municipality = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"two parts":      {func(id *claims.Identity) { id.Address.Street, id.Address.PostalCode = "Vej 210127", "0087" }, func(id claims.Identity) bool { return id.Address == nil }},
		"organisation":   {func(id *claims.Identity) { id.Organisation.Name = bad }, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
		"country":        {func(id *claims.Identity) { id.Country = bad }, func(id claims.Identity) bool { return id.Country == "" }},
		"session":        {func(id *claims.Identity) { id.SessionID = bad }, func(id claims.Identity) bool { return id.SessionID == "" }},
		"authenticator":  {func(id *claims.Identity) { id.Authenticators[0].Word = bad }, func(id claims.Identity) bool { return id.Authenticators[0].Word == "" }},
		"PID of no form": {func(id *claims.Identity) { id.NemIDPID = bad }, func(id claims.Identity) bool { return id.NemIDPID == "" }},
		"own RID":        {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.Organisation.RID == "" }},
		"own P number":   {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.Organisation.PNumber.IsZero() }},
		"own PID":        {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.NemIDPID == "" }},
		"birth date and four digits": {func(id *claims.Identity) {
			id.BirthDate, id.Organisation.Name = time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC), "født 21.01.27 som nr. 0087"
		}, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
		"replacement number": {func(id *claims.Identity) {
			id.BirthDate, id.Organisation.Name = time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC), "810127 som nr. 0087"
		}, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
	} {
		id := whole()
		c.spoil(&id)
		before := id.Name.Full
		got, err := id.Cleared()
		require.NoError(t, err)
		assert.True(t, c.gone(got), name)
		assert.Equal(t, before, id.Name.Full, "the identity itself stays as it was")
	}
	for _, subject := range []string{bad, "cpr:2101270087", "{210127-0087}"} {
		id := whole()
		id.Subject = subject
		_, err := id.Cleared()
		assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "a key that goes into logs and addresses")
		assert.NotContains(t, err.Error(), "0087")
	}
}

func pNumber(t *testing.T, s string) claims.PNumber {
	p, err := claims.ParsePNumber(s)
	require.NoError(t, err)
	return p
}

func TestAddressDetailsInsideTheAddress(t *testing.T) {
	const details = `{"road":"Grusgraven","road_code":"1732","house_number":"001","floor":"03","apartment_code":"  tv"}`
	beside := identity(t, with(t, "b-address", map[string]string{"address": `{"city":"Hillerød"}`, "address_details": details}))
	for name, members := range map[string]map[string]string{
		"inside":        {"address": `{"city":"Hillerød","address_details":` + details + `}`, "address_details": ``},
		"in both":       {"address": `{"city":"Hillerød","address_details":` + details + `}`, "address_details": details},
		"null inside":   {"address": `{"city":"Hillerød","address_details":null}`, "address_details": details},
		"null beside":   {"address": `{"address_details":` + details + `,"city":"Hillerød"}`, "address_details": `null`},
		"another order": {"address_details": ``, "address": `{"address_details":` + details + `,"city":"Hillerød"}`},
	} {
		assert.Equal(t, beside.Address, identity(t, with(t, "b-address", members)).Address, name)
	}
	for name, members := range map[string]map[string]string{
		"two that differ":     {"address": `{"address_details":{"road":"Å"}}`, "address_details": details},
		"a text":              {"address": `{"address_details":"Å"}`, "address_details": ``},
		"a part that is none": {"address": `{"address_details":{"road":1}}`, "address_details": ``},
	} {
		c, err := claims.ParseCriipto(with(t, "b-address", members))
		require.NoError(t, err, name)
		_, err = c.Identity()
		assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), name)
	}
	_, err := claims.ParseCriipto(with(t, "b-address", map[string]string{"address": `{"Address_Details":` + details + `}`, "address_details": ``}))
	assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "another letter case")
}
