package claims_test

import (
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// nets is what the dialects of the Nets brokers have in common to a fuzzer.
type nets interface {
	String() string
	WithoutCPR() any
}

func seedNets(f *testing.F, part string) {
	f.Helper()
	if part == "eident" {
		for _, name := range []string{"ssn", "employee", "signatory-older-name", "transaction", "text-of-2021"} {
			f.Add(eident(f, name))
		}
	} else {
		for _, name := range []string{"ssn", "text", "details", "employee", "pseudonym", "signatory", "ciba", "ssn-userinfo-token", "document"} {
			if p := nebSample(f, name)[part]; p != nil {
				f.Add(p)
			}
		}
	}
	for _, s := range []string{
		`{}`, `null`, `{"sub":"a","sub":"b"}`, `{"LOA":"x"}`, `{"exp":1e400}`, `{"amr":["a",[1]]}`, `{"dk.cpr":["7408860003"]}`,
		`{"ssn":"7408860003","dk_ssn":"6203990004"}`, `{"transaction_text":"w6Y=","mitid.transaction_text":"w6U="}`, `{"nemlogin.cpr":null}`,
		`{"a":[[[[[[[[]]]]]]]]}`, `{"mitid.identity_name":"\ud800"}`, `{"x":1}y`, `{"auth_time":"14-06-2021 21:45:53 UTC"}`,
	} {
		f.Add([]byte(s))
	}
}

// checkNets holds for every dialect: claims or an error, read as everybody else
// reads them, an identity or an error, and nothing printed.
func checkNets(t *testing.T, payload []byte, c nets, none bool, err error, subject string, identity func() (claims.Identity, error)) {
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
	if without, ok := c.WithoutCPR().(nets); !ok || without.String() == c.String() && !id.CPR.IsZero() && text(m["nemlogin.cpr"]) == "" {
		t.Fatal("a CPR number is left")
	}
}

func FuzzParseNEBIDToken(f *testing.F) {
	seedNets(f, "id_token")
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := claims.ParseNEBIDToken(payload)
		if c == nil {
			checkNets(t, payload, nil, true, err, "", nil)
			return
		}
		checkNets(t, payload, c, false, err, c.Subject, func() (claims.Identity, error) { return c.Identity(nil) })
	})
}

func FuzzParseNEBUserInfo(f *testing.F) {
	seedNets(f, "userinfo")
	token, err := claims.ParseNEBIDToken(nebSample(f, "login")["id_token"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := claims.ParseNEBUserInfo(payload)
		if c == nil {
			checkNets(t, payload, nil, true, err, "", nil)
			return
		}
		checkNets(t, payload, c, false, err, c.Subject, func() (claims.Identity, error) {
			id, err := token.Identity(c)
			if err == nil && (id.Subject != token.Subject || id.Levels != token.Levels || c.Subject != token.Subject) {
				t.Fatal("somebody else's userinfo")
			}
			return id, err
		})
	})
}

func FuzzParseNEBTransaction(f *testing.F) {
	seedNets(f, "transaction_token")
	token, err := claims.ParseNEBIDToken(nebSample(f, "login")["id_token"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := claims.ParseNEBTransaction(payload)
		if c == nil {
			checkNets(t, payload, nil, true, err, "", nil)
			return
		}
		checkNets(t, payload, c, false, err, c.Subject, c.Identity)
		if c.Confirms(token, nil) == nil && (c.Subject != token.Subject || c.Nonce != token.Nonce || c.TransactionID != token.TransactionID) {
			t.Fatal("confirms another login")
		}
	})
}

func FuzzParseEIdent(f *testing.F) {
	seedNets(f, "eident")
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := claims.ParseEIdent(payload)
		if c == nil {
			checkNets(t, payload, nil, true, err, "", nil)
			return
		}
		checkNets(t, payload, c, false, err, c.Subject, c.Identity)
		if c.Text != nil && c.Text.Agrees() && c.Text.Encoded == "" {
			t.Fatal("nothing agrees with a digest")
		}
	})
}
