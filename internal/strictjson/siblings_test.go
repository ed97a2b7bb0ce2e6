package strictjson_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Depth counts what lies inside each other. Siblings do not add up.
func TestManySiblingsAreNotDeep(t *testing.T) {
	const many = 1000
	nested := strings.Repeat("[", strictjson.MaxDepth-3) + strings.Repeat("]", strictjson.MaxDepth-3)
	for name, one := range map[string]string{"lists": "[]", "objects": "{}", "full": `{"a":[1,{"b":[]}]}`, "deep": nested} {
		list := "[" + strings.Repeat(one+",", many) + one + "]"
		var p person
		require.NoError(t, strictjson.Unmarshal([]byte(`{"any":`+list+`,"raw":`+list+`,"name":"Åse"}`), &p), name)
		assert.Equal(t, "Åse", p.Name)
		var b strings.Builder
		for i := range many {
			fmt.Fprintf(&b, `"m%d":%s,`, i, one)
		}
		seen := 0
		require.NoError(t, strictjson.Members([]byte("{"+b.String()+`"last":`+one+"}"), func(_ string, v *strictjson.Value) error {
			seen++
			if seen%2 == 0 {
				return nil
			}
			_, err := v.Raw()
			return err
		}), name)
		assert.Equal(t, many+1, seen)
		assert.Equal(t, strictjson.Duplicate, reasonOf(t, strictjson.Members([]byte("{"+b.String()+`"m7":1}`), func(string, *strictjson.Value) error { return nil })), name)
	}
	tooDeep := strings.Repeat("[", strictjson.MaxDepth) + strings.Repeat("]", strictjson.MaxDepth)
	assert.Equal(t, strictjson.TooDeep, reasonOf(t, strictjson.Unmarshal([]byte(`{"any":[`+strings.Repeat("[],", many)+tooDeep+`]}`), new(person))))
}

// An escaped quote does not end a text, and an escaped backslash before a quote
// does not hide it.
func TestEscapedQuotesDoNotHideMembers(t *testing.T) {
	for text, want := range map[string]string{
		`{"name":"a\"b"}`: `a"b`, `{"name":"\\"}`: `\`, `{"name":"\\\""}`: `\"`, `{"name":"\"},\"age\":{"}`: `"},"age":{`,
		`{"name":"\"","age":7}`: `"`, `{"name":"\\","age":7}`: `\`, `{"x\"y":1,"name":"z"}`: "z", `{"x\\":1,"name":"z"}`: "z", `{"name":"\u0022"}`: `"`,
	} {
		var p person
		require.NoError(t, strictjson.Unmarshal([]byte(text), &p), text)
		assert.Equal(t, want, p.Name, text)
		got := ""
		require.NoError(t, strictjson.Members([]byte(text), func(name string, v *strictjson.Value) (err error) {
			if name == "name" {
				got, _, err = v.Text()
			}
			return err
		}), text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]strictjson.Reason{
		`{"name":"\"","name":"b"}`:    strictjson.Duplicate,
		`{"name":"\\","name":"b"}`:    strictjson.Duplicate,
		`{"raw":{"a":"\"","a":"\""}}`: strictjson.Duplicate,
		`{"x":"\\","NAME":"b"}`:       strictjson.NameCase,
		`{"x":"\"","Id_Token":"b"}`:   strictjson.NameCase,
		`{"name":"\"}`:                strictjson.Syntax,
		`{"name":"\\\"}`:              strictjson.Syntax,
		`{"name":"a\\"b"}`:            strictjson.Syntax,
		`{"name":"\\"}"`:              strictjson.Trailing,
	} {
		assert.Equal(t, want, reasonOf(t, strictjson.Unmarshal([]byte(text), new(person))), text)
	}
}
