package fakepdf

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A slot is a signature dictionary whose ByteRange and Contents are filled in once
// the rest of the file stands.
type slot struct {
	num   int
	dict  dict // without ByteRange and Contents
	room  int  // bytes that Contents can hold
	spoil spoil

	rangeAt  int // where "[" of ByteRange stands
	openAt   int // where "<" of Contents stands
	closedAt int // behind ">"
}

const rangeWidth = 96 // characters kept free for ByteRange

// write writes the dictionary with room for what is to come.
func (s *slot) write(out []byte) []byte {
	out = fmt.Appendf(out, "%d 0 obj\n<</ByteRange ", s.num)
	s.rangeAt = len(out)
	out = append(out, strings.Repeat(" ", rangeWidth)...)
	before, after := dict{}, dict{}
	for k, v := range s.dict {
		if k < "Contents" {
			before[k] = v
		} else {
			after[k] = v
		}
	}
	out = append(out, members(before)...)
	out = append(out, "/Contents "...)
	s.openAt = len(out)
	out = s.place(out)
	if s.spoil.contents == secondContents {
		out = s.place(append(out, "/Contents "...))
	}
	s.closedAt = len(out)
	out = append(out, members(after)...)
	return append(out, ">>\nendobj\n"...)
}

func (s *slot) place(out []byte) []byte {
	return append(append(append(out, '<'), strings.Repeat("0", 2*s.room)...), '>')
}

// members writes a dictionary without its brackets.
func members(d dict) []byte {
	b := appendObject(nil, d)
	return b[2 : len(b)-2]
}

// fill writes ByteRange into out, has the bytes that it names signed, and writes
// Contents.
func (s *slot) fill(out []byte, h crypto.Hash, sign func(digest []byte) ([]byte, error)) error {
	parts := []int{0, s.openAt, s.closedAt, len(out) - s.closedAt}
	if s.spoil.byteRange != nil {
		parts = s.spoil.byteRange(s, len(out))
	}
	written := strings.Trim(fmt.Sprint(parts), "[]")
	if s.spoil.rangeText != nil {
		written = s.spoil.rangeText(parts)
	}
	if len(written)+3 > rangeWidth {
		return errors.New("fakepdf: the file is too long for its ByteRange")
	}
	copy(out[s.rangeAt:], "["+written+" ]")
	if s.spoil.noByteRange {
		copy(out[s.rangeAt-len("/ByteRange "):], strings.Repeat(" ", len("/ByteRange ")+rangeWidth))
	}
	sum := h.New()
	for i := 0; i+1 < len(parts); i += 2 {
		sum.Write(out[parts[i] : parts[i]+parts[i+1]])
	}
	signed, err := sign(sum.Sum(nil))
	if err != nil {
		return err
	}
	if len(signed) > s.room {
		return fmt.Errorf("fakepdf: the signature has %d bytes, and there is room for %d", len(signed), s.room)
	}
	switch s.spoil.contents {
	case emptyContents:
		blank(out[s.openAt:s.closedAt], "<>")
		return nil
	case nullContents:
		blank(out[s.openAt:s.closedAt], "null")
		return nil
	case zeroContents:
		return nil
	case secondContents:
		hex.Encode(out[s.closedAt-1-2*s.room:], signed)
	}
	hex.Encode(out[s.openAt+1:], signed)
	return nil
}

// blank writes s and fills the rest with spaces.
func blank(b []byte, s string) {
	copy(b, bytes.Repeat([]byte(" "), len(b)))
	copy(b, s)
}
