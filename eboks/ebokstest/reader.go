package ebokstest

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// node is an element that was read. Documents are told apart and not part of it.
type node struct {
	name string
	text string
	doc  *Document
	kids []*node
}

// child returns the first child of a name along a path, or nil if there is none.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == name })
		if i < 0 {
			return nil
		}
		n = n.kids[i]
	}
	return n
}

// at returns the text of the element along a path, or "".
func (n *node) at(path ...string) string {
	if c := n.child(path...); c != nil {
		return c.text
	}
	return ""
}

// schemaError is why a request does not follow the schema. Its text is made of
// the schema's names alone.
type schemaError struct{ why string }

func (e *schemaError) Error() string { return e.why }

// reader reads a request by its schema: strict order, namespaces, and nothing
// that the schema does not know.
type reader struct {
	src    *source
	dec    *xml.Decoder
	spaces map[string][]string                    // prefix in the schema → namespaces it may stand for
	choose func(space string) map[string][]string // spaces by the root's namespace; if nil, as they are
	next   *xml.StartElement                      // seen and not yet read
	ended  bool                                   // likewise, the end of the element
	root   *node                                  // the letter that is being read
	// keep reads a document while it arrives.
	keep func(root *node, in *node, document io.Reader) (*Document, error)
}

func newReader(r io.Reader, spaces map[string][]string) *reader {
	src := newSource(r)
	dec := xml.NewDecoder(src)
	return &reader{src: src, dec: dec, spaces: spaces}
}

// readRoot reads the whole request as one element.
func (r *reader) readRoot(e element) (*node, error) {
	start, err := r.peek()
	if err != nil {
		return nil, err
	}
	if start != nil && r.choose != nil {
		r.spaces = r.choose(start.Name.Space)
	}
	if start == nil || r.known(start.Name) != e.name {
		return nil, &schemaError{"the root is not " + e.name}
	}
	root := &node{name: e.name}
	r.root = root
	if err := r.element(e, root); err != nil {
		return nil, err
	}
	for {
		t, err := r.dec.Token()
		switch t := t.(type) {
		case nil:
			if err == io.EOF {
				return root, nil
			}
			return nil, r.syntax()
		case xml.CharData:
			if blank(t) {
				continue
			}
		case xml.Comment:
			continue
		}
		return nil, &schemaError{"something follows the root"}
	}
}

// element reads what is inside the element whose start tag is next.
func (r *reader) element(e element, into *node) error {
	start := r.next
	r.next = nil
	if err := attributes(start, e); err != nil {
		return err
	}
	switch {
	case e.document:
		return r.document(e, into)
	case e.any:
		if err := r.dec.Skip(); err != nil {
			return r.syntax()
		}
		return nil
	case e.text != nil:
		return r.text(e, into)
	}
	if err := r.sequence(e.seq, into); err != nil {
		return err
	}
	start, err := r.peek()
	if err != nil {
		return err
	}
	if start != nil {
		return &schemaError{"an element that is unknown, repeated or out of order in " + e.name}
	}
	r.ended = false
	return nil
}

func (r *reader) sequence(seq []element, into *node) error {
	for _, e := range seq {
		count := 0
		for count < e.max {
			start, err := r.peek()
			if err != nil {
				return err
			}
			if start == nil || !e.begins(r.known(start.Name)) {
				break
			}
			if err := r.particle(e, into, r.known(start.Name)); err != nil {
				return err
			}
			count++
		}
		if count < e.min {
			return &schemaError{"expected " + e.expected() + " in " + into.name}
		}
	}
	return nil
}

// particle reads an element, or one branch of a choice.
func (r *reader) particle(e element, into *node, name string) error {
	if e.oneOf == nil {
		kid := &node{name: e.name}
		into.kids = append(into.kids, kid)
		if e.letter {
			r.root, r.src.left = kid, maxText
		}
		return r.element(e, kid)
	}
	for _, seq := range e.oneOf {
		if starts(seq, name) {
			return r.sequence(seq, into)
		}
	}
	return &schemaError{"expected " + e.expected() + " in " + into.name}
}

func (e *element) expected() string {
	if e.oneOf == nil {
		return e.name
	}
	var names []string
	for _, seq := range e.oneOf {
		names = append(names, seq[0].name)
	}
	return strings.Join(names, " or ")
}

// peek returns the start tag that comes next, or nil before an end tag.
func (r *reader) peek() (*xml.StartElement, error) {
	for r.next == nil && !r.ended {
		t, err := r.dec.Token()
		if err != nil {
			return nil, r.syntax()
		}
		switch t := t.(type) {
		case xml.StartElement:
			r.next = &t
		case xml.EndElement:
			r.ended = true
		case xml.CharData:
			if !blank(t) {
				return nil, &schemaError{"text where elements belong"}
			}
		case xml.Directive:
			return nil, &schemaError{"a document type is not accepted"}
		}
	}
	return r.next, nil
}

func (r *reader) text(e element, into *node) error {
	var b strings.Builder
	for {
		t, err := r.dec.Token()
		if err != nil {
			return r.syntax()
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.Comment:
		case xml.EndElement:
			into.text = b.String()
			if !e.text(into.text) {
				return &schemaError{"the value of " + e.name + " is not allowed"}
			}
			return nil
		default:
			return &schemaError{"elements where text belongs in " + e.name}
		}
	}
}

func (r *reader) document(e element, into *node) error {
	doc, err := r.keep(r.root, into, r.src.document())
	if err != nil {
		if r.src.cause != nil {
			return r.syntax()
		}
		return &schemaError{e.name + " is not base64"}
	}
	into.doc = doc
	if doc.Size == 0 {
		return &schemaError{e.name + " is empty"}
	}
	t, err := r.dec.Token()
	if err != nil {
		return r.syntax()
	}
	if _, ok := t.(xml.EndElement); !ok {
		return &schemaError{e.name + " holds something else than base64"}
	}
	return nil
}

// errTooLarge and errCut tell a request that is over the limit, and one that
// ended in the middle.
var (
	errTooLarge = errors.New("ebokstest: the request is too large")
	errCut      = errors.New("ebokstest: the request ended in the middle")
)

// syntax returns why the decoder gave up.
func (r *reader) syntax() error {
	switch cause := r.src.cause; {
	case cause == nil:
		return &schemaError{"not well-formed XML"}
	case tooLarge(cause) || cause == errTooMuchText:
		return errTooLarge
	default:
		return errCut
	}
}

// known returns a name with the schema's prefix, or "" for one that is in none
// of its namespaces.
func (r *reader) known(n xml.Name) string {
	prefix := ""
	for p, spaces := range r.spaces {
		// The recipient's number has a namespace of its own, or the letter's.
		if slices.Contains(spaces, n.Space) && (p == "id") == numberElement(n.Local) {
			prefix = p
		}
	}
	if prefix == "" {
		return ""
	}
	return prefix + ":" + n.Local
}

func numberElement(local string) bool {
	return local == "CPRnummerIdentifikator" || local == "CVRnummerIdentifikator"
}

// attributes holds a start tag to what the schema allows.
func attributes(start *xml.StartElement, e element) error {
	found := e.attr == ""
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns", a.Name.Space == xsi:
		case a.Name.Space == "" && a.Name.Local == e.attr && slices.Contains(e.values, a.Value):
			found = true
		default:
			return &schemaError{"an attribute that is not allowed on " + e.name}
		}
	}
	if !found {
		return &schemaError{"an attribute is missing on " + e.name}
	}
	return nil
}

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

func blank(t []byte) bool { return strings.Trim(string(t), " \t\r\n") == "" }
