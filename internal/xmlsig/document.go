package xmlsig

import (
	"bytes"
	"unicode/utf8"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
)

// Document is one XML document that was read strictly.
type Document struct {
	root *etree.Element
}

// Parse reads data. Two readers read it and must agree on every name, attribute and
// text. The bounds are checked before memory is spent.
//
// Parse refuses what parsers read differently, and what no party has a reason to send:
// document types, comments, processing instructions, CDATA sections, entities of their
// own, encodings other than UTF-8, names that are not ASCII, duplicate attributes and
// undeclared prefixes. A byte order mark and an XML declaration may stand at the start.
//
// The error is a *fault.Error of class ResponseInvalid. It is of class SignatureInvalid
// if a comment stands inside a signature or an element has two IDs.
func Parse(data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, fault.Newf(fault.ResponseInvalid, "the XML is longer than %d bytes", MaxSize)
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	data, err := cutDeclaration(data)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, refuse("the XML is not UTF-8")
	}
	if err := (&scanner{data: data}).scan(); err != nil {
		return nil, err
	}
	tree := etree.NewDocument()
	tree.ReadSettings = etree.ReadSettings{PreserveDuplicateAttrs: true, MaxDepth: MaxDepth}
	if err := tree.ReadFromBytes(data); err != nil {
		return nil, refuse("two readers of the XML do not agree on it") // the text of err holds input
	}
	if err := (&scanner{data: data, tree: newCursor(tree)}).scan(); err != nil {
		return nil, err
	}
	root := tree.Root()
	if err := (scope)(nil).check(root); err != nil {
		return nil, err
	}
	return &Document{root: root}, nil
}

// Root returns the root element. Nothing in it is verified.
func (d *Document) Root() *etree.Element { return d.root }
