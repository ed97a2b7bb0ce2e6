package mitid

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/claims"
)

// A sealed attempt asks for what its request asked for, and never for more than a
// private person if that cannot be read.
func TestCapacityOfASealedAttempt(t *testing.T) {
	for _, c := range []claims.Capacity{claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacityEither} {
		assert.Equal(t, c, capacityDigitOf(c).capacity())
	}
	assert.Equal(t, claims.CapacityPrivate, capacityDigitOf(claims.CapacityUnknown).capacity())
	assert.Equal(t, claims.CapacityPrivate, capacityDigit(len(capacities)).capacity())
	assert.Equal(t, claims.CapacityPrivate, capacityDigit(255).capacity())
	assert.Zero(t, capacityDigitOf(claims.CapacityPrivate), "the usual one costs no byte")
}
