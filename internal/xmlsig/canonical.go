package xmlsig

import (
	"slices"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// canonical returns el in exclusive canonical form without comments. It changes el, which
// must come from detach.
//
// goxmldsig makes another canonical form than the standard of an element that has
// attributes of two namespaces, such as xml:lang and xsi:type, and of xmlns="" where no
// default namespace has to be taken back. Such a document is refused because its digest
// differs. What is accepted is read from the bytes that the digest is of.
func canonical(el *etree.Element, prefixes string) ([]byte, error) {
	data, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(el)
	if err != nil {
		return nil, distrust("the signed element has no canonical form") // the text of err holds input
	}
	return data, nil
}

// detach returns a copy of el that declares every namespace that is in scope at el. The
// copy lacks the child without, if it is not nil.
func detach(el, without *etree.Element) *etree.Element {
	c := etree.NewElement(el.Tag)
	c.Space = el.Space
	c.Attr = slices.Clone(el.Attr)
	for at := el.Parent(); at != nil; at = at.Parent() {
		for i := range at.Attr {
			if prefix, ok := declares(&at.Attr[i]); ok && !declared(c, prefix) {
				c.Attr = append(c.Attr, at.Attr[i])
			}
		}
	}
	// A default namespace of no name is not written at the top (Canonical XML section 2.3).
	c.Attr = slices.DeleteFunc(c.Attr, func(a etree.Attr) bool {
		prefix, ok := declares(&a)
		return ok && prefix == "" && a.Value == ""
	})
	for _, child := range el.Child {
		switch child := child.(type) {
		case *etree.Element:
			if child != without {
				c.AddChild(child.Copy())
			}
		case *etree.CharData:
			c.AddChild(etree.NewText(child.Data))
		}
	}
	return c
}

func declared(el *etree.Element, prefix string) bool {
	return slices.ContainsFunc(el.Attr, func(a etree.Attr) bool {
		p, ok := declares(&a)
		return ok && p == prefix
	})
}
