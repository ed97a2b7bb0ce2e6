package transactiontext_test

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/transactiontext"
)

// harmless are the attributes that nothing can be done with, each told again here
// so that the check is not judged by its own table.
var harmless = regexp.MustCompile(`^(align|valign|width|height|border|cellpadding|cellspacing|colspan|rowspan|bgcolor|color|face|size|class|lang|type|style|href)$`)

// FuzzCheck parses what was accepted again, as a document and as part of one, and
// looks for anything active, hidden or new.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		purchase, "Å & B", `<p style="color:red">Å</p>`, `<a href="https://example.dk/?a&amp;b">Å</a>`, `<a href="java&#x09;script:x">Å</a>`,
		`<style>p{color:red}</style>Å`, `<table><tr><td>Å</td></tr></table>`, `<svg><style><b>Å`, `<p/onclick="x">Å`, `Å &lt`, `<b>Å<i></b></i>`,
		"<p title='`'>Å</p>", `<math><mtext></p>`, "Å<!--", `<body><p>Å</p></body>`, `<li>Å</li>`, `<font face="a" face="b">Å</font>`, "&#x202e;",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		err := transactiontext.Check(transactiontext.HTML, body, 0)
		if err != nil {
			if fault.ClassOf(err) != fault.InputInvalid {
				t.Fatal("the wrong class")
			}
			return
		}
		if transactiontext.Check(transactiontext.Plain, body, 0) != nil {
			t.Fatal("not even good as plain text")
		}
		document, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		shown := visible(t, document)
		if strings.TrimSpace(shown) == "" {
			t.Fatal("shows nothing")
		}
		// Into a page of somebody else.
		within := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
		parts, err := html.ParseFragment(strings.NewReader(body), within)
		if err != nil {
			t.Fatal(err)
		}
		inner := ""
		for _, n := range parts {
			inner += visible(t, n)
		}
		if squeeze(inner) != squeeze(shown) {
			t.Fatal("shows something else inside a page")
		}
		// As a parser writes it.
		var out strings.Builder
		if err := html.Render(&out, document); err != nil {
			t.Fatal(err)
		}
		again, err := html.Parse(strings.NewReader(out.String()))
		if err != nil || squeeze(visible(t, again)) != squeeze(shown) {
			t.Fatal("shows something else when written again")
		}
		// The words between the tags are what is shown: nothing is dropped.
		if !strings.Contains(body, "<style") && !strings.Contains(body, "<title") && !regexp.MustCompile(`(?i)<(style|title)`).MatchString(body) {
			words := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, ""))
			if squeeze(words) != squeeze(shown) {
				t.Fatal("shows other words than were written")
			}
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// visible returns the text that n shows, and fails on whatever could act.
func visible(t *testing.T, n *html.Node) string {
	t.Helper()
	var b strings.Builder
	for n := range with(n) {
		switch n.Type {
		case html.DocumentNode:
		case html.TextNode:
			if p := n.Parent; p == nil || p.Data != "style" && p.Data != "title" {
				b.WriteString(n.Data)
			} else if p.Data == "style" {
				style(t, n.Data)
			}
		case html.ElementNode:
			if n.Namespace != "" || !strings.Contains(" html head body style title div p ul li h1 h2 h3 h4 h5 h6 table tbody font tr th td i u b center a q small ", " "+n.Data+" ") {
				t.Fatal("an element that is not allowed")
			}
			for _, a := range n.Attr {
				if !harmless.MatchString(a.Key) || a.Namespace != "" {
					t.Fatal("an attribute that is not allowed")
				}
				if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "mailto:") {
					t.Fatal("a link that is not allowed")
				}
				if a.Key == "style" {
					style(t, a.Val)
				}
			}
		default:
			t.Fatal("neither element nor text")
		}
	}
	return b.String()
}

func with(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if !yield(n) {
			return
		}
		for d := range n.Descendants() {
			if !yield(d) {
				return
			}
		}
	}
}

func style(t *testing.T, s string) {
	t.Helper()
	s = strings.ToLower(s)
	for _, active := range []string{"(", "\\", "/", "@", "<", "!", "\"", "'", "display", "position", "visibility", "opacity", "content", "behavior", "binding", "url", "expression"} {
		if strings.Contains(s, active) {
			t.Fatal("a style that is not allowed")
		}
	}
}
