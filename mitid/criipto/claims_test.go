package criipto

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

// compact is a payload as it is on the wire.
func compact(tb testing.TB, name string) []byte {
	tb.Helper()
	if strings.HasPrefix(name, "vendor-") {
		return claimsuite.Compact(tb, "../../testdata/criipto/"+name+".json") // shared with other packages
	}
	return claimsuite.Sample(tb, name)
}

// Every sample gives the identity in its golden file.
func TestClaimsGolden(t *testing.T) {
	for _, name := range append(claimsuite.Samples(t), "vendor-citizen", "vendor-address") {
		t.Run(name, func(t *testing.T) { claimsuite.Golden(t, name, identity(t, compact(t, name))) })
	}
}

func identity(t *testing.T, payload []byte) claims.Identity {
	t.Helper()
	c, err := parseClaims(payload)
	require.NoError(t, err)
	id, err := c.Identity()
	require.NoError(t, err)
	return id
}

// with returns a sample with members set to JSON texts; an empty text takes the
// member away.
func with(t testing.TB, sample string, members map[string]string) []byte {
	t.Helper()
	return claimsuite.ChangeAll(t, compact(t, sample), members)
}

// What decides over the token itself is TokenInvalid at once.
func TestClaimsToken(t *testing.T) {
	for name, members := range map[string]map[string]string{
		"iss a number":           {"iss": `1`},
		"iss null":               {"iss": `null`},
		"aud a number":           {"aud": `7`},
		"aud null":               {"aud": `null`},
		"aud an object":          {"aud": `{}`},
		"aud a list with null":   {"aud": `[null]`},
		"aud a list in a list":   {"aud": `[["a"]]`},
		"sub a number":           {"sub": `4`},
		"sub null":               {"sub": `null`},
		"sub a list":             {"sub": `["{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}"]`},
		"exp null":               {"exp": `null`},
		"exp text":               {"exp": `"1767262802"`},
		"exp 1e400":              {"exp": `1e400`},
		"at_hash a number":       {"at_hash": `7`},
		"at_hash null":           {"at_hash": `null`},
		"at_hash empty":          {"at_hash": `""`},
		"at_hash a list":         {"at_hash": `["x"]`},
		"AT_HASH":                {"AT_HASH": `"x"`},
		"exp negative":           {"exp": `-1`},
		"exp past int64":         {"exp": `9223372036854775808`},
		"exp past the year 9999": {"exp": `253402300800`},
		"exp a list":             {"exp": `[1767262802]`},
		"iat text":               {"iat": `"1767261602"`},
		"nbf a boolean":          {"nbf": `true`},
		"nonce a number":         {"nonce": `1`},
		"nonce null":             {"nonce": `null`},
		"azp a number":           {"azp": `1`},
		"Iss":                    {"Iss": `"https://acme.test.idura.broker"`},
		"LOA":                    {"LOA": `"HIGH"`},
		"loa":                    {"loa": `"HIGH"`},
		"ſub with a long s":      {"ſub": `"x"`},
		"CPRNUMBERIDENTIFIER":    {"CPRNUMBERIDENTIFIER": `"2101270087"`},
		"a long name in capitals": {
			"DK:GOV:SAML:ATTRIBUTE:LOA": `"HIGH"`},
		"a part of address in another case": {"address": `{"City":"Hillerød"}`},
		"a part of address_details":         {"address_details": `{"road_codE":"1"}`},
		"lone surrogate":                    {"name": `"\ud800"`},
		"number with a leading zero":        {"exp": `01767262802`},
		"not UTF-8":                         {"name": "\"S\xf8ren\""},
		"deep":                              {"deep": strings.Repeat("[", 40) + strings.Repeat("]", 40)},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parseClaims(with(t, "a-citizen", members))
			assert.Nil(t, c)
			require.Error(t, err)
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "%v", err)
			for _, value := range members {
				if len(value) > 6 {
					assert.NotContains(t, err.Error(), value)
				}
			}
		})
	}
	for name, payload := range map[string]string{
		"empty":                    ``,
		"blank":                    ` `,
		"null":                     `null`,
		"a text":                   `"x"`,
		"a list":                   `[]`,
		"cut":                      `{"iss":"a"`,
		"cut in a name":            `{"is`,
		"sub twice":                `{"sub":"a","sub":"a"}`,
		"sub twice, escaped":       `{"sub":"a","\u0073ub":"b"}`,
		"unknown twice":            `{"x":1,"x":1}`,
		"twice inside address":     `{"address":{"city":"Ærø","city":"Ærø"}}`,
		"twice inside the unknown": `{"x":{"å":1,"å":1}}`,
		"trailing":                 `{} {}`,
		"trailing comma":           `{"a":1,}`,
		"comment":                  `{/*æ*/}`,
		"byte order mark":          "\ufeff{}",
		"NUL":                      "{}\x00",
		"NaN":                      `{"age":NaN}`,
		"single quotes":            `{'iss':'a'}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parseClaims([]byte(payload))
			assert.Nil(t, c)
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "%v", err)
		})
	}
}

// Registered claims that are missing are left to the one who knows which are
// needed, and so is a list of audiences.
func TestClaimsRegistered(t *testing.T) {
	c, err := parseClaims([]byte(`{}`))
	require.NoError(t, err)
	assert.Equal(t, claims.Registered{}, c.Registered)

	c, err = parseClaims(compact(t, "a-citizen"))
	require.NoError(t, err)
	assert.Equal(t, claims.Registered{
		Issuer:    "https://acme.test.idura.broker",
		Subject:   "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}",
		Audience:  []string{"urn:my:application:identifier:6765"},
		Nonce:     "n-3b0f9d2a6c1e4f57",
		Expires:   1767262802,
		NotBefore: 1767261602,
		IssuedAt:  1767261602,
	}, c.Registered)

	for value, want := range map[string][]string{
		`["a"]`:            {"a"},
		`["a","stranger"]`: {"a", "stranger"},
		`[]`:               {},
		`""`:               {""},
		`"å\u00e5"`:        {"åå"},
	} {
		c, err := parseClaims(with(t, "a-citizen", map[string]string{"aud": value, "azp": `"a"`}))
		require.NoError(t, err)
		assert.Equal(t, want, c.Audience)
		assert.Equal(t, "a", c.AuthorizedParty)
	}
}

func TestClaimsDialect(t *testing.T) {
	c, err := parseClaims(compact(t, "transfer-and-unknown"))
	require.NoError(t, err)
	assert.Equal(t, "dkmitid", c.IdentityScheme)
	assert.Equal(t, "urn:grn:authn:dk:mitid:substantial", c.AuthenticationType)
	assert.Equal(t, time.Date(2026, 1, 1, 10, 0, 2, 410e6, time.UTC), c.AuthenticationInstant)
	assert.Equal(t, "0f9960a0d28d4353a3e2ea07f8ffa185", c.NameIdentifier)
	assert.Equal(t, 98, c.Age)
	assert.Equal(t, "0e7c8f4c-5d43-4d1e-9d9f-2f1ce0a0a5aa", c.TransferSession)
	assert.Equal(t, "1767261900", c.TransferExpires)
	assert.Equal(t, map[string]json.RawMessage{"somethingNew": json.RawMessage(`{"a":[1,2,{"b":null}]}`)}, c.Unknown)

	c, err = parseClaims(compact(t, "d-text"))
	require.NoError(t, err)
	assert.Equal(t, "Approve at Acme", c.RefTextHeader)
	assert.Equal(t, "Godkend overførsel", c.RefTextBody)
	assert.Nil(t, c.Unknown)

	c, err = parseClaims(compact(t, "long-citizen"))
	require.NoError(t, err)
	assert.Contains(t, string(c.RiskData), "192.0.2.7")
	assert.Nil(t, c.Unknown)
}

// Both styles of names say the same.
func TestClaimsStyles(t *testing.T) {
	for long, short := range map[string]string{"long-citizen": "a-citizen", "long-signatory": "f-signatory"} {
		assert.True(t, assert.ObjectsAreEqual(identity(t, compact(t, short)), identity(t, compact(t, long))))
	}
	assert.True(t, assert.ObjectsAreEqual(
		identity(t, compact(t, "e-employee")), identity(t, compact(t, "e-employee-real-types"))))
}

// The claims do not hold on to the caller's buffer.
func TestClaimsKeepsNothingOfTheBuffer(t *testing.T) {
	payload := compact(t, "transfer-and-unknown")
	c, err := parseClaims(payload)
	require.NoError(t, err)
	before := identity(t, payload)
	clear(payload)
	after, err := c.Identity()
	require.NoError(t, err)
	assert.True(t, assert.ObjectsAreEqual(before, after))
	assert.Contains(t, string(c.Unknown["somethingNew"]), `"b":null`)
}

func TestParseClaimsAllocations(t *testing.T) {
	payload := compact(t, "b-address")
	n := testing.AllocsPerRun(100, func() { _, _ = parseClaims(payload) })
	// 13 allocations, and more under the race detector, which empties pools.
	assert.LessOrEqual(t, n, 25.0)
}
