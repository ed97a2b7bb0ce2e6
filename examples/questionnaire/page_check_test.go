package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// checkPage holds every page that a test sees against what all pages owe to
// people with a keyboard or a screen reader, and to the content security policy.
func checkPage(t testing.TB, p shown) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(t, err)
	all := slices.Collect(root.Descendants())
	named := func(tag string) (found []*html.Node) {
		for _, n := range all {
			if n.Type == html.ElementNode && n.Data == tag {
				found = append(found, n)
			}
		}
		return found
	}
	ids, labelled := map[string]bool{}, map[string]bool{}
	for _, n := range all {
		if id := attr(n, "id"); id != "" {
			assert.False(t, ids[id], "%s: id %s is there twice", p.path, id)
			ids[id] = true
		}
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
		assert.Empty(t, attr(n, "style"), "%s: a style attribute, which the policy forbids", p.path)
		for _, a := range n.Attr {
			assert.False(t, strings.HasPrefix(a.Key, "on"), "%s: script attribute %s", p.path, a.Key)
		}
	}
	assert.Len(t, named("h1"), 1, "%s: one main heading", p.path)
	assert.Len(t, named("main"), 1, "%s: one main part", p.path)
	for _, n := range named("script") { // that of the pages that wait for news, and no other
		assert.Equal(t, []html.Attribute{{Key: "src", Val: "/assets/news.js"}, {Key: "defer"}}, n.Attr, p.path)
		assert.Empty(t, words(n), p.path)
	}
	assert.Empty(t, named("style"), p.path)
	for _, n := range named("html") {
		assert.Contains(t, []string{"da", "en"}, attr(n, "lang"), p.path)
		assert.Equal(t, attr(n, "lang"), p.header.Get("Content-Language"), p.path)
	}
	for _, n := range named("title") {
		assert.NotEmpty(t, strings.TrimSpace(words(n)), p.path)
	}
	last := 0
	for _, n := range all {
		if n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			level := int(n.Data[1] - '0')
			// A list of problems stands above the main heading.
			assert.True(t, level <= last+1 || last == 0, "%s: heading %q skips a level", p.path, words(n))
			last = level
		}
	}
	for _, n := range append(named("input"), named("textarea")...) {
		if attr(n, "type") == "hidden" {
			continue
		}
		inLabel := n.Parent != nil && n.Parent.Data == "label"
		assert.True(t, inLabel || labelled[attr(n, "id")], "%s: field %s has no label", p.path, attr(n, "name"))
	}
	for _, n := range named("fieldset") {
		require.NotNil(t, n.FirstChild)
		assert.True(t, slices.ContainsFunc(slices.Collect(n.ChildNodes()), func(c *html.Node) bool { return c.Data == "legend" }), "%s: a fieldset without a legend", p.path)
	}
	for _, n := range all {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for", "form"} {
			for id := range strings.FieldsSeq(attr(n, name)) {
				assert.True(t, ids[id], "%s: %s names %s, which is not there", p.path, name, id)
			}
		}
		if href := attr(n, "href"); strings.HasPrefix(href, "#") {
			assert.True(t, ids[href[1:]], "%s: a link to %s, which is not there", p.path, href)
		}
	}
	for _, n := range append(named("a"), named("button")...) {
		assert.NotEmpty(t, strings.TrimSpace(words(n)), "%s: a link or button without a name", p.path)
	}
	for _, n := range named("svg") {
		assert.Equal(t, "true", attr(n, "aria-hidden"), p.path)
	}
	policy := p.header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'", p.path)
	assert.NotContains(t, policy, "unsafe", p.path)
	assert.Equal(t, len(named("script")) > 0, strings.Contains(policy, "script-src 'self'"), "%s: a page without script may run none", p.path)
	assert.Equal(t, "no-store", p.header.Get("Cache-Control"), p.path)
	assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"), p.path)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
