package nemlogintest

import (
	"strings"

	"github.com/beevik/etree"
)

// The namespaces of SAML 2.0, XML Signature and XML Encryption.
const (
	nsProtocol     = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion    = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata     = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature    = "http://www.w3.org/2000/09/xmldsig#"
	nsSignatureNew = "http://www.w3.org/2001/04/xmldsig-more#"
	nsEncryption   = "http://www.w3.org/2001/04/xmlenc#"
	nsEncryption11 = "http://www.w3.org/2009/xmlenc11#"
)

// The names of SAML 2.0.
const (
	bindingRedirect  = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	bindingPost      = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	formatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatTransient  = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	formatURI        = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	formatBasic      = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic" // of OIOSAML 2
	statusPrefix     = "urn:oasis:names:tc:SAML:2.0:status:"
	methodBearer     = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
)

// namespaces are the prefixes that this fake writes.
var namespaces = map[string]string{
	"samlp": nsProtocol, "saml": nsAssertion, "md": nsMetadata, "ds": nsSignature, "xenc": nsEncryption, "xenc11": nsEncryption11,
}

// newElement returns an element that declares its prefix. attributes are names and values
// in turn.
func newElement(name string, attributes ...string) *etree.Element {
	el := etree.NewElement(name)
	prefix, _, _ := strings.Cut(name, ":")
	el.CreateAttr("xmlns:"+prefix, namespaces[prefix])
	return withAttributes(el, attributes)
}

// add appends a child that declares nothing.
func add(parent *etree.Element, name string, attributes ...string) *etree.Element {
	return withAttributes(parent.CreateElement(name), attributes)
}

func withAttributes(el *etree.Element, attributes []string) *etree.Element {
	for i := 0; i+1 < len(attributes); i += 2 {
		el.CreateAttr(attributes[i], attributes[i+1])
	}
	return el
}

// write returns el as XML.
func write(el *etree.Element) []byte {
	doc := etree.NewDocumentWithRoot(el.Copy())
	doc.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true, CanonicalEndTags: true}
	text, _ := doc.WriteToBytes() // a buffer takes everything
	return text
}

// parse reads XML that this fake wrote.
func parse(text []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, err
	}
	return doc.Root(), nil
}

// find returns the first element of a local name in el or below it, or nil.
func find(el *etree.Element, local string) *etree.Element {
	if el == nil || el.Tag == local {
		return el
	}
	for _, child := range el.ChildElements() {
		if found := find(child, local); found != nil {
			return found
		}
	}
	return nil
}
