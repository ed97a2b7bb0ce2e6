package transactiontext

import (
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// writing reads a text as it is written, tag by tag, without the repairs of a
// parser.
type writing struct {
	tokens  *html.Tokenizer
	events  events
	open    []string // the elements that are open
	once    []string // html, head and body, when they have been there
	closed  bool     // body or html has ended
	any     bool     // there was an element or text
	content bool     // there was one outside the head
	seen    bool     // there is text that is shown
}

func (w *writing) read() error {
	for {
		var err error
		kind := w.tokens.Next()
		raw := string(w.tokens.Raw())
		switch kind {
		case html.ErrorToken:
			return w.end(raw)
		case html.TextToken:
			err = w.text(raw)
		case html.StartTagToken:
			err = w.start(raw)
		case html.EndTagToken:
			err = w.stop(raw)
		case html.SelfClosingTagToken:
			err = refuse("holds an element written as closed in itself")
		default:
			err = refuse("holds a comment or a declaration")
		}
		if err != nil {
			return err
		}
	}
}

// end wants everything read and every element closed.
func (w *writing) end(rest string) error {
	switch {
	case !errors.Is(w.tokens.Err(), io.EOF) || rest != "":
		return refuse("ends inside a tag")
	case len(w.open) > 0:
		return refuse("holds an element that is not closed")
	}
	return nil
}

func (w *writing) parent() string {
	if len(w.open) == 0 {
		return ""
	}
	return w.open[len(w.open)-1]
}

func (w *writing) start(raw string) error {
	if !openTag.MatchString(raw) {
		return refuse("holds a tag that is not in the strict form: attributes need quoted values")
	}
	token := w.tokens.Token()
	if !elements[token.Data] {
		return refuse("holds an element that is not allowed")
	}
	if err := w.place(token.Data); err != nil {
		return err
	}
	if err := checkReferences(raw); err != nil {
		return err
	}
	if strings.ContainsRune(raw, '=') && len(attribute.FindAllString(raw, -1)) != len(token.Attr) { // of two, the parser keeps one
		return refuse("holds an attribute twice in one tag")
	}
	if err := checkAttributes(token); err != nil {
		return err
	}
	if len(w.open) == maxDepth {
		return refuse("nests its elements too deeply")
	}
	w.any = true
	w.open = append(w.open, token.Data)
	w.events.add(begin(token.Data, token.Attr))
	return nil
}

// place wants html, head and body at most once and where a document has them,
// nothing but title and style in a head, those two nowhere else but before or in
// a body, and nothing behind a body.
func (w *writing) place(name string) error {
	parent, ok := w.parent(), true
	switch name {
	case "html":
		ok = !w.any
	case "head":
		ok = parent == "html" && !slices.Contains(w.once, "body") || !w.any
	case "body":
		ok = (parent == "html" || parent == "" && !slices.Contains(w.once, "html")) && !w.content
	case "title":
		ok = parent == "head" || parent == "" && !w.content
	case "style":
		ok = parent == "head" || parent == "body" || parent == ""
	default:
		ok = parent != "head" && parent != "html"
		w.content = true
	}
	if w.closed || !ok {
		return refuse("holds an element in a place where it cannot be")
	}
	if name == "html" || name == "head" || name == "body" {
		if slices.Contains(w.once, name) {
			return refuse("holds html, head or body twice")
		}
		w.once = append(w.once, name)
	}
	return nil
}

func (w *writing) stop(raw string) error {
	name, _ := w.tokens.TagName()
	switch {
	case !endTag.MatchString(raw):
		return refuse("holds an end tag that is not in the strict form")
	case w.parent() == "" || string(name) != w.parent():
		return refuse("closes an element that is not the one last opened")
	}
	w.open = w.open[:len(w.open)-1]
	if string(name) == "body" || string(name) == "html" {
		w.closed = true
	}
	w.events.add(event{kind: html.EndTagToken, name: string(name)})
	return nil
}

func (w *writing) text(raw string) error {
	style := w.parent() == "style"
	if strings.ContainsRune(raw, '<') {
		return refuse("holds a < that begins no tag: write &lt;")
	}
	if !style {
		if err := checkReferences(raw); err != nil {
			return err
		}
	}
	text := string(w.tokens.Text()) // in a style there are no references
	if err := checkCharacters(text); err != nil {
		return err
	}
	w.events.add(event{kind: html.TextToken, text: text})
	if strings.Trim(text, " \t\n") == "" {
		return nil
	}
	w.any = true
	switch w.parent() {
	case "style":
		return checkSheet(text)
	case "title":
		return nil
	case "head", "html":
		return refuse("holds text in a place where it cannot be")
	}
	if w.closed {
		return refuse("holds text behind its end")
	}
	w.content = true
	w.seen = w.seen || !blank(text)
	return nil
}

// checkReferences wants every character reference to be complete and known.
func checkReferences(raw string) error {
	if !strings.ContainsRune(raw, '&') {
		return nil
	}
	for _, m := range reference.FindAllStringSubmatch(raw, -1) {
		// A parser that knows no such name may know a shorter one in it, and leave
		// the semicolon over.
		meant := html.UnescapeString(m[0])
		if m[1] == "" || meant == m[0] || m[1][0] != '#' && strings.HasSuffix(meant, ";") {
			return refuse("holds a character reference that is not complete: write &amp; for an ampersand")
		}
	}
	return nil
}
