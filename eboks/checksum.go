package eboks

import (
	"hash/maphash"
	"math/bits"
)

// checksum is a keyed sum of a stream, whatever pieces it comes in. It hashes by
// blocks, which maphash.Hash does too, but by larger ones, at a third of the cost.
type checksum struct {
	seed  maphash.Seed
	sum   uint64
	block [sumBlock]byte
	fill  int // bytes in block
}

const sumBlock = 1 << 10

func (c *checksum) write(p []byte) {
	if c.fill > 0 {
		n := copy(c.block[c.fill:], p)
		c.fill += n
		p = p[n:]
		if c.fill < sumBlock {
			return
		}
		c.mix(c.block[:])
		c.fill = 0
	}
	for len(p) >= sumBlock {
		c.mix(p[:sumBlock])
		p = p[sumBlock:]
	}
	c.fill = copy(c.block[:], p)
}

func (c *checksum) mix(block []byte) {
	c.sum = bits.RotateLeft64(c.sum*0x9E3779B97F4A7C15, 31) ^ maphash.Bytes(c.seed, block)
}

// end returns the sum. Nothing may be written afterwards.
func (c *checksum) end() uint64 {
	c.mix(c.block[:c.fill])
	return c.sum
}
