package cprshape

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minEncoded is the length of ten digits in base64.
const minEncoded = 14

// decodings returns what s and its words may stand for in another writing.
func decodings(s string) []string {
	var all []string
	if strings.ContainsRune(s, '&') {
		all = append(all, html.UnescapeString(s))
	}
	if strings.ContainsRune(s, '%') {
		if d, err := url.PathUnescape(s); err == nil {
			all = append(all, d)
		}
	}
	if len(s) < minEncoded {
		return all
	}
	// A dot stands between the parts of a signed token.
	words := strings.FieldsFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !(isWord(byte(r)) || strings.ContainsRune("+/-_=", r))
	})
	for _, w := range words {
		if len(w) < minEncoded {
			continue
		}
		w = strings.TrimRight(w, "=")
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := e.DecodeString(w); err == nil && isText(b) {
				all = append(all, string(b))
			}
		}
		if b, err := hex.DecodeString(w); err == nil && isText(b) {
			all = append(all, string(b))
		}
	}
	return all
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isText tells a text from what is decoded by chance.
func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}
