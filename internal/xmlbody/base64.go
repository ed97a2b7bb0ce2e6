package xmlbody

import "encoding/binary"

// Half of what a large letter costs this machine is base64, and encoding/base64
// looks up one character at a time. Here two are looked up at once, four times for
// six bytes. Tests hold it against encoding/base64, whose alphabet and padding
// it has (RFC 4648 section 4).

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// pairs are the two characters of each number of twelve bits, the first in the
// lower byte.
var pairs = makePairs()

func makePairs() (t [1 << 12]uint16) {
	for i := range t {
		t[i] = uint16(alphabet[i>>6]) | uint16(alphabet[i&63])<<8
	}
	return t
}

// encode writes in as base64 into out, which has encodedLen(len(in)) bytes.
func encode(out, in []byte) {
	for len(in) >= 8 && len(out) >= 8 {
		six := binary.BigEndian.Uint64(in) >> 16
		binary.LittleEndian.PutUint64(out, uint64(pairs[six>>36&0xfff])|uint64(pairs[six>>24&0xfff])<<16|
			uint64(pairs[six>>12&0xfff])<<32|uint64(pairs[six&0xfff])<<48)
		in, out = in[6:], out[8:]
	}
	for len(in) >= 3 {
		v := uint(in[0])<<16 | uint(in[1])<<8 | uint(in[2])
		binary.LittleEndian.PutUint16(out, pairs[v>>12])
		binary.LittleEndian.PutUint16(out[2:], pairs[v&0xfff])
		in, out = in[3:], out[4:]
	}
	switch len(in) {
	case 1:
		v := uint(in[0]) << 16
		binary.LittleEndian.PutUint16(out, pairs[v>>12])
		out[2], out[3] = '=', '='
	case 2:
		v := uint(in[0])<<16 | uint(in[1])<<8
		binary.LittleEndian.PutUint16(out, pairs[v>>12])
		out[2], out[3] = alphabet[v>>6&63], '='
	}
}
