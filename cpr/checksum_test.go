package cpr

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The worked example of CPR-kontoret: 070761-428? has the sum 149, so the digit
// is 5 and the sum 154.
func TestWeightedSum_worked_example(t *testing.T) {
	assert.EqualValues(t, 149, weightedSum(707614280))
	assert.EqualValues(t, 154, weightedSum(707614285))
	assert.True(t, MustParse("070761-4285").ChecksumOK())
	for _, other := range []string{"0", "1", "2", "3", "4", "6", "7", "8", "9"} {
		assert.False(t, MustParse("070761-428"+other).ChecksumOK(), "digit %s", other)
	}
}

// Each digit counts for itself, which is what TestCounts builds on.
func TestWeightedSum_adds_up(t *testing.T) {
	weights := []uint64{1, 2, 3, 4, 5, 6, 7, 2, 3, 4} // from the right
	unit := uint64(1)
	for i, w := range weights {
		for d := range uint64(10) {
			assert.Equal(t, w*d, weightedSum(unit*d), "digit %d at place %d from the right", d, i)
		}
		unit *= 10
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		head, tail := r.Uint64N(1e7)*1000, r.Uint64N(1000)
		assert.Equal(t, weightedSum(head)+weightedSum(tail), weightedSum(head+tail))
	}
}

// A rest of 0 gives the digit 0. Code that computes 11 - 0 refuses such numbers.
func TestChecksumOK_last_digit_zero(t *testing.T) {
	for _, s := range []string{"010150-5030", "010150-5170", "010150-5200"} {
		assert.Zero(t, weightedSum(MustParse(s).value())%11)
		assert.True(t, MustParse(s).ChecksumOK())
	}
}

// The numbers of the published test persons pass; the health sector's national
// test numbers do not, and are numbers all the same.
func TestChecksumOK_published_samples(t *testing.T) {
	assert.True(t, MustParse("2101270087").ChecksumOK())
	assert.True(t, MustParse("2712589100").ChecksumOK())
	assert.False(t, MustParse("010490-9995").ChecksumOK())
	assert.False(t, Number{}.ChecksumOK())
}
