package shownline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSame(t *testing.T) {
	for _, pair := range [][2]string{{"Bilag å.pdf", "bilag Å.PDF"}, {"å", "a\u030a"}, {"Å", "a\u030a"}, {"\u212b", "å"}, {"", ""}} {
		assert.True(t, Same(pair[0], pair[1]), "%q", pair)
	}
	for _, pair := range [][2]string{{"Bilag 1.pdf", "Bilag 2.pdf"}, {"a", "å"}, {"æ", "ae"}, {"Bilag", "Bilag.pdf"}} {
		assert.False(t, Same(pair[0], pair[1]), "%q", pair)
	}
}

func TestFault(t *testing.T) {
	for s, want := range map[string]string{
		"Lejekontrakt, Ærøvej 7": "", strings.Repeat("å", 30): "",
		"": " is empty", " \t\u00a0": " is empty", "\xff": " is not UTF-8", strings.Repeat("å", 31): " is longer than 30 characters",
		"a\nb": " has control characters", "a\u2028b": " has control characters", "a\u202eb": " has control characters", "a\u2066b": " has control characters", "a\ufffe": " has control characters",
	} {
		assert.Equal(t, want, Fault(s, 30), "%q", s)
	}
}
