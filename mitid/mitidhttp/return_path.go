package mitidhttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/mitid"
)

// maxReturnPath bounds a return path, in bytes after escaping, because a cookie holds
// it.
const maxReturnPath = 1024

// returnParameter is the query parameter that names the return path.
const returnParameter = "return"

// localPath reports whether raw leads to a page of this site and nowhere else, and
// returns it as a Location header may hold it.
//
// Browsers accept more than the standard does: they take a backslash for a slash, leave
// out tabs and line ends, and take two slashes for the begin of a host. So localPath
// accepts none of these, and in the path not even their escaped forms.
func localPath(raw string) (string, bool) {
	if len(raw) > maxReturnPath || !strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "//") || !utf8.ValidString(raw) {
		return "", false
	}
	var b strings.Builder
	for i := range len(raw) {
		switch c := raw[i]; {
		case c < ' ', c == 0x7f, c == '\\':
			return "", false
		case c == ' ', c == '"', c == '<', c == '>', c > 0x7f:
			b.WriteString(percentEncoded(c))
		default:
			b.WriteByte(c)
		}
	}
	p := b.String()
	u, err := url.Parse(p)
	switch {
	case err != nil, len(p) > maxReturnPath:
		return "", false
	case u.Scheme != "", u.Opaque != "", u.User != nil, u.Host != "":
		return "", false
	case strings.HasPrefix(u.Path, "//"), strings.Contains(u.Path, `\`), strings.ContainsFunc(u.Path, isControl):
		return "", false
	}
	return p, true
}

func percentEncoded(c byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{'%', digits[c>>4], digits[c&15]})
}

// isControl reports whether r is a C0 or C1 control, or a separator that some programs
// take for a line end.
func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// requestedReturn returns the return path that the request names. If it names none,
// that is Home.
func (g *Gate) requestedReturn(r *http.Request) (string, error) {
	bad := func(why string) (string, error) {
		return "", &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: why}
	}
	// A semicolon is an ordinary character to browsers, and an error to net/url.
	q, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	if err != nil {
		return bad("the query is malformed")
	}
	switch wishes := q[returnParameter]; len(wishes) {
	case 0:
		return g.home, nil
	case 1:
		if p, ok := localPath(wishes[0]); ok {
			return p, nil
		}
		return bad("the return path is no path of this site, or longer than 1 kB")
	default:
		return bad("the return path is named more than once")
	}
}

type returnKey struct{}

// ReturnPath returns, in a Config.Refused handler, the path that the person was going
// to. It is a path of this site and safe in a link. In every other handler it is
// empty.
func ReturnPath(ctx context.Context) string {
	p, _ := ctx.Value(returnKey{}).(string)
	return p
}
