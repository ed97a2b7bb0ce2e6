package main

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxPath  = 8192 // bytes of an escaped path
	maxPeels = 4    // layers of percent encoding that are looked through
)

// errPath says that a path can be read in more than one way, or in none.
var errPath = errors.New("the path can be read in more than one way")

// A readPath is a path in the one form in which it is judged and passed on, with the two
// readings between which every server's own reading lies.
type readPath struct {
	escaped string   // as the upstream gets it: RFC 3986 section 6.2.2 without the dot segments
	exact   []string // what RFC 3986 says: cut at slashes, then decoded once
	folded  []string // what the most generous server makes of it
	ends    []int    // after how many folded segments a server may stop reading
}

// parsePath reads an escaped path, such as URL.EscapedPath returns. It refuses dot
// segments, control characters, texts that are not UTF-8 and deep encodings, in plain and
// in encoded form.
func parsePath(escaped string) (readPath, error) {
	if len(escaped) > maxPath || !strings.HasPrefix(escaped, "/") {
		return readPath{}, errPath
	}
	p := readPath{escaped: canonical(escaped)}
	for s := range strings.SplitSeq(p.escaped[1:], "/") {
		plain, err := url.PathUnescape(s)
		if err != nil {
			return readPath{}, errPath
		}
		p.exact = append(p.exact, plain)
	}
	if last := len(p.exact) - 1; p.exact[last] == "" { // a folder's own page
		p.exact = p.exact[:last]
	}
	var err error
	p.folded, p.ends, err = fold(p.escaped)
	return p, err
}

// canonical decodes what needs no encoding and writes hexadecimal digits in upper case, so
// that /%61dmin and /admin are passed on as the same path.
func canonical(escaped string) string {
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		c, ok := unhex(escaped[i:])
		switch {
		case !ok:
			b.WriteByte(escaped[i])
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		default:
			b.WriteString(strings.ToUpper(escaped[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

// unhex returns the byte that s begins with in percent encoding.
func unhex(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	digit := func(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }
	high, low := digit(s[1]), digit(s[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

// fold returns the segments of a path as the most generous server reads them: decoded
// until nothing is left to decode, compatible characters and upper and lower case alike, a
// backslash as a slash, empty segments left out, parameters (;x), what looks like a query
// or a fragment, and dots and blanks at the end of a segment cut off.
//
// Each of these turns one segment into segments of its own, whatever stands around it. So
// a rule whose path begins the exact reading of a path also begins every reading between
// that one and this one. If the longest rule is the same in both, it is the same in all.
// Dot segments alone would break that, and so they are refused.
//
// Some servers take all that follows for the parameters, the query or the fragment: to
// them, /admin;/x is /admin. For a rule that is for one path alone this is a reading more.
// ends says after how many segments it may end.
func fold(escaped string) (segments []string, ends []int, err error) {
	segments = []string{}
	for raw := range strings.SplitSeq(escaped, "/") {
		plain, ok := peelAll(raw)
		if !ok || !utf8.ValidString(plain) || strings.ContainsFunc(plain, unicode.IsControl) {
			return nil, nil, errPath
		}
		plain = strings.ReplaceAll(sameCase(plain), `\`, "/")
		if cut := strings.IndexAny(plain, ";?#"); cut >= 0 && strings.Contains(plain[cut:], "/") {
			return nil, nil, errPath // the slash ends the parameters, or is one of them
		}
		for s := range strings.SplitSeq(plain, "/") {
			if s == "" {
				continue
			}
			cut := strings.IndexAny(s, ";?#")
			if cut >= 0 {
				s = s[:cut]
			}
			s = strings.TrimLeftFunc(strings.TrimRightFunc(s, func(r rune) bool { return r == '.' || unicode.IsSpace(r) }), unicode.IsSpace)
			if s == "" { // dots alone, or nothing but parameters
				return nil, nil, errPath
			}
			segments = append(segments, s)
			if cut >= 0 {
				ends = append(ends, len(segments))
			}
		}
	}
	return segments, ends, nil
}

// peelAll removes all percent encoding. It reports whether there were at most maxPeels
// layers of it.
func peelAll(s string) (string, bool) {
	for range maxPeels {
		next, changed := peel(s)
		if !changed {
			return s, true
		}
		s = next
	}
	_, more := peel(s)
	return s, !more
}

// peel removes one layer of percent encoding. It reports whether there was one.
func peel(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, false
	}
	var b strings.Builder
	changed := false
	for i := 0; i < len(s); i++ {
		if c, ok := unhex(s[i:]); ok {
			b.WriteByte(c)
			i += 2
			changed = true
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String(), changed
}

// sameCase makes texts equal that a server may take for equal: by upper case first, which
// has fewer letters.
func sameCase(s string) string {
	return strings.ToLower(strings.ToUpper(norm.NFKC.String(s)))
}

// hasPrefix reports whether segments begin with prefix.
func hasPrefix(segments, prefix []string) bool {
	return len(segments) >= len(prefix) && slices.Equal(segments[:len(prefix)], prefix)
}
