// Package strictxml reads what remote parties send as XML: one element, bounded
// in bytes, depth and number of elements, without a document type, and with
// nothing after it, in UTF-8, ISO-8859-1, windows-1252 or US-ASCII, as it is declared.
// What a caller asks for once must be there once.
package strictxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// The bounds. MaxElements and MaxDepth hold for every document.
const (
	MaxSize     = 1 << 20
	MaxElements = 100_000
	MaxDepth    = 32
)

// The reasons of a refusal. They hold nothing of the input.
var (
	ErrSyntax   = errors.New("xml: not well formed")
	ErrTooLarge = errors.New("xml: over the limits")
	ErrDoctype  = errors.New("xml: a document type is not accepted")
	ErrCharset  = errors.New("xml: read are UTF-8, ISO-8859-1, windows-1252 and US-ASCII, and no other encoding")
)

// Element is an element with its children. Text is the character data directly
// inside, with blanks at the ends removed.
type Element struct {
	Name     xml.Name
	Attrs    []xml.Attr
	Text     string
	Children []*Element
}

// Parse reads data.
func Parse(data []byte) (*Element, error) {
	switch {
	case len(data) > MaxSize:
		return nil, ErrTooLarge
	case len(data) == 0: // the answer that says yes; no decoder is worth it
		return nil, ErrSyntax
	}
	d, err := decoder(data)
	if err != nil {
		return nil, err
	}
	var root *Element
	var path []*Element
	texts := []*strings.Builder{}
	elements, declared := 0, false
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if errors.Is(err, ErrCharset) {
			return nil, ErrCharset
		}
		if err != nil {
			return nil, ErrSyntax
		}
		switch t := token.(type) {
		case xml.StartElement:
			if elements++; elements > MaxElements || len(path) >= MaxDepth {
				return nil, ErrTooLarge
			}
			if root != nil && len(path) == 0 {
				return nil, ErrSyntax // a second root
			}
			if hasDuplicate(t.Attr) {
				return nil, ErrSyntax
			}
			e := &Element{Name: t.Name, Attrs: append([]xml.Attr(nil), t.Attr...)}
			if root == nil {
				root = e
			} else {
				parent := path[len(path)-1]
				parent.Children = append(parent.Children, e)
			}
			path, texts = append(path, e), append(texts, new(strings.Builder))
		case xml.EndElement:
			last := len(path) - 1
			path[last].Text = strings.TrimSpace(texts[last].String())
			path, texts = path[:last], texts[:last]
		case xml.CharData:
			if len(path) > 0 {
				texts[len(path)-1].Write(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, ErrSyntax
			}
		case xml.Directive:
			return nil, ErrDoctype
		case xml.ProcInst:
			if t.Target == "xml" && (declared || root != nil) { // one further on would change the encoding
				return nil, ErrSyntax
			}
			declared = declared || t.Target == "xml"
		}
	}
	if root == nil || len(path) != 0 {
		return nil, ErrSyntax
	}
	return root, nil
}

// hasDuplicate reports whether an attribute is there twice, which encoding/xml
// accepts (Namespaces in XML 1.0 section 6.3 does not).
func hasDuplicate(attrs []xml.Attr) bool {
	seen := make(map[xml.Name]bool, len(attrs))
	for _, a := range attrs {
		if seen[a.Name] {
			return true
		}
		seen[a.Name] = true
	}
	return false
}

// Is reports whether e is the element local of one of the namespaces; "" stands
// for no namespace.
func (e *Element) Is(local string, spaces ...string) bool {
	if e.Name.Local != local {
		return false
	}
	for _, s := range spaces {
		if e.Name.Space == s {
			return true
		}
	}
	return false
}

// All returns the children called local, whatever their namespace.
func (e *Element) All(local string) []*Element {
	var found []*Element
	for _, c := range e.Children {
		if c.Name.Local == local {
			found = append(found, c)
		}
	}
	return found
}

// ErrTwice is the answer when a child is there more than once.
var ErrTwice = errors.New("xml: an element appears twice")

// One returns the child called local: nil when there is none.
func (e *Element) One(local string) (*Element, error) {
	found := e.All(local)
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, ErrTwice
}

// TextOf returns the text of the one child called local, "" when there is none.
// A child that has children of its own is not a text.
func (e *Element) TextOf(local string) (string, error) {
	c, err := e.One(local)
	if c == nil || err != nil {
		return "", err
	}
	if len(c.Children) > 0 {
		return "", ErrSyntax
	}
	return c.Text, nil
}
