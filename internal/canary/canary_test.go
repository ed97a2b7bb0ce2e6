package canary

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestShows(t *testing.T) {
	for _, text := range []string{"210127-****", "nr. 210127", "[210127 87]", "født 210127."} {
		assert.True(t, Shows(text, "210127"), text)
	}
	for _, text := range []string{"1372101271", "0xc000210127", "ø210127", "210126", ""} {
		assert.False(t, Shows(text, "210127"), text)
	}
	assert.True(t, Shows("1372101270087", "2101270087"), "ten digits are nobody's by chance")
	assert.True(t, Shows("Søren Kanariefugl", "Kanarie"))
}

// A key of random numbers, of which one holds the six digits.
func TestLeaksAreNotDigitsOfAKey(t *testing.T) {
	key := struct{ words [2]uint64 }{[2]uint64{0o7210127445, 5}}
	assert.Empty(t, Leaks(key, "2101270087", "210127"))
	assert.NotEmpty(t, Leaks(struct{ born int }{210127}, "210127"))
}
