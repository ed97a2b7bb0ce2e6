package cprshape

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// InJSON reports whether a JSON value may hold a CPR number: in the name of a
// member, in a text, in a number (which may have lost a leading zero), or spread
// over the elements of a list. What is no JSON is read as a text.
func (k Known) InJSON(raw []byte) bool {
	if k.plain(string(raw)) {
		return true
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch v := token.(type) {
		case string:
			if k.In(v) {
				return true
			}
		case json.Number:
			if k.In(wholeNumber(v.String())) {
				return true
			}
		}
	}
}

// wholeNumber writes a number without fraction and exponent, and one of nine digits
// with the zero in front that a CPR number would have lost.
func wholeNumber(s string) string {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return s
		}
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if len(s) == 9 {
		s = "0" + s
	}
	return s
}
