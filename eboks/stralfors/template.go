package stralfors

import (
	"net/url"
	"slices"
	"strings"
)

// template is a path with variables, in pieces.
type template []piece

// piece is a text, or the variable that stands there.
type piece struct {
	text     string
	variable string
	query    bool // behind the question mark
}

// variables are the values that a template may ask for.
type variables map[string]string

// parseTemplate reads a path. why says what is wrong with it.
func parseTemplate(s string, may []string) (t template, why string) {
	if !strings.HasPrefix(s, "/") {
		return nil, "Path must begin with /"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' || r == '\\' }) {
		return nil, "Path must be printable ASCII without blanks, # and \\"
	}
	query := false
	for s != "" {
		text, rest, found := strings.Cut(s, "{")
		if strings.Contains(text, "}") {
			return nil, "Path has a } without a {"
		}
		if text != "" {
			t = append(t, piece{text: text})
		}
		query = query || strings.Contains(text, "?")
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		switch {
		case !closed:
			return nil, "Path has a { without a }"
		case !slices.Contains(may, name):
			return nil, "Path holds a variable that this service does not have; it may hold {" + strings.Join(may, "} {") + "}"
		}
		t = append(t, piece{variable: name, query: query})
		s = after
	}
	if _, err := url.Parse("https://host" + t.fill(variables{})); err != nil {
		return nil, "Path is no part of an address"
	}
	return t, ""
}

// names reports whether the template asks for a variable.
func (t template) names(variable string) bool {
	return slices.ContainsFunc(t, func(p piece) bool { return p.variable == variable })
}

// fill writes the values in, escaped for where they stand.
func (t template) fill(v variables) string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.variable == "":
			b.WriteString(p.text)
		case p.query:
			b.WriteString(url.QueryEscape(v[p.variable]))
		default:
			b.WriteString(url.PathEscape(v[p.variable]))
		}
	}
	return b.String()
}
