package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// The yardstick is encoding/json, which checks none of our rules.
func BenchmarkUnmarshal(b *testing.B) {
	text := []byte(`{"name":"Åse","age":40,"home":{"city":"Ærø"},"homes":[` + strings.Repeat(`{"city":"Køge","zip":"4600"},`, 30) + `{}]}`)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if strictjson.Unmarshal(text, new(person)) != nil {
				b.Fatal()
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if json.Unmarshal(text, new(person)) != nil {
				b.Fatal()
			}
		}
	})
}
