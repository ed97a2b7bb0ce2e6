package strictjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// Members and its values see what is written, in order, escapes undone.
func TestMembers(t *testing.T) {
	var seen []string
	err := strictjson.Members([]byte(`{"t":"æ\u00f8å","n":-1.5e3,"b":true,"o":{"i":"ø","u":[1]},"l":["a",2],"\u0062ig":null,"skip":{"x":[{}]}}`),
		func(name string, v *strictjson.Value) error {
			seen = append(seen, name)
			switch v.Kind() {
			case strictjson.Text, strictjson.Number:
				text, ok, err := v.Text()
				assert.Equal(t, name == "t", ok)
				seen = append(seen, text)
				return err
			case strictjson.Object:
				if name == "skip" {
					return nil
				}
				return v.Members(func(name string, v *strictjson.Value) error {
					raw, err := v.Raw()
					seen = append(seen, name, raw)
					return err
				})
			case strictjson.List:
				return v.Elements(func(v *strictjson.Value) error {
					raw, err := v.Raw()
					seen = append(seen, raw)
					return err
				})
			}
			return nil
		})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"t", "æøå", "n", "-1.5e3", "b", "o", "i", `"ø"`, "u", "[1]", "l", `"a"`, "2", "big", "skip",
	}, seen)
}

func TestMembersRefuses(t *testing.T) {
	deep := strings.Repeat("[", strictjson.MaxDepth) + strings.Repeat("]", strictjson.MaxDepth)
	for text, want := range map[string]strictjson.Reason{
		``: strictjson.Syntax, ` `: strictjson.Syntax, `{`: strictjson.Syntax, `{"a"`: strictjson.Syntax, `{"a":1,}`: strictjson.Syntax,
		`{"a":"` + "\xff" + `"}`: strictjson.Syntax, `{a:1}`: strictjson.Syntax, `{"a":01}`: strictjson.Syntax, `{1:1}`: strictjson.Syntax,
		`{"a":"\ud800"}`: strictjson.Syntax, `{"a":1]`: strictjson.Syntax,
		`[]`: strictjson.WrongType, `null`: strictjson.WrongType, `"æ"`: strictjson.WrongType, `1`: strictjson.WrongType,
		`{} x`: strictjson.Trailing, `{}{}`: strictjson.Trailing, `{},`: strictjson.Trailing, "{}\x00": strictjson.Trailing,
		`{"a":1,"a":1}`: strictjson.Duplicate, `{"å":1,"\u00e5":1}`: strictjson.Duplicate, `{"o":{"a":1,"a":1}}`: strictjson.Duplicate,
		`{"l":[{"a":1,"a":1}]}`: strictjson.Duplicate,
		`{"a":` + deep + `}`:    strictjson.TooDeep, `{"a":1,"b":[` + deep + `]}`: strictjson.TooDeep,
	} {
		for way, visit := range map[string]strictjson.Visit{
			"unread": func(string, *strictjson.Value) error { return nil },
			"raw":    func(_ string, v *strictjson.Value) error { _, err := v.Raw(); return err },
			"deep":   everything,
		} {
			err := strictjson.Members([]byte(text), visit)
			var refused *strictjson.Error
			if assert.ErrorAs(t, err, &refused, "%s, %s", text, way) {
				assert.Equal(t, want, refused.Reason, "%s, %s", text, way)
			}
		}
	}
	// As deep as allowed.
	assert.NoError(t, strictjson.Members([]byte(`{"a":`+deep[1:len(deep)-1]+`}`), everything))
}

// everything reads a value by walking it to the end.
func everything(_ string, v *strictjson.Value) error {
	switch v.Kind() {
	case strictjson.Object:
		return v.Members(everything)
	case strictjson.List:
		return v.Elements(func(v *strictjson.Value) error { return everything("", v) })
	}
	_, _, err := v.Text()
	return err
}

func TestMembersStopsAtTheVisitorsError(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	err := strictjson.Members([]byte(`{"a":1,"b":{"c":1,"d":2},"e":3}`), func(name string, v *strictjson.Value) error {
		calls++
		if name == "b" {
			return v.Members(func(string, *strictjson.Value) error { return stop })
		}
		return nil
	})
	assert.Same(t, stop, err)
	assert.Equal(t, 2, calls)

	err = strictjson.Members([]byte(`{"a":1}`), func(_ string, v *strictjson.Value) error { return v.Members(nil) })
	assert.Equal(t, &strictjson.Error{Reason: strictjson.WrongType}, err)
	err = strictjson.Members([]byte(`{"a":1}`), func(_ string, v *strictjson.Value) error { return v.Elements(nil) })
	assert.Equal(t, &strictjson.Error{Reason: strictjson.WrongType}, err)
}

// Members and Unmarshal take the same texts.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,{"b":null}]}`, `{"a":1,"a":2}`, `{"å":"\u00e5"} `, `{}x`, `{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m map[string]jsontext.Value
		want := strictjson.Unmarshal(data, &m)
		if want == nil && m == nil {
			return // null, which Unmarshal takes for an empty map
		}
		unread := strictjson.Members(data, func(string, *strictjson.Value) error { return nil })
		read := strictjson.Members(data, everything)
		if (unread == nil) != (want == nil) || (read == nil) != (want == nil) {
			t.Fatal("Members and Unmarshal disagree")
		}
	})
}
