package cprshape

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// InJSON reports whether a JSON value may hold a CPR number: in the name of a
// member, in a text, in a number (which may have lost a leading zero), or spread
// over the values of lists and objects. What is no JSON is read as a text.
func (k Known) InJSON(raw []byte) bool {
	if k.plain(string(raw)) {
		return true
	}
	var values []string
	var within []json.Delim // the lists and objects around a token
	name := false           // the token is the name of a member
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return len(values) > 1 && k.plain(strings.Join(values, " "))
		}
		text := ""
		switch v := token.(type) {
		case json.Delim:
			if name = false; v == '{' || v == '[' {
				within = append(within, v)
			} else {
				within = within[:len(within)-1]
			}
			continue
		case string:
			text = v
		case json.Number:
			text = wholeNumber(v.String())
		}
		if k.In(text) {
			return true
		}
		name = len(within) > 0 && within[len(within)-1] == '{' && !name
		if text != "" && !name {
			values = append(values, text)
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
