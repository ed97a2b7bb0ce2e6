package housecheck

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

var (
	heading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	named   = regexp.MustCompile(`<a id="([^"]+)">`)
	marks   = regexp.MustCompile("[`*]|\\]\\([^)]*\\)|\\[")
)

// A link to a part of a document leads to a heading that is there.
func TestLinksReachTheirHeading(t *testing.T) {
	anchors := map[string]map[string]bool{}
	for _, doc := range documents(t) {
		anchors[doc.path] = anchorsOf(doc)
	}
	for _, doc := range documents(t) {
		for _, m := range linkTarget.FindAllStringSubmatch(prose(doc), -1) {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "" || u.Host != "" || u.Fragment == "" {
				continue
			}
			to := doc.path
			if u.Path != "" {
				to = path.Join(doc.dir(), u.Path)
			}
			if there, known := anchors[to]; known && !there[u.Fragment] {
				t.Errorf("%s links to %s, and %s has no such heading", doc.path, m[1], to)
			}
		}
	}
}

// anchorsOf returns the fragments by which browsers find the headings of a document, as GitHub makes them.
func anchorsOf(doc *source) map[string]bool {
	lines := strings.Split(doc.text, "\n")
	for _, b := range blocks(doc) {
		for i := range b.lines {
			lines[b.first+i] = ""
		}
	}
	text, all := strings.Join(lines, "\n"), map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all[fragment(m[1])] = true
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		all[m[1]] = true
	}
	return all
}

func fragment(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, marks.ReplaceAllString(heading, ""))
}

func TestFragments(t *testing.T) {
	for text, want := range map[string]string{
		"Log in": "log-in",
		"Before production, and for a readiness probe": "before-production-and-for-a-readiness-probe",
		"PostNord Strålfors Connect":                   "postnord-strålfors-connect",
		"Without net/http":                             "without-nethttp",
		"The `state` of [NEB](x.md)":                   "the-state-of-neb",
	} {
		assert.Equal(t, want, fragment(text))
	}
	doc := read("x.md", "# One\n```sh\n# no heading\n```\n<a id=\"two\"></a>\n")
	assert.Equal(t, map[string]bool{"one": true, "two": true}, anchorsOf(doc))
}

// Whoever has never heard of us reads the README to its end.
func TestREADMEIsShort(t *testing.T) {
	assert.Less(t, strings.Count(file(t, "README.md"), "\n"), 250, "what is longer goes to docs/guides")
}

// A guide that the index does not name is found by nobody.
func TestTheIndexNamesEveryGuide(t *testing.T) {
	index := file(t, "docs/README.md")
	for _, doc := range documents(t) {
		if doc.dir() == "docs/guides" || doc.dir() == "docs" && doc.base() != "README.md" {
			assert.Contains(t, index, "("+strings.TrimPrefix(doc.path, "docs/")+")", "docs/README.md does not name %s", doc.path)
		}
	}
}
