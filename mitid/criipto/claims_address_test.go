package criipto

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		c, err := parseClaims(with(t, "b-address", members))
		require.NoError(t, err, name)
		_, err = c.Identity()
		assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), name)
	}
	_, err := parseClaims(with(t, "b-address", map[string]string{"address": `{"Address_Details":` + details + `}`, "address_details": ``}))
	assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "another letter case")
}
