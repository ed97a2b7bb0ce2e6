package strictjson_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct {
	City string `json:"city"`
}

type base struct {
	ID string `json:"id"`
}

type person struct {
	base
	Name   string           `json:"name"`
	Token  string           `json:"id_token"`
	Age    int              `json:"age"`
	Home   *inner           `json:"home"`
	Homes  []inner          `json:"homes"`
	ByName map[string]inner `json:"by_name"`
	Raw    jsontext.Value   `json:"raw"`
	Any    any              `json:"any"`
	Self   *person          `json:"self"`
	Hidden string           `json:"-"`
}

type keeper struct {
	Name string                    `json:"name"`
	Rest map[string]jsontext.Value `json:",embed"`
}

func reasonOf(t *testing.T, err error) strictjson.Reason {
	t.Helper()
	if err == nil {
		return 0
	}
	var e *strictjson.Error
	require.ErrorAs(t, err, &e)
	return e.Reason
}

func TestUnmarshalReads(t *testing.T) {
	var p person
	require.NoError(t, strictjson.Unmarshal([]byte(` {
		"id": "1", "name": "Søren Æbelø", "age": 40, "home": {"city": "Århus"},
		"homes": [{"city": "Ærø"}, {}], "by_name": {"CITY": {"city": "x"}, "city": {}},
		"raw": {"City": 1, "city": 2}, "any": {"NAME": [null]}, "self": {"name": "\u00e5"},
		"unknown": {"name": 1, "Name": 2}, "Hidden": "ignored"
	}`+"\n"), &p))
	assert.Equal(t, "Søren Æbelø", p.Name)
	assert.Equal(t, "1", p.ID)
	assert.Equal(t, "Århus", p.Home.City)
	assert.Len(t, p.Homes, 2)
	assert.Equal(t, "x", p.ByName["CITY"].City)
	assert.Equal(t, "å", p.Self.Name)
	assert.Empty(t, p.Hidden)
}

func TestUnmarshalKeepsUnknownMembers(t *testing.T) {
	var k keeper
	require.NoError(t, strictjson.Unmarshal([]byte(`{"name":"Åse","Other":{"Name":1}}`), &k))
	assert.Equal(t, `{"Name":1}`, string(k.Rest["Other"]))
	assert.Equal(t, strictjson.NameCase, reasonOf(t, strictjson.Unmarshal([]byte(`{"name":"Åse","NAME":"x"}`), &k)))
	assert.Equal(t, strictjson.Duplicate, reasonOf(t, strictjson.Unmarshal([]byte(`{"x":1,"x":2}`), new(keeper))))
}

func TestUnmarshalRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, c := range map[string]struct {
		text string
		want strictjson.Reason
	}{
		"empty":                            {``, strictjson.Syntax},
		"blank":                            {" \n", strictjson.Syntax},
		"page":                             {`<html>`, strictjson.Syntax},
		"cut":                              {`{"name":"Å`, strictjson.Syntax},
		"cut-after-escape":                 {`{"name":"\`, strictjson.Syntax},
		"cut-in-name":                      {`{"na\`, strictjson.Syntax},
		"no-colon":                         {`{"name" "x"}`, strictjson.Syntax},
		"no-name":                          {`{1:2}`, strictjson.Syntax},
		"comma-at-end":                     {`{"name":"x",}`, strictjson.Syntax},
		"comma-at-end-of-list":             {`{"homes":[{},]}`, strictjson.Syntax},
		"single-quotes":                    {`{'name':1}`, strictjson.Syntax},
		"byte-order-mark":                  {"\ufeff{}", strictjson.Syntax},
		"latin-1":                          {"{\"name\":\"S\xf8ren\"}", strictjson.Syntax},
		"half-a-surrogate":                 {`{"name":"\ud800"}`, strictjson.Syntax},
		"control-character":                {"{\"name\":\"a\x01\"}", strictjson.Syntax},
		"not-a-number":                     {`{"age":NaN}`, strictjson.Syntax},
		"leading-zero":                     {`{"age":01}`, strictjson.Syntax},
		"duplicate":                        {`{"name":"a","name":"b"}`, strictjson.Duplicate},
		"duplicate-escaped":                {`{"name":"a","n\u0061me":"b"}`, strictjson.Duplicate},
		"duplicate-unknown":                {`{"x":1,"x":1}`, strictjson.Duplicate},
		"duplicate-deep-in-unknown":        {`{"x":[{"y":{"z":1,"z":1}}]}`, strictjson.Duplicate},
		"duplicate-in-raw":                 {`{"raw":{"z":1,"z":1}}`, strictjson.Duplicate},
		"duplicate-in-any":                 {`{"any":{"z":1,"z":1}}`, strictjson.Duplicate},
		"second-value":                     {`{} {}`, strictjson.Trailing},
		"text-behind":                      {`{}x`, strictjson.Trailing},
		"zero-byte-behind":                 {"{}\x00", strictjson.Trailing},
		"too-deep":                         {`{"any":` + deep(32) + `}`, strictjson.TooDeep},
		"too-deep-in-unknown":              {`{"x":` + deep(32) + `}`, strictjson.TooDeep},
		"a-million-brackets":               {strings.Repeat("[", 1e6), strictjson.TooDeep},
		"a-million-braces":                 {strings.Repeat(`{"a":`, 1e6), strictjson.TooDeep},
		"text-for-number":                  {`{"age":"40"}`, strictjson.WrongType},
		"number-for-text":                  {`{"name":40}`, strictjson.WrongType},
		"list-for-text":                    {`{"name":["a"]}`, strictjson.WrongType},
		"text-for-object":                  {`{"home":"Århus"}`, strictjson.WrongType},
		"list-for-struct":                  {`[]`, strictjson.WrongType},
		"text-for-struct":                  {`"x"`, strictjson.WrongType},
		"fraction-for-int":                 {`{"age":1.5}`, strictjson.WrongType},
		"too-large-for-int":                {`{"age":1e400}`, strictjson.WrongType},
		"name-case":                        {`{"Name":"x"}`, strictjson.NameCase},
		"name-case-beside-the-known":       {`{"id_token":"x","ID_Token":"y"}`, strictjson.NameCase},
		"name-case-escaped":                {`{"\u0049d_token":"x"}`, strictjson.NameCase},
		"name-case-kelvin":                 {`{"id_to` + "\u212a" + `en":"x"}`, strictjson.NameCase},
		"name-case-in-struct":              {`{"home":{"City":"x"}}`, strictjson.NameCase},
		"name-case-in-list":                {`{"homes":[{},{"CITY":"x"}]}`, strictjson.NameCase},
		"name-case-in-map":                 {`{"by_name":{"x":{"cITY":"x"}}}`, strictjson.NameCase},
		"name-case-of-embedded":            {`{"Id":"x"}`, strictjson.NameCase},
		"name-case-in-a-type-that-recurs":  {`{"self":{"self":{"SELF":null}}}`, strictjson.NameCase},
		"name-case-of-a-name-with-garbage": {`{"nam\x":1}`, strictjson.Syntax},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, reasonOf(t, strictjson.Unmarshal([]byte(c.text), new(person))))
		})
	}
	var depth any
	require.NoError(t, strictjson.Unmarshal([]byte(deep(32)), &depth))
}

func TestUnderscoresAreNotLetters(t *testing.T) {
	require.NoError(t, strictjson.Unmarshal([]byte(`{"idtoken":"x","id-token":"y"}`), new(person)),
		"names that differ by more than case are just unknown")
}

func TestErrorsHoldNoInput(t *testing.T) {
	const secret = "2101270087"
	for _, text := range []string{
		`{"age":"2101270087"}`, `{"2101270087":1,"2101270087":1}`, `{"home":2101270087}`, `{"name":"2101270087`,
		`2101270087 2101270087`, `{"home":{"2101270087":}}`,
	} {
		err := strictjson.Unmarshal([]byte(text), new(person))
		require.Error(t, err)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %q", err, err, err, err), secret)
	}
	assert.Equal(t, "json: unknown reason", (&strictjson.Error{Reason: 99}).Error())
}

func TestTargets(t *testing.T) {
	var list []inner
	require.NoError(t, strictjson.Unmarshal([]byte(`[{"city":"Køge"}]`), &list))
	assert.Equal(t, strictjson.NameCase, reasonOf(t, strictjson.Unmarshal([]byte(`[{"City":"Køge"}]`), &list)))
	assert.Equal(t, strictjson.WrongType, reasonOf(t, strictjson.Unmarshal([]byte(`{}`), nil)))
	assert.Equal(t, strictjson.WrongType, reasonOf(t, strictjson.Unmarshal([]byte(`{}`), person{})))

	assert.NotPanics(t, func() { _ = strictjson.Unmarshal([]byte(`{"Name":1}`), new(Loop)) })
}

// Loop embeds itself.
type Loop struct {
	*Loop
	Name string `json:"name"`
}

func ExampleUnmarshal() {
	var answer struct {
		Token string `json:"id_token"`
	}
	fmt.Println(strictjson.Unmarshal([]byte(`{"id_token":"æ","extra":1}`), &answer), answer.Token)
	fmt.Println(strictjson.Unmarshal([]byte(`{"id_token":"æ","ID_Token":"ø"}`), &answer))
	// Output:
	// <nil> æ
	// json: a known member in another letter case
}
