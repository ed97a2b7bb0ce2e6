package criipto

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

var tenDigits = regexp.MustCompile(`\d{10}`)

func FuzzParseClaims(f *testing.F) {
	files, err := filepath.Glob("testdata/claims/payloads/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples", err)
	}
	for _, file := range append(files, "../../testdata/criipto/vendor-address.json") {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, s := range []string{
		`{}`, `null`, `{"sub":"a","sub":"b"}`, `{"LOA":"HIGH"}`, `{"exp":1e400}`, `{"aud":[null]}`, `{"address":{"City":"Å"}}`,
		`{"cprNumberIdentifier":["2101270087","2712589100"]}`, `{"a":[[[[[[[[]]]]]]]]}`, `{"name":"\ud800"}`, `{"x":1}y`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := parseClaims(payload)
		if (err == nil) == (c == nil) {
			t.Fatal("claims or an error")
		}
		if err != nil {
			if fault.ClassOf(err) != fault.TokenInvalid || tenDigits.MatchString(err.Error()) {
				t.Fatal("the wrong error")
			}
			return
		}
		// The reference parser must accept the payload as strict JSON too.
		var m map[string]jsontext.Value
		if jsonv2.Unmarshal(payload, &m) != nil {
			t.Fatal("took what is no strict JSON")
		}
		if text(m["sub"]) != c.Subject {
			t.Fatal("another subject than everybody else reads")
		}
		id, err := c.Identity()
		if err != nil {
			switch fault.ClassOf(err) {
			case fault.ClaimInvalid, fault.ClaimMissing:
			default:
				t.Fatal("the wrong class")
			}
			if id.Capacity != claims.CapacityUnknown || id.Subject != "" || tenDigits.MatchString(err.Error()) {
				t.Fatal("an identity and an error")
			}
			return
		}
		if tenDigits.MatchString(id.String()) || tenDigits.MatchString(c.String()) {
			t.Fatal("digits are printed")
		}
		if id.Capacity == claims.CapacityUnknown || (id.Capacity == claims.CapacityPrivate) != (id.Organisation == nil) {
			t.Fatal("in whose name?")
		}
		cpr := text(m["cprNumberIdentifier"]) + text(m["dk:gov:saml:attribute:CprNumberIdentifier"])
		if cpr != id.CPR.Reveal() {
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
	})
}

// text is the text of a JSON string, and nothing for other values.
func text(v jsontext.Value) string {
	var s string
	_ = jsonv2.Unmarshal(v, &s)
	return s
}
