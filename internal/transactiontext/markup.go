package transactiontext

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// elements are those that the Nets brokers allow in a transaction text.
var elements = map[string]bool{
	"html": true, "body": true, "head": true, "style": true, "title": true, "div": true, "p": true, "ul": true, "li": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "table": true, "font": true, "tr": true,
	"th": true, "td": true, "i": true, "u": true, "b": true, "center": true, "a": true, "q": true, "small": true,
}

// maxDepth is how many elements may lie inside each other.
const maxDepth = 32

// The strict form of tags: attributes with quoted values, nothing else.
var (
	openTag   = regexp.MustCompile(`^<[A-Za-z][A-Za-z0-9]*(?:[ \t\n]+[A-Za-z-]+=(?:"[^"<>]*"|'[^'<>]*'))*[ \t\n]*>$`)
	attribute = regexp.MustCompile(`[ \t\n][A-Za-z-]+=(?:"[^"]*"|'[^']*')`)
	endTag    = regexp.MustCompile(`^</[A-Za-z][A-Za-z0-9]*[ \t\n]*>$`)
	// An ampersand before a letter, digit or # begins a reference, which must be
	// complete. The group is empty when it is not.
	reference = regexp.MustCompile(`&(?:(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)|[A-Za-z0-9#])`)
)

// event is one thing that a text says: an element begins or ends, or there is
// text. Text that follows text is one event.
type event struct {
	kind  html.TokenType
	name  string // of the element
	text  string
	attrs []html.Attribute
}

// begin is a start tag. The order of attributes means nothing, and parsers do not
// keep it.
func begin(name string, attrs []html.Attribute) event {
	attrs = slices.SortedFunc(slices.Values(attrs), func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
	return event{kind: html.StartTagToken, name: name, attrs: attrs}
}

func same(a, b []event) bool {
	return slices.EqualFunc(a, b, func(a, b event) bool {
		return a.kind == b.kind && a.name == b.name && a.text == b.text && slices.Equal(a.attrs, b.attrs)
	})
}

// checkHTML wants body to be in the strict form, and to mean to a parser what is
// written.
func checkHTML(body string) error {
	w := writing{tokens: html.NewTokenizer(strings.NewReader(body))}
	if err := w.read(); err != nil {
		return err
	}
	if !w.seen {
		return refuse("shows nothing")
	}
	written := w.events.without()
	parsed, rendered, err := parse(body)
	if err != nil || !same(written, parsed) {
		return refuse("would be read differently from how it is written: an element or a text is in a place where it cannot be")
	}
	again, _, err := parse(rendered)
	if err != nil || !same(written, again) {
		return refuse("changes its meaning when it is written again")
	}
	return nil
}

// parse returns what a parser reads, and how it writes that.
func parse(body string) ([]event, string, error) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	var out strings.Builder
	if err := html.Render(&out, root); err != nil {
		return nil, "", err
	}
	var found events
	for n := range root.ChildNodes() {
		found.walk(n)
	}
	return found.without(), out.String(), nil
}

type events []event

// walk adds n and what is in it. What is neither element nor text becomes an
// event that nobody wrote.
func (e *events) walk(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		e.add(event{kind: html.TextToken, text: n.Data})
	case n.Type != html.ElementNode || n.Namespace != "":
		e.add(event{kind: html.ErrorToken})
	case n.Data == "tbody" && len(n.Attr) == 0: // what a parser puts into every table
		e.inside(n)
	default:
		e.add(begin(n.Data, n.Attr))
		e.inside(n)
		e.add(event{kind: html.EndTagToken, name: n.Data})
	}
}

func (e *events) inside(n *html.Node) {
	for c := range n.ChildNodes() {
		e.walk(c)
	}
}

func (e *events) add(v event) {
	if last := len(*e) - 1; v.kind == html.TextToken && last >= 0 && (*e)[last].kind == html.TextToken {
		(*e)[last].text += v.text
		return
	}
	*e = append(*e, v)
}

// without leaves out what a parser adds to every document and moves at will:
// html, head and body, which the strict form has in their places only, and white
// space between elements.
func (e events) without() []event {
	var rest events
	for _, v := range e {
		switch {
		case v.name == "html" || v.name == "head" || v.name == "body":
			if len(v.attrs) > 0 {
				rest.add(v)
			}
		case v.kind == html.TextToken && strings.Trim(v.text, " \t\n") == "":
		default:
			rest.add(v)
		}
	}
	// Text on both sides of what was left out is one text to some and two to others.
	for i := range rest {
		if rest[i].kind == html.TextToken {
			rest[i].text = strings.Join(strings.FieldsFunc(rest[i].text, func(r rune) bool {
				return r == ' ' || r == '\t' || r == '\n'
			}), " ")
		}
	}
	return rest
}
