package claimset_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// token is a made-up dialect with one claim of each sort.
type token struct {
	claims.Registered
	Name    string
	Age     int
	Member  bool
	AMR     []string
	Level   claims.Level
	Raw     json.RawMessage
	City    string
	Part    struct{ Role string }
	Unknown map[string]json.RawMessage
	State   claimset.State
}

func dialect() *claimset.Dialect[token] {
	return claimset.NewDialect(func(t *token) claimset.Target {
		return claimset.Target{Registered: &t.Registered, Unknown: &t.Unknown, State: &t.State}
	}, claimset.Join(
		claimset.Table[token]{
			"name":   claimset.String(func(t *token) *string { return &t.Name }).Or("urn:name"),
			"age":    claimset.Parsed(claimset.Number, func(t *token) *int { return &t.Age }, claimset.Age),
			"member": claimset.Parsed(claimset.Truth, func(t *token) *bool { return &t.Member }, claimset.Bool),
			"amr":    claimset.Strings(func(t *token) *[]string { return &t.AMR }),
			"loa": claimset.Level(func(t *token) *claims.Level { return &t.Level }, func(s string) claims.Level {
				l, _ := claims.ParseLevel(s)
				return l
			}).LoA(),
			"raw": claimset.Raw(func(t *token) *json.RawMessage { return &t.Raw }),
			"home": claimset.Object(func(t *token) *token { return t }, claimset.Table[token]{
				"city": claimset.String(func(t *token) *string { return &t.City }),
			}),
		},
		claimset.Within(func(t *token) *struct{ Role string } { return &t.Part }, claimset.Table[struct{ Role string }]{
			"part.role": claimset.String(func(p *struct{ Role string }) *string { return &p.Role }),
		}),
	))
}

func TestReadTakesEachSortOfClaim(t *testing.T) {
	got := new(token)
	require.NoError(t, dialect().Read([]byte(`{"sub":"s","urn:name":"Åse","age":"41","member":true,"amr":["app","pwd"],"loa":"high","raw":{"å":1},
		"home":{"city":"Ærø","new":[1]},"part.role":"clerk","new":[1]}`), got))
	want := &token{
		Registered: claims.Registered{Subject: "s"}, Name: "Åse", Age: 41, Member: true, AMR: []string{"app", "pwd"}, Level: claims.High,
		Raw: json.RawMessage(`{"å":1}`), City: "Ærø", Part: struct{ Role string }{"clerk"},
		Unknown: map[string]json.RawMessage{"new": json.RawMessage(`[1]`)}, State: claimset.State{LevelTold: true},
	}
	assert.True(t, assert.ObjectsAreEqual(want, got))
	assert.ElementsMatch(t, []string{"name", "urn:name", "age", "member", "amr", "loa", "raw", "home", "part.role"}, dialect().Names())

	nothing := new(token)
	require.NoError(t, dialect().Read([]byte(`{"name":null,"age":"","amr":[""],"raw":null,"home":null,"part.role":""}`), nothing))
	assert.Equal(t, new(token), nothing, "null and the empty text stand for a missing claim")
}

func TestReadRemembersWhatCannotBeUsed(t *testing.T) {
	for payload, want := range map[string]string{
		`{"name":7}`:                      "claim name has the wrong type",
		`{"urn:name":["Åse"]}`:            "claim name has the wrong type",
		`{"name":"Åse","urn:name":"Åse"}`: "claim name is there in both styles of names",
		`{"age":"old"}`:                   "claim age is malformed",
		`{"age":true}`:                    "claim age has the wrong type",
		`{"member":1}`:                    "claim member has the wrong type",
		`{"amr":[["app"]]}`:               "claim amr has the wrong type",
		`{"home":"Ærø"}`:                  "claim home is not an object",
		`{"home":{"city":7}}`:             "claim home has a part of the wrong type",
		`{"age":"x","name":7}`:            "claim age is malformed",
	} {
		got := new(token)
		require.NoError(t, dialect().Read([]byte(payload), got), payload)
		assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(got.State.Invalid), payload)
		assert.ErrorContains(t, got.State.Invalid, want)
	}
	for _, level := range []string{`"gold"`, `7`, `[]`, `null`} {
		got := new(token)
		require.NoError(t, dialect().Read([]byte(`{"loa":`+level+`}`), got))
		assert.Equal(t, &token{State: claimset.State{LevelTold: true}}, got, "no level, which satisfies no demand")
	}
}

func TestReadRefusesOtherLetterCases(t *testing.T) {
	for _, payload := range []string{`{"Name":"x"}`, `{"URN:name":"x"}`, `{"SUB":"x"}`, `{"Part.role":"x"}`, `{"home":{"City":"x"}}`, `{"sub":7}`, `[]`} {
		assert.Equal(t, fault.TokenInvalid, fault.ClassOf(dialect().Read([]byte(payload), new(token))), payload)
	}
}
