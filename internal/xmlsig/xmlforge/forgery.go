package xmlforge

import (
	"crypto/rsa"
	"crypto/x509"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// A Forgery is a signature by the right key that must not count for the element that it
// stands in.
type Forgery struct {
	Name   string
	before func(info *etree.Element) // edits SignedInfo before it is signed; if nil, nothing
	after  func(sig *etree.Element)  // edits the Signature that is done; if nil, nothing
}

// Forgeries returns the forgeries of signatures.
func Forgeries() []Forgery {
	return []Forgery{
		{"reference without URI", func(i *etree.Element) { reference(i).RemoveAttr("URI") }, nil},
		{"reference to the whole document", uri(""), nil},
		{"reference to a page", uri("http://localhost/assertion.xml"), nil},
		{"reference to a file", uri("file:///etc/hostname"), nil},
		{"reference by XPointer to the root", uri("#xpointer(/)"), nil},
		{"reference by XPointer to the ID", func(i *etree.Element) {
			reference(i).CreateAttr("URI", "#xpointer(id('"+reference(i).SelectAttrValue("URI", "#")[1:]+"'))")
		}, nil},
		{"reference to another element", uri("#_another"), nil},
		{"reference with a blank", func(i *etree.Element) {
			reference(i).CreateAttr("URI", reference(i).SelectAttrValue("URI", "")+" ")
		}, nil},
		{"reference of a type", func(i *etree.Element) {
			reference(i).CreateAttr("Type", "http://www.w3.org/2000/09/xmldsig#Manifest")
		}, nil},
		{"no reference", func(i *etree.Element) { i.RemoveChild(reference(i)) }, nil},
		{"two references", func(i *etree.Element) { AddReference(i, "#_another") }, nil},
		{"the same reference twice", func(i *etree.Element) { AddReference(i, reference(i).SelectAttrValue("URI", "")) }, nil},

		{"two SignedInfo", nil, func(s *etree.Element) { s.InsertChildAt(0, s.SelectElement("SignedInfo").Copy()) }},
		{"a SignedInfo in an Object", nil, func(s *etree.Element) {
			s.CreateElement("ds:Object").AddChild(s.SelectElement("SignedInfo").Copy())
		}},
		{"two SignatureValue", nil, func(s *etree.Element) { s.AddChild(s.SelectElement("SignatureValue").Copy()) }},
		{"no SignatureValue", nil, func(s *etree.Element) { s.RemoveChild(s.SelectElement("SignatureValue")) }},
		{"empty SignatureValue", nil, func(s *etree.Element) { s.SelectElement("SignatureValue").SetText("") }},
		{"two KeyInfo", nil, func(s *etree.Element) { s.AddChild(s.SelectElement("KeyInfo").Copy()) }},
		{"two DigestValue", func(i *etree.Element) { reference(i).CreateElement("ds:DigestValue").SetText("AAAA") }, nil},
		{"two DigestMethod", func(i *etree.Element) { addAlgorithm(reference(i), "DigestMethod", digestSHA1) }, nil},
		{"comment in DigestValue", nil, func(s *etree.Element) {
			s.FindElement("SignedInfo/Reference/DigestValue").InsertChildAt(0, etree.NewComment("AAAA"))
		}},
		{"comment in SignatureValue", nil, func(s *etree.Element) { s.SelectElement("SignatureValue").CreateComment("AAAA") }},

		{"exclusive canonicalization with comments", transform(1, string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId)), nil},
		{"inclusive canonicalization", transform(1, string(dsig.CanonicalXML10RecAlgorithmId)), nil},
		{"canonicalization 1.1", transform(1, string(dsig.CanonicalXML11AlgorithmId)), nil},
		{"transform XPath", transform(1, "http://www.w3.org/TR/1999/REC-xpath-19991116"), nil},
		{"transform XPath filter 2", transform(1, "http://www.w3.org/2002/06/xmldsig-filter2"), nil},
		{"transform XSLT", transform(1, "http://www.w3.org/TR/1999/REC-xslt-19991116"), nil},
		{"transform base64", transform(1, "http://www.w3.org/2000/09/xmldsig#base64"), nil},
		{"transform that is not known", transform(1, "urn:example:identity"), nil},
		{"a third transform", func(i *etree.Element) {
			addAlgorithm(reference(i).SelectElement("Transforms"), "Transform", "http://www.w3.org/TR/1999/REC-xpath-19991116")
		}, nil},
		{"no canonicalization", func(i *etree.Element) {
			transforms := reference(i).SelectElement("Transforms")
			transforms.RemoveChild(transforms.ChildElements()[1])
		}, nil},
		{"transforms in the other order", func(i *etree.Element) {
			transforms := reference(i).SelectElement("Transforms")
			transforms.AddChild(transforms.ChildElements()[0])
		}, nil},
		{"no enveloped signature", transform(0, string(dsig.CanonicalXML10ExclusiveAlgorithmId)), nil},
		{"transform XPath in place of the enveloped signature", transform(0, "http://www.w3.org/TR/1999/REC-xpath-19991116"), nil},
		{"parameter of the enveloped signature", parameter(0, "ds:XPath"), nil},
		{"parameter of the canonicalization that is not known", parameter(1, "ds:XPath"), nil},
		{"two lists of prefixes", func(i *etree.Element) { prefixes(i, "none"); prefixes(i, "none") }, nil},
		{"list of prefixes with the default namespace", func(i *etree.Element) { prefixes(i, "#default") }, nil},
		{"list of prefixes that holds an element", func(i *etree.Element) { prefixes(i, "none").CreateElement("ds:XPath") }, nil},
		{"list of prefixes of another namespace", func(i *etree.Element) { prefixes(i, "none").CreateAttr("xmlns:ec", "urn:example:ec") }, nil},
		{"no transforms", func(i *etree.Element) { reference(i).RemoveChild(reference(i).SelectElement("Transforms")) }, nil},
		{"SignedInfo canonicalized with comments", named("CanonicalizationMethod", string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId)), nil},
		{"SignedInfo canonicalized inclusively", named("CanonicalizationMethod", string(dsig.CanonicalXML10RecAlgorithmId)), nil},

		{"signature with SHA-1", named("SignatureMethod", dsig.RSASHA1SignatureMethod), nil},
		{"digest with SHA-1", func(i *etree.Element) {
			reference(i).SelectElement("DigestMethod").CreateAttr("Algorithm", digestSHA1)
		}, nil},
		{"HMAC with the public key as the secret", named("SignatureMethod", hmacSHA256), nil},
		{"parameter of the digest method", func(i *etree.Element) {
			reference(i).SelectElement("DigestMethod").CreateElement("ds:HMACOutputLength")
		}, nil},
		{"parameter of the signature method", func(i *etree.Element) {
			i.SelectElement("SignatureMethod").CreateElement("ds:HMACOutputLength").SetText("8")
		}, nil},
	}
}

