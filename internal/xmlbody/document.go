package xmlbody

import (
	"encoding/base64"
	"errors"
	"io"
)

// chunk is how many bytes of a document are read at once: a multiple of three, so
// that base64 needs no padding in between.
const chunk = 24 << 10

// ErrLength is what a body ends with when a document is not as long as it was
// said to be.
var ErrLength = errors.New("xmlbody: a document is not as long as announced")

// document gives out a document in base64. It ends well only if the document has
// the promised length: the last chunk is given out when the end has been seen.
type document struct {
	open func() (io.ReadCloser, error)
	from io.ReadCloser // nil before the first Read, and when it is closed
	left int64         // bytes still to read
	raw  []byte        // one chunk as it is read
	buf  []byte        // the same in base64
	out  []byte        // what of buf is not yet given out
}

func (d *document) Read(p []byte) (int, error) {
	if len(d.out) == 0 {
		if d.raw != nil && d.left == 0 {
			return 0, io.EOF
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// fill reads the next chunk.
func (d *document) fill() error {
	if d.from == nil {
		from, err := d.open()
		if err != nil {
			return err
		}
		size := int(min(d.left, chunk))
		d.from, d.raw, d.buf = from, make([]byte, size), make([]byte, base64.StdEncoding.EncodedLen(size))
	}
	in := d.raw[:min(d.left, chunk)]
	if _, err := io.ReadFull(d.from, in); err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrLength
	} else if err != nil {
		return err
	}
	if d.left -= int64(len(in)); d.left == 0 {
		if err := d.end(); err != nil {
			return err
		}
	}
	d.out = d.buf[:base64.StdEncoding.EncodedLen(len(in))]
	base64.StdEncoding.Encode(d.out, in)
	return nil
}

// end makes sure that the document ends here.
func (d *document) end() error {
	var more [1]byte
	n, err := io.ReadFull(d.from, more[:])
	switch {
	case n > 0:
		return ErrLength
	case err != io.EOF:
		return err
	}
	return d.close()
}

func (d *document) close() error {
	if d.from == nil {
		return nil
	}
	from := d.from
	d.from = nil
	return from.Close()
}
