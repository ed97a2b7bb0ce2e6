package xmlsig

import (
	"github.com/beevik/etree"
)

// cursor walks through the tree that etree read while the scanner reads the same bytes
// again. The two must agree in everything. A nil *cursor agrees with everything.
type cursor struct {
	path  [MaxDepth + 1]place
	depth int
}

// place is the next child of an element.
type place struct {
	el   *etree.Element
	next int
}

func newCursor(document *etree.Document) *cursor {
	c := new(cursor)
	c.path[0].el = &document.Element
	return c
}

func disagree() error {
	return refuse("two readers of the XML do not agree on it")
}

func (c *cursor) top() *place { return &c.path[c.depth] }

// child returns the next child, or nil if there is none.
func (c *cursor) child() etree.Token {
	p := c.top()
	if p.next == len(p.el.Child) {
		return nil
	}
	p.next++
	return p.el.Child[p.next-1]
}

func (c *cursor) start(name []byte) error {
	if c == nil {
		return nil
	}
	el, ok := c.child().(*etree.Element)
	if !ok || c.depth == MaxDepth || !sameName(el.Space, el.Tag, name) {
		return disagree()
	}
	c.depth++
	c.path[c.depth] = place{el: el}
	return nil
}

func sameName(space, local string, name []byte) bool {
	wantSpace, wantLocal := splitName(name)
	return space == string(wantSpace) && local == string(wantLocal)
}

// attribute compares attribute number n of the element that started last.
func (c *cursor) attribute(n int, name, raw []byte) error {
	if c == nil {
		return nil
	}
	attrs := c.top().el.Attr
	if n >= len(attrs) || !sameName(attrs[n].Space, attrs[n].Key, name) || attrs[n].Value != string(decode(raw)) {
		return disagree()
	}
	return nil
}

// attributes compares the number of attributes of the element that started last.
func (c *cursor) attributes(n int) error {
	if c != nil && len(c.top().el.Attr) != n {
		return disagree()
	}
	return nil
}

func (c *cursor) text(raw []byte) error {
	if c == nil {
		return nil
	}
	data, ok := c.child().(*etree.CharData)
	if !ok || data.IsCData() || data.Data != string(decode(raw)) {
		return disagree()
	}
	return nil
}

// end ends an element, or the document.
func (c *cursor) end() error {
	if c == nil {
		return nil
	}
	if c.child() != nil {
		return disagree()
	}
	if c.depth > 0 {
		c.depth--
	}
	return nil
}
