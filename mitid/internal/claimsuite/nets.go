package claimsuite

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// NetsToken checks that read refuses as no claims at all (TokenInvalid) what is no strict
// JSON, has a registered claim of the wrong type, or differs from a known claim by letter
// case. payload is a good token.
func NetsToken(t *testing.T, payload []byte, read func([]byte) error) {
	for name, test := range map[string]struct{ member, value string }{
		"iss a number":   {"iss", `1`},
		"aud null":       {"aud", `null`},
		"sub a number":   {"sub", `4`},
		"sub null":       {"sub", `null`},
		"exp text":       {"exp", `"1788000300"`},
		"exp 1e400":      {"exp", `1e400`},
		"nonce a list":   {"nonce", `["n"]`},
		"Sub":            {"Sub", `"x"`},
		"LOA":            {"LOA", `"x"`},
		"ſub, a long s":  {"ſub", `"x"`},
		"NEMLOGIN.CVR":   {"NEMLOGIN.CVR", `"43950932"`},
		"nemlogin.Cpr":   {"nemlogin.Cpr", `"2101270087"`},
		"MitID.uuid":     {"MitID.uuid", `"x"`},
		"deep":           {"deep", strings.Repeat("[", 40) + strings.Repeat("]", 40)},
		"lone surrogate": {"name", `"\ud800"`},
		"not UTF-8":      {"name", "\"S\xf8ren\""},
	} {
		t.Run(name, func(t *testing.T) {
			err := read(Change(t, payload, test.member, test.value))
			require.Error(t, err)
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "%v", err)
		})
	}
	for name, payload := range map[string]string{
		"empty": ``, "null": `null`, "a list": `[]`, "cut": `{"iss":"a"`, "trailing": `{} {}`,
		"dk.cpr twice":  `{"dk.cpr":"7408860003","dk.cpr":"7408860003"}`,
		"unknown twice": `{"x":1,"x":1}`,
		"twice, deep":   `{"x":{"å":1,"å":2}}`,
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(read([]byte(payload))))
		})
	}
}

// NetsClaims is what the dialects of the Nets brokers have in common to a fuzzer.
type NetsClaims interface {
	String() string
	WithoutCPR() any
}

// SeedNets gives a fuzzer payloads that are wrong in some way.
func SeedNets(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		`{}`, `null`, `{"sub":"a","sub":"b"}`, `{"LOA":"x"}`, `{"exp":1e400}`, `{"amr":["a",[1]]}`, `{"dk.cpr":["7408860003"]}`,
		`{"ssn":"7408860003","dk_ssn":"6203990004"}`, `{"transaction_text":"w6Y=","mitid.transaction_text":"w6U="}`, `{"nemlogin.cpr":null}`,
		`{"a":[[[[[[[[]]]]]]]]}`, `{"mitid.identity_name":"\ud800"}`, `{"x":1}y`, `{"auth_time":"14-06-2021 21:45:53 UTC"}`,
	} {
		f.Add([]byte(s))
	}
}

// CheckNets holds for every dialect: claims or an error, read as everybody else
// reads them, an identity or an error, and nothing printed.
func CheckNets(t *testing.T, payload []byte, c NetsClaims, none bool, err error, subject string, identity func() (claims.Identity, error)) {
	t.Helper()
	if (err == nil) == none {
		t.Fatal("claims or an error")
	}
	if err != nil {
		if fault.ClassOf(err) != fault.TokenInvalid || tenDigits.MatchString(err.Error()) {
			t.Fatal("the wrong error")
		}
		return
	}
	var m map[string]jsontext.Value
	if jsonv2.Unmarshal(payload, &m) != nil {
		t.Fatal("took what is no strict JSON")
	}
	if text(m["sub"]) != subject {
		t.Fatal("another subject than everybody else reads")
	}
	if tenDigits.MatchString(c.String()) {
		t.Fatal("digits are printed")
	}
	id, err := identity()
	if err != nil {
		switch fault.ClassOf(err) {
		case fault.ClaimInvalid, fault.ClaimMissing, fault.TokenInvalid:
		default:
			t.Fatal("the wrong class")
		}
		if id.Capacity != claims.CapacityUnknown || id.Subject != "" || tenDigits.MatchString(err.Error()) {
			t.Fatal("an identity and an error")
		}
		return
	}
	if tenDigits.MatchString(id.String()) {
		t.Fatal("digits are printed")
	}
	if id.Capacity == claims.CapacityUnknown || (id.Capacity == claims.CapacityPrivate) != (id.Organisation == nil) {
		t.Fatal("in whose name?")
	}
	if id.Protection == claims.NameAndAddressProtected && (id.Name != nil || id.Address != nil) {
		t.Fatal("a protected name")
	}
	if d := id.CPR.Reveal(); d != "" && d != text(m["dk.cpr"]) && d != text(m["nemlogin.cpr"]) && d != text(m["dk_ssn"]) && d != text(m["ssn"]) {
		t.Fatal("another CPR number")
	}
	j, err := json.Marshal(claims.Plain(id))
	if err != nil {
		t.Fatal("does not marshal")
	}
	var back claims.Plain
	if json.Unmarshal(j, &back) != nil || claims.Identity(back).Subject != id.Subject || back.CPR != id.CPR {
		t.Fatal("does not round-trip")
	}
	if without, ok := c.WithoutCPR().(NetsClaims); !ok || without.String() == c.String() && !id.CPR.IsZero() && text(m["nemlogin.cpr"]) == "" {
		t.Fatal("a CPR number is left")
	}
}

var tenDigits = regexp.MustCompile(`\d{10}`)

// text is the text of a JSON string, and nothing for other values.
func text(v jsontext.Value) string {
	var s string
	_ = jsonv2.Unmarshal(v, &s)
	return s
}
