package cprshape

import (
	"encoding/base64"
	"encoding/hex"
	"html"
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
		all = append(all, unpercent(s))
	}
	if len(s) < minEncoded {
		return all
	}
	// The signs of both alphabets of base64 also stand between words (a path, "id-…"),
	// and ten digits need none of them.
	for signs, e := range map[string]*base64.Encoding{"+/": base64.RawStdEncoding, "-_": base64.RawURLEncoding, "": base64.RawStdEncoding} {
		words := strings.FieldsFunc(s, func(r rune) bool {
			return r > unicode.MaxASCII || !isWord(byte(r)) && !strings.ContainsRune(signs, r)
		})
		for _, w := range words {
			if len(w) < minEncoded {
				continue
			}
			if b, err := e.DecodeString(w); err == nil && isText(b) {
				all = append(all, string(b))
			}
			if b, err := hex.DecodeString(w); err == nil && isText(b) {
				all = append(all, string(b))
			}
		}
	}
	return all
}

// unpercent decodes percent-encoded bytes. A percent sign that begins none stays.
func unpercent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.WriteByte(c[0])
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isText tells a text from what is decoded by chance.
func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}
