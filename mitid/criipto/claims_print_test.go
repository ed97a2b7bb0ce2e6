package criipto

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
)

// canaries are what must not be seen of canaryClaims.
var canaries = []string{
	"canary", "2101270087", "210127-0087", "21012700", "1927", "74ffcd31", "7770001", "13748136", "1092738120", "98202298", "ø", "å", "æ",
}

func canaryClaims(t testing.TB) *Claims {
	t.Helper()
	c, err := parseClaims([]byte(`{"iss":"canary-iss","sub":"canary-sub","aud":"canary-aud","nonce":"canary-nonce","azp":"canary-azp",
		"exp":1767262802,"iat":1767261602,"nbf":1767261602,"identityscheme":"dkmitid","authenticationtype":"canary-type",
		"authenticationmethod":"canary-method:1","authenticationinstant":"2026-01-01T10:00:02.410Z","nameidentifier":"canary-ni",
		"uuid":"74ffcd31-fbaf-4c33-bdac-169f25c1e416","sessionindex":"canary-si","loA":"HIGH","country":"canary-c","name":"canary ø",
		"birthdate":"1927-01-21","age":"98","cprNumberIdentifier":"2101270087","cprNumberStatus":"80",
		"address":{"formatted":"canary å","common_name":"canary","street_address":"canary","postal_code":"canary","city":"canary",
		"locality":"canary","region":"canary","country":"canary"},"address_details":{"road":"canary","road_code":"canary",
		"municipality":"canary","municipality_code":"canary","house_number":"canary","floor":"canary","apartment_code":"canary"},
		"companySignatory":"true","cvrNumberIdentifier":"13748136","2.5.4.10":"canary-org","productionUnit":"1092738120",
		"seNumber":"98202298","ridNumberIdentifier":"7770001","refTextHeader":"canary","refTextBody":"canary æ",
		"mitid:ct:sid":"canary","mitid:ct:sid:exp":"canary","dk:gov:saml:attribute:mitid_risk_data":{"canary":1},"other":"canary 2101270087"}`))
	require.NoError(t, err)
	_, err = c.Identity()
	require.NoError(t, err)
	return c
}

// Every exported type with personal data, each through every printer.
func TestNothingPersonalIsPrinted(t *testing.T) {
	c := canaryClaims(t)
	invalid, err := parseClaims([]byte(`{"cprNumberIdentifier":["2101270087"],"name":"canary"}`))
	require.NoError(t, err)
	_, claimErr := invalid.Identity()
	for name, value := range map[string]any{
		"Registered":      c.Registered,
		"Claims":          *c,
		"*Claims":         c,
		"*Claims invalid": invalid,
		"*Address":        c.Address,
		"Address":         *c.Address,
		"*AddressDetails": c.AddressDetails,
		"AddressDetails":  *c.AddressDetails,
		"in a map":        map[string]*Claims{"k": c},
		"in an any":       []any{c},
		"error":           claimErr,
		"wrapped error":   fmt.Errorf("login: %w", claimErr),
	} {
		t.Run(name, func(t *testing.T) {
			for printer, text := range canary.Printed(value, false) {
				for _, c := range canaries {
					assert.NotContains(t, text, c, printer)
				}
			}
		})
	}
}

// Printers that ask no method still do not see the digits of a CPR number.
func TestReflectionSeesNoDigits(t *testing.T) {
	c := canaryClaims(t)
	delete(c.Unknown, "other")
	printer := spew.ConfigState{DisableMethods: true, DisablePointerMethods: true, Indent: " "}
	for _, value := range []any{*c, c, struct{ c Claims }{*c}} {
		texts := []string{printer.Sdump(value), fmt.Sprintf("%+v", struct{ v any }{value})}
		for _, verb := range []string{"%p", "%w", "%+w"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		for _, text := range texts {
			assert.NotContains(t, text, "2101270")
		}
	}
}

func TestMarshallingIsRefused(t *testing.T) {
	c := canaryClaims(t)
	for _, value := range []any{c, *c, c.Registered, *c.Address, *c.AddressDetails} {
		_, err := json.Marshal(value)
		assert.ErrorContains(t, err, "claims.Plain")
		_, err = xml.Marshal(value)
		assert.Error(t, err)
		_, err = value.(interface{ MarshalText() ([]byte, error) }).MarshalText()
		assert.ErrorContains(t, err, "claims.Plain")
	}
}
