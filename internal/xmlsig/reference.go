package xmlsig

import (
	"bytes"
	"strconv"
)

// maxReference is the length of the longest reference that is read: "&#x0010FFFF;".
const maxReference = 12

// reference reads the reference at the start of raw, which begins with &. It returns the
// character and the length of the reference, or 0 if it is none of the five entities of
// XML and no reference to a character of XML.
func reference(raw []byte) (r rune, length int) {
	end := bytes.IndexByte(raw[:min(len(raw), maxReference)], ';')
	if end < 2 {
		return 0, 0
	}
	name := string(raw[1:end])
	switch name {
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "amp":
		return '&', end + 1
	case "apos":
		return '\'', end + 1
	case "quot":
		return '"', end + 1
	}
	if name[0] != '#' {
		return 0, 0
	}
	digits, base := name[1:], 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !isCharacter(rune(n)) {
		return 0, 0
	}
	return rune(n), end + 1
}

// decode returns raw with references resolved and line ends as XML 1.0 section 2.11 has
// them.
func decode(raw []byte) []byte {
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		switch raw[i] {
		case '&':
			r, length := reference(raw[i:])
			text = append(text, string(r)...)
			i += max(length, 1)
		case '\r':
			text = append(text, '\n')
			if i++; i < len(raw) && raw[i] == '\n' {
				i++
			}
		default:
			text = append(text, raw[i])
			i++
		}
	}
	return text
}
