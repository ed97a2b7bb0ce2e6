package stralfors

import (
	"bytes"
	"encoding/xml"
	"slices"
)

// octetsOf returns the bytes of each child called local of the root, in order:
// as many as strictxml, which has read data before and stands on the same
// decoder, finds with All.
func octetsOf(data []byte, local string) [][]byte {
	var found [][]byte
	d := xml.NewDecoder(bytes.NewReader(data))
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
