package fakewire

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

// maxText bounds the XML of a request without its documents.
const maxText = 1 << 20

var errTooMuchText = errors.New("fakewire: too much text")

// source gives a request to an XML decoder byte by byte, so that the decoder
// is never ahead of what it has understood, and a document can be read past it.
type source struct {
	r     *bufio.Reader
	left  int     // bytes of text still allowed
	tail  [2]byte // the last two bytes
	cause error   // why reading ended, other than at the end
}

func newSource(r io.Reader) *source {
	return &source{r: bufio.NewReaderSize(r, 32<<10), left: maxText}
}

func (s *source) ReadByte() (byte, error) {
	if s.left == 0 {
		s.cause = errTooMuchText
		return 0, errTooMuchText
	}
	b, err := s.r.ReadByte()
	if err != nil {
		if err != io.EOF {
			s.cause = err
		}
		return 0, err
	}
	s.left--
	s.tail = [2]byte{s.tail[1], b}
	return b, nil
}

// Read is there because a decoder wants a Reader; it calls ReadByte.
func (s *source) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// document returns the base64 text that follows, decoded. It ends before the
// next tag. It must be called when the decoder has just given out a start tag.
func (s *source) document() io.Reader {
	if s.tail == [2]byte{'/', '>'} { // an empty element
		return bytes.NewReader(nil)
	}
	return base64.NewDecoder(base64.StdEncoding, characters{s})
}

// characters reads up to the next tag.
type characters struct{ s *source }

func (c characters) Read(p []byte) (int, error) {
	if _, err := c.s.r.Peek(1); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		c.s.cause = err
		return 0, err
	}
	ready, _ := c.s.r.Peek(min(c.s.r.Buffered(), len(p)))
	if i := bytes.IndexByte(ready, '<'); i >= 0 {
		ready = ready[:i]
	}
	if len(ready) == 0 {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	n := copy(p, ready)
	_, _ = c.s.r.Discard(n)
	return n, nil
}
