package eident

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A handle stands in the session of somebody whose number nobody asked for.
func TestStepUpHandleHoldsNoCPRNumber(t *testing.T) {
	assert.NotEmpty(t, handleOf("TI2-617b5cdc6fb84f16a6022e328d970bb7", 1790000000))
	assert.Empty(t, handleOf("2101270087", 1790000000))
	assert.Empty(t, handleOf("nr-210127-0087", 1790000000))
}
