package cpr

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestScramble_is_a_bijection_that_keeps_zero(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	keys := []scrambler{key, newScrambler(0, 0, 0), newScrambler(math.MaxUint64, math.MaxUint64, math.MaxUint64)}
	for range 100 {
		keys = append(keys, newScrambler(r.Uint64(), r.Uint64(), r.Uint64()))
	}
	for _, k := range keys {
		assert.Zero(t, k.scramble(0))
		assert.Zero(t, k.unscramble(0))
		for range 1000 {
			x := r.Uint64()
			assert.Equal(t, x, k.unscramble(k.scramble(x)))
			assert.Equal(t, x, k.scramble(k.unscramble(x)))
			small := r.Uint64N(1e10)
			assert.Equal(t, small, k.unscramble(k.scramble(small)))
		}
	}
}

// Two processes have two keys.
func TestDrawKey_differs(t *testing.T) {
	a, b := drawKey(), drawKey()
	assert.NotEqual(t, a, b)
	assert.NotEqual(t, a.scramble(2712589100), b.scramble(2712589100))
}

// Neighbours among the numbers differ in about half of the bits of what a
// reflection printer sees.
func TestScramble_spreads(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	k := newScrambler(r.Uint64(), r.Uint64(), r.Uint64())
	differ, count := 0, 0
	for x := uint64(101500001); x < 101501001; x++ {
		differ += bits.OnesCount64(k.scramble(x) ^ k.scramble(x+1))
		count++
	}
	assert.InDelta(t, 32, float64(differ)/float64(count), 12)
}
