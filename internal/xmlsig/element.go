package xmlsig

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
)

// The functions below read elements by namespace and name, never by prefix. Their errors
// are of class ResponseInvalid and name local, which must be a word of ours.

// Is reports whether el is the element local of the namespace space.
func Is(el *etree.Element, space, local string) bool {
	return el.Tag == local && el.NamespaceURI() == space
}

// Children returns the child elements of el that are called local in the namespace space.
func Children(el *etree.Element, space, local string) []*etree.Element {
	var found []*etree.Element
	for _, child := range el.Child {
		if child, ok := child.(*etree.Element); ok && Is(child, space, local) {
			found = append(found, child)
		}
	}
	return found
}

// One returns the one child called local in the namespace space. It returns an error if
// there is none or more than one.
func One(el *etree.Element, space, local string) (*etree.Element, error) {
	found, err := Optional(el, space, local)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, fault.Newf(fault.ResponseInvalid, "the element %s is missing", local)
	}
	return found, nil
}

// Optional is One, and returns nil and no error if there is none.
func Optional(el *etree.Element, space, local string) (*etree.Element, error) {
	var found *etree.Element
	for _, child := range el.Child {
		child, ok := child.(*etree.Element)
		if !ok || !Is(child, space, local) {
			continue
		}
		if found != nil {
			return nil, fault.Newf(fault.ResponseInvalid, "the element %s is there more than once", local)
		}
		found = child
	}
	return found, nil
}

// Text returns the whole character data of el. It returns an error if el has a child
// element. Comments and processing instructions never reach it: Parse refuses them.
func Text(el *etree.Element) (string, error) {
	if len(el.Child) == 1 {
		if data, ok := el.Child[0].(*etree.CharData); ok {
			return data.Data, nil
		}
	}
	var text strings.Builder
	for _, child := range el.Child {
		data, ok := child.(*etree.CharData)
		if !ok {
			return "", fault.New(fault.ResponseInvalid, "an element that must hold a text holds another element")
		}
		text.WriteString(data.Data)
	}
	return text.String(), nil
}

// Attr returns the attribute local that is in no namespace, and whether it is there.
func Attr(el *etree.Element, local string) (string, bool) {
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Space == "" && a.Key == local && local != "xmlns" {
			return a.Value, true
		}
	}
	return "", false
}
