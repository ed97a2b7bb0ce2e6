package eboks

import (
	"hash/maphash"
	"io"
)

// content reads a document for the second time and compares it with the first.
// It runs one octet behind, so that a document which is not the measured one
// never ends well: the last octet is given out only when all of it is right.
//
// The first reading took a SHA-256 digest. Here a keyed checksum serves, whose
// key never leaves the process: it costs a tenth, and there is nobody who could
// prepare a document against it.
type content struct {
	from io.ReadCloser
	want *measure
	sum  maphash.Hash
	left int64 // octets still to come
	err  error // how it ended
}

func (c *content) Read(p []byte) (int, error) {
	switch {
	case c.err != nil:
		return 0, c.err
	case len(p) == 0:
		return 0, nil
	}
	if c.left > 1 {
		// Everything but the last octet may go as it comes.
		n, err := c.from.Read(p[:min(int64(len(p)), c.left-1)])
		_, _ = c.sum.Write(p[:n])
		c.left -= int64(n)
		switch err {
		case nil:
		case io.EOF: // too short
			c.err = ErrChanged
		default:
			c.err = ErrUnread
		}
		return n, c.err
	}
	// The last octet, and the end behind it.
	var end [2]byte
	n, err := io.ReadFull(c.from, end[:])
	_, _ = c.sum.Write(end[:n])
	switch {
	case n != 1 || c.sum.Sum64() != c.want.sum:
		c.err = ErrChanged
	case err != io.ErrUnexpectedEOF:
		c.err = ErrUnread
	default:
		c.err = io.EOF
		p[0] = end[0]
		return 1, nil
	}
	return 0, c.err
}

// Close closes the document.
func (c *content) Close() error { return c.from.Close() }
