package cprshape

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/cpr"
)

// Known is what is known of the people whose numbers are looked for. The zero value
// knows nobody: then the shape alone decides.
type Known struct {
	Numbers []cpr.Number
	Born    []time.Time
}

// In reports whether s may hold a CPR number: by its shape (see the function In), by
// a birth date of k with four digits behind it whatever lies between, or because all
// digits of s together hold a number of k. Texts in base64, hexadecimal,
// percent-encoding, HTML entities or JSON are read too.
//
// UUIDs and long hexadecimal keys are passed over, unless they hold a number of k:
// their digits are by chance.
func (k Known) In(s string) bool {
	if k.plain(s) {
		return true
	}
	for _, d := range decodings(s) {
		if k.plain(d) {
			return true
		}
	}
	start := strings.TrimLeft(s, " \t\r\n")
	return start != "" && (start[0] == '{' || start[0] == '[') && k.InJSON([]byte(start))
}

func (k Known) plain(s string) bool {
	if !hasDigits(s) {
		return false
	}
	if k.Is(s) {
		return true
	}
	rest := withoutKeys(strings.Join(strings.Fields(s), " ")) // registers pad with blanks
	return In(rest) || k.born(rest)
}

// Is reports whether the digits of s, read together, hold a number of k, be it
// without its leading zero. It is for fields with a form of their own, such as a P
// number, whose digits may look like anything.
func (k Known) Is(s string) bool {
	return slices.ContainsFunc(k.Numbers, func(n cpr.Number) bool {
		digits := strings.TrimPrefix(n.Reveal(), "0")
		return !n.IsZero() && (strings.Contains(digitsIn(s, false), digits) || strings.Contains(digitsIn(s, true), digits))
	})
}

// born reports whether a birth date of k stands in s with four digits behind it.
func (k Known) born(s string) bool {
	return slices.ContainsFunc(k.Born, func(day time.Time) bool {
		if day.IsZero() {
			return false
		}
		digits, date := digitsIn(s, true), day.Format("020106")
		replaced := string(date[0]+6) + date[1:] // 60 is added to the day
		return before4(digits, date) || before4(digits, replaced)
	})
}

// before4 reports whether date stands in digits with four more behind it.
func before4(digits, date string) bool {
	i := strings.Index(digits, date)
	return i >= 0 && len(digits)-i >= 10
}

// digitsIn returns the digits of s, of every script and shape, as 0 to 9. The
// letter O is read as a zero where zeros says so.
func digitsIn(s string, zeros bool) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		switch {
		case '0' <= r && r <= '9':
			b.WriteByte(byte(r))
		case zeros && strings.ContainsRune(letterO, r):
			b.WriteByte('0')
		case r > unicode.MaxASCII && unicode.Is(unicode.Nd, r):
			b.WriteByte('0' + valueOf(r))
		}
	}
	return b.String()
}

// valueOf returns the value of a decimal digit. In Unicode the ten digits of a
// script stand in order, and blocks of them may touch.
func valueOf(r rune) byte {
	for _, block := range unicode.Nd.R16 {
		if lo, hi := rune(block.Lo), rune(block.Hi); lo <= r && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	for _, block := range unicode.Nd.R32 {
		if lo, hi := rune(block.Lo), rune(block.Hi); lo <= r && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	return 0
}

// minKey is the length from which a run of hexadecimal digits is a key.
const minKey = 16

// withoutKeys replaces UUIDs and long hexadecimal keys in s by a letter, which
// separates what stands around them.
func withoutKeys(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		n := 0
		if i == 0 || !isHex(s[i-1]) {
			n = keyAt(s[i:])
		}
		if n > 0 {
			b.WriteByte('x')
			i += n
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// keyAt returns the length of the key that s begins with; 0 for none. A key of digits
// alone counts only as a whole UUID.
func keyAt(s string) int {
	const shape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"
	n := 0
	for n < len(s) && n < len(shape) && (shape[n] == '-' && s[n] == '-' || shape[n] == 'h' && isHex(s[n])) {
		n++
	}
	if n == len(shape) && (len(s) == n || !isHex(s[n])) {
		return n
	}
	letters := false
	for n = 0; n < len(s) && isHex(s[n]); n++ {
		letters = letters || s[n] > '9'
	}
	if n < minKey || !letters {
		return 0
	}
	return n
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