// Sign returns a copy of el, which must be in no other element, with the forged
// signature.
func (f Forgery) Sign(el *etree.Element, key *rsa.PrivateKey, certificate *x509.Certificate) (*etree.Element, error) {
	before := f.before
	if before == nil {
		before = func(*etree.Element) {}
	}
	signed, err := Sign(el, key, certificate, before)
	if err == nil && f.after != nil {
		f.after(childCalled(signed, "Signature"))
	}
	return signed, err
}

func reference(info *etree.Element) *etree.Element { return info.SelectElement("Reference") }

func uri(value string) func(*etree.Element) {
	return func(info *etree.Element) { reference(info).CreateAttr("URI", value) }
}

func transform(n int, algorithm string) func(*etree.Element) {
	return func(info *etree.Element) {
		reference(info).SelectElement("Transforms").ChildElements()[n].CreateAttr("Algorithm", algorithm)
	}
}

func named(name, algorithm string) func(*etree.Element) {
	return func(info *etree.Element) { info.SelectElement(name).CreateAttr("Algorithm", algorithm) }
}

func parameter(n int, name string) func(*etree.Element) {
	return func(info *etree.Element) {
		reference(info).SelectElement("Transforms").ChildElements()[n].CreateElement(name).SetText("true()")
	}
}

// prefixes gives the canonicalization a list of prefixes.
func prefixes(info *etree.Element, list string) *etree.Element {
	el := reference(info).SelectElement("Transforms").ChildElements()[1].CreateElement("ec:InclusiveNamespaces")
	el.CreateAttr("xmlns:ec", string(dsig.CanonicalXML10ExclusiveAlgorithmId))
	el.CreateAttr("PrefixList", list)
	return el
}
