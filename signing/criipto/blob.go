package criipto

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
)

// An answer that carries a document is a small frame around a text of many megabytes.
// splitBlob takes the text out while it arrives, so that the strict reader sees all of
// the frame and nobody holds the text.

const (
	maxFrame = 64 << 10 // bytes of an answer beside the document
	blobMark = "taken"  // stands in the frame for the text
)

var (
	errFrame  = errors.New("criipto: the answer has another form")
	errBase64 = errors.New("criipto: the content is not base64")
)

// splitBlob copies JSON from r, decodes the value of the one member "blob" from base64
// into w, and returns the JSON with blobMark in its place, or with "" where it was empty.
// taken says that there was a text. It does not judge the JSON beyond that: the caller
// does. A second text under that name is errFrame, wherever it is.
func splitBlob(r io.Reader, w io.Writer) (frame []byte, taken bool, err error) {
	s := splitter{in: bufio.NewReaderSize(r, chunk), out: w}
	if err = s.copy(); err == io.EOF {
		err = nil
	}
	return s.frame, s.taken, err
}

type splitter struct {
	in    *bufio.Reader
	out   io.Writer
	frame []byte
	named bool // the last string was "blob"
	next  bool // and a colon followed: a string here is the text
	taken bool
}

// copy goes through the JSON string by string. What is between strings is copied.
func (s *splitter) copy() error {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return err
		}
		if c != '"' {
			if err := s.keep(c); err != nil {
				return err
			}
			switch c {
			case ' ', '\t', '\r', '\n':
			case ':':
				s.next, s.named = s.named, false
			default:
				s.next, s.named = false, false
			}
			continue
		}
		if s.next {
			err = s.take()
		} else {
			err = s.text()
		}
		if err != nil {
			return err
		}
	}
}

func (s *splitter) keep(b ...byte) error {
	if len(s.frame)+len(b) > maxFrame {
		return errFrame
	}
	s.frame = append(s.frame, b...)
	return nil
}

// text copies a string whose opening quote was read.
func (s *splitter) text() error {
	start := len(s.frame)
	if err := s.keep('"'); err != nil {
		return err
	}
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return err
		}
		if err := s.keep(c); err != nil {
			return err
		}
		switch c {
		case '\\':
			if c, err = s.in.ReadByte(); err != nil {
				return err
			}
			if err := s.keep(c); err != nil {
				return err
			}
		case '"':
			s.named = string(s.frame[start:]) == `"blob"`
			return nil
		}
	}
}

// take decodes the text whose opening quote was read.
func (s *splitter) take() error {
	if s.taken {
		return errFrame
	}
	s.next, s.taken = false, true
	text := base64Text{in: s.in}
	n, err := io.Copy(s.out, base64.NewDecoder(base64.StdEncoding.Strict(), &text))
	switch {
	case err != nil && text.err != nil && text.err != io.EOF:
		return text.err
	case err != nil:
		if _, corrupt := errors.AsType[base64.CorruptInputError](err); corrupt || err == io.ErrUnexpectedEOF {
			return errBase64
		}
		return err // of the writer
	case n == 0:
		return s.keep('"', '"')
	}
	return s.keep([]byte(`"` + blobMark + `"`)...)
}

// base64Text reads the characters of a JSON string up to its closing quote. JSON may
// write any character as an escape, and some writers do it with '+' and '/'.
type base64Text struct {
	in     *bufio.Reader
	ending bool // padding has begun
	err    error
}

func (t *base64Text) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	n := 0
	for n < len(p) {
		c, err := t.in.ReadByte()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err == nil && c == '"' {
			err = io.EOF
		}
		if err == nil && c == '\\' {
			if c, err = t.escaped(); err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
		}
		if err == nil && (!inBase64(c) || t.ending && c != '=') {
			err = errBase64
		}
		if err != nil {
			t.err = err
			break
		}
		t.ending = c == '='
		p[n] = c
		n++
	}
	if n > 0 && t.err == io.EOF {
		return n, nil // the end is told by the next call
	}
	return n, t.err
}

// escaped reads the rest of an escape.
func (t *base64Text) escaped() (byte, error) {
	c, err := t.in.ReadByte()
	if err != nil || c == '/' {
		return c, err
	}
	if c != 'u' {
		return 0, errBase64
	}
	var r int
	for range 4 {
		h, err := t.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch {
		case h >= '0' && h <= '9':
			r = r<<4 | int(h-'0')
		case h|0x20 >= 'a' && h|0x20 <= 'f':
			r = r<<4 | int(h|0x20-'a'+10)
		default:
			return 0, errBase64
		}
	}
	if r > '~' {
		return 0, errBase64
	}
	return byte(r), nil
}

func inBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}
