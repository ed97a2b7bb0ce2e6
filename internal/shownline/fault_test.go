package shownline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFault(t *testing.T) {
	for s, want := range map[string]string{
		"Lejekontrakt, Ærøvej 7": "", strings.Repeat("å", 30): "",
		"": " is empty", " \t\u00a0": " is empty", "\xff": " is not UTF-8", strings.Repeat("å", 31): " is longer than 30 characters",
		"a\nb": " has control characters", "a\u2028b": " has control characters", "a\u202eb": " has control characters", "a\u2066b": " has control characters", "a\ufffe": " has control characters",
	} {
		assert.Equal(t, want, Fault(s, 30), "%q", s)
	}
}
