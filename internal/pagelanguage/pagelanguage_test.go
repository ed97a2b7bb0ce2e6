package pagelanguage

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDanish(t *testing.T) {
	for header, want := range map[string]bool{
		"": true, "da": true, "da-DK,da;q=0.9,en;q=0.8": true, "fo": true, "kl-GL, en;q=0.5": true, "en": false, "en;q=0.5, da;q=0.5": true,
		"en-GB,en;q=0.9,da;q=0.8": false, "sv": false, "æøå": false, "da;q=2": false, "da;q=NaN, en;q=0.1": false, strings.Repeat("en,", 400): true,
	} {
		assert.Equal(t, want, Danish(header), header)
	}
}

func FuzzDanish(f *testing.F) {
	f.Add("da-DK,da;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) { Danish(header) })
}
