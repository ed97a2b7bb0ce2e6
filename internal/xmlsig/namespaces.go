package xmlsig

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
)

const (
	spaceXML   = "http://www.w3.org/XML/1998/namespace"
	spaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// scope holds the namespace declarations that are in scope, the nearest last.
type scope []declaration

type declaration struct{ prefix, space string }

// check applies Namespaces in XML 1.0 to el and everything in it.
func (s scope) check(el *etree.Element) error {
	for i := range el.Attr {
		prefix, ok := declares(&el.Attr[i])
		if !ok {
			continue
		}
		if err := checkDeclaration(prefix, el.Attr[i].Value); err != nil {
			return err
		}
		s = append(s, declaration{prefix, el.Attr[i].Value})
	}
	if len(s) > MaxNamespaces {
		return fault.Newf(fault.ResponseInvalid, "more than %d namespace declarations are in scope", MaxNamespaces)
	}
	if _, ok := s.lookup(el.Space); !ok || el.Space == "xml" {
		return refuse("the prefix of an element is not declared")
	}
	if err := s.checkAttributes(el.Attr); err != nil {
		return err
	}
	for _, child := range el.Child {
		if child, ok := child.(*etree.Element); ok {
			if err := s.check(child); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkAttributes refuses a prefix that is not declared and an attribute that is there
// twice by namespace and name.
func (s scope) checkAttributes(attrs []etree.Attr) error {
	var spaces [MaxAttributes]string
	for i := range attrs {
		space, ok := s.attributeSpace(&attrs[i])
		if !ok || i >= len(spaces) {
			return refuse("the prefix of an attribute is not declared")
		}
		spaces[i] = space
		for j := range i {
			if attrs[j].Key != attrs[i].Key || spaces[j] != space {
				continue
			}
			if isIDName(attrs[i].Key) {
				return fault.New(fault.SignatureInvalid, "an element has two IDs")
			}
			return refuse("an attribute is there twice")
		}
	}
	return nil
}

func (s scope) attributeSpace(a *etree.Attr) (string, bool) {
	switch _, declares := declares(a); {
	case declares:
		return spaceXMLNS, true
	case a.Space == "":
		return "", true
	}
	return s.lookup(a.Space)
}

// lookup returns the namespace that the prefix stands for.
func (s scope) lookup(prefix string) (string, bool) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i].prefix == prefix {
			return s[i].space, true
		}
	}
	if prefix == "xml" {
		return spaceXML, true
	}
	return "", prefix == ""
}

// declares returns the prefix that a declares: "" for the default namespace.
func declares(a *etree.Attr) (prefix string, ok bool) {
	switch {
	case a.Space == "xmlns":
		return a.Key, true
	case a.Space == "" && a.Key == "xmlns":
		return "", true
	}
	return "", false
}

func checkDeclaration(prefix, space string) error {
	switch {
	case prefix == "xml" || prefix == "xmlns" || space == spaceXML || space == spaceXMLNS:
		return refuse("a namespace declaration is about a reserved prefix or namespace")
	case prefix != "" && space == "":
		return refuse("a namespace declaration takes a prefix back")
	case len(space) > MaxNamespaceLength:
		return fault.Newf(fault.ResponseInvalid, "the name of a namespace is longer than %d bytes", MaxNamespaceLength)
	}
	return nil
}

// isIDName reports whether parsers take an attribute of this local name for an ID, in
// any spelling: the attributes of SAML 2.0, XML Signature, xml:id and SAML 1.1.
func isIDName(local string) bool {
	return strings.EqualFold(local, "ID") || strings.EqualFold(local, "AssertionID") ||
		strings.EqualFold(local, "ResponseID") || strings.EqualFold(local, "RequestID")
}
