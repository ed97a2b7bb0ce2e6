package cprshape_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/cprshape"
)

func TestHide(t *testing.T) {
	digits := cprtest.Number(7).Reveal()
	for _, number := range []string{digits, digits[:6] + "-" + digits[6:], digits[:6] + " " + digits[6:]} {
		s := "Åse Sørensen (" + number + "), Ærø"
		assert.True(t, cprshape.Written(s), "%d digits", len(number))
		assert.Equal(t, "Åse Sørensen (******-****), Ærø", cprshape.Hide(s))
		assert.Equal(t, "CPR-******-****", cprshape.Hide("CPR-"+number))
	}
	for _, s := range []string{
		"", "æøå", "9912345678", digits + "1", "1" + digits, "a" + digits, "2.5.4.97=#" + digits + "00",
		"0a1b2c3d-0112-4234-8765-" + digits + "12", "2026-11-30T12:00:00Z", "DK12345674",
	} {
		assert.False(t, cprshape.Written(s), s)
		assert.Equal(t, s, cprshape.Hide(s))
	}
}
