package cpr

import (
	"crypto/rand"
	"encoding/binary"
)

// key scrambles every Number of this process. It is drawn once and never
// changes: equal numbers must stay equal.
var key = drawKey()

// A scrambler is a bijection on 64 bits that keeps 0 at 0, so that the zero
// Number means "none" under every key.
type scrambler struct {
	in, out uint64 // xored before and after; out is what makes 0 stay 0
	m1, m2  uint64 // odd, so that multiplying can be undone
	w1, w2  uint64 // the inverses of m1 and m2 modulo 2^64
}

func drawKey() scrambler {
	var b [24]byte
	rand.Read(b[:]) // never fails, by its contract since Go 1.24
	return newScrambler(
		binary.LittleEndian.Uint64(b[0:]),
		binary.LittleEndian.Uint64(b[8:]),
		binary.LittleEndian.Uint64(b[16:]),
	)
}

func newScrambler(in, m1, m2 uint64) scrambler {
	k := scrambler{in: in, m1: m1 | 1, m2: m2 | 1}
	k.w1, k.w2 = inverse(k.m1), inverse(k.m2)
	k.out = k.scramble(0)
	return k
}

func (k *scrambler) scramble(x uint64) uint64 {
	x = (x ^ k.in) * k.m1
	x = (x ^ x>>32) * k.m2
	return x ^ x>>32 ^ k.out
}

func (k *scrambler) unscramble(x uint64) uint64 {
	x ^= k.out
	x = (x ^ x>>32) * k.w2
	x = (x ^ x>>32) * k.w1
	return x ^ k.in
}

// inverse returns the inverse of an odd m modulo 2^64 by Newton's iteration:
// m is its own inverse modulo 8, and each round doubles the bits that are right.
func inverse(m uint64) uint64 {
	w := m
	for range 5 {
		w *= 2 - m*w
	}
	return w
}
