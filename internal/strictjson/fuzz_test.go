package strictjson_test

import (
	"encoding/json"
	"testing"

	"github.com/dkeid/dkeid/internal/strictjson"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is accepted here means the same to encoding/json, and nothing is refused
// that the parser takes, but for the four rules that are ours.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{
		`{"name":"Åse","age":1,"home":{"city":"Ærø"},"homes":[{}],"any":[1,2.5e3,true,null,"ø"]}`,
		`{"Name":1}`, `{"a":1,"a":2}`, `[[[]]]`, `"\u00e6\ud83d\ude00"`, `{"n\u0061me":"x"}`, ` {} `, `-0`, `{"":""}`,
	} {
		f.Add([]byte(seed))
	}
	type plain struct {
		Name  string  `json:"name"`
		Age   int     `json:"age"`
		Home  *inner  `json:"home"`
		Homes []inner `json:"homes"`
		Any   any     `json:"any"`
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var ours, theirs plain
		if strictjson.Unmarshal(data, &ours) == nil {
			require.NoError(t, json.Unmarshal(data, &theirs))
			assert.Equal(t, theirs, ours)
		}
		var a, b any
		err := strictjson.Unmarshal(data, &a)
		if err == nil {
			require.NoError(t, json.Unmarshal(data, &b))
			assert.Equal(t, b, a)
		} else if jsonv2.Unmarshal(data, &b) == nil {
			assert.Equal(t, strictjson.TooDeep, reasonOf(t, err))
		}
	})
}
