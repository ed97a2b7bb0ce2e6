package stralfors

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
)

// partsOf returns the bytes of each child called local of the root, in order: as
// many as strictxml, which has read data before and stands on the same decoder,
// finds with All.
func partsOf(data []byte, local string) [][]byte {
	var found [][]byte
	d := xml.NewDecoder(bytes.NewReader(ascii(data)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	depth, begin := 0, int64(-1)
	for {
		before := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			return found
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 1 && t.Name.Local == local {
				begin = before
			}
			depth++
		case xml.EndElement:
			depth--
			if depth == 1 && begin >= 0 {
				found = append(found, slices.Clone(data[begin:d.InputOffset()]))
				begin = -1
			}
		}
	}
}

// ascii returns data with every byte outside of ASCII as an x: places stay the same
// whatever the alphabet is, and the elements of the wire have ASCII names.
func ascii(data []byte) []byte {
	plain := slices.Clone(data)
	for i, c := range plain {
		if c >= 0x80 {
			plain[i] = 'x'
		}
	}
	return plain
}
