package xmlsig

import (
	"crypto"
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
)

// The namespaces and algorithms of XML Signature. Others are refused.
const (
	spaceSignature = "http://www.w3.org/2000/09/xmldsig#"

	exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#" // the algorithm, and the namespace of its parameter
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
)

// signature is a Signature element that has the one form that is accepted.
type signature struct {
	element    *etree.Element
	signedInfo []byte // canonical
	method     method
	value      []byte
	prefixes   string // of the transform's InclusiveNamespaces
	digestHash crypto.Hash
	digest     []byte
}

// readSignature reads the one Signature child of el. Its reference must name id. All but
// the signature's value is read from the bytes that the value covers.
func readSignature(el *etree.Element, id string) (*signature, error) {
	found := Children(el, spaceSignature, "Signature")
	if len(found) != 1 {
		return nil, distrust("the element does not have exactly one signature of its own")
	}
	sig := &signature{element: found[0]}
	parts, err := exactly(sig.element, "SignedInfo", "SignatureValue", "?KeyInfo")
	if err != nil {
		return nil, err
	}
	if sig.value, err = base64Of(parts[1]); err != nil {
		return nil, err
	}
	method, err := One(parts[0], spaceSignature, "CanonicalizationMethod")
	if err != nil {
		return nil, distrust("the signature does not have exactly one canonicalization method")
	}
	prefixes, err := readExclusive(method)
	if err != nil {
		return nil, err
	}
	if sig.signedInfo, err = canonical(detach(parts[0], nil), prefixes); err != nil {
		return nil, err
	}
	read, err := Parse(sig.signedInfo)
	if err != nil {
		return nil, distrust("the signature reads differently in canonical form")
	}
	return sig, sig.readInfo(read.Root(), id)
}

func (s *signature) readInfo(info *etree.Element, id string) error {
	parts, err := exactly(info, "CanonicalizationMethod", "SignatureMethod", "Reference")
	if err != nil {
		return err
	}
	if err := s.readMethod(parts[1]); err != nil {
		return err
	}
	return s.readReference(parts[2], id)
}

func (s *signature) readMethod(el *etree.Element) error {
	if _, err := exactly(el); err != nil {
		return err
	}
	algorithm, err := onlyAttribute(el, "Algorithm")
	if err != nil {
		return err
	}
	var ok bool
	if s.method, ok = methods[algorithm]; !ok {
		return distrust("the signature algorithm is not accepted: RSA and ECDSA with SHA-256, SHA-384 or SHA-512 are")
	}
	return nil
}

func (s *signature) readReference(el *etree.Element, id string) error {
	uri, err := onlyAttribute(el, "URI")
	if err != nil {
		return err
	}
	if uri != "#"+id {
		return distrust("the signature does not refer to the element that it stands in")
	}
	parts, err := exactly(el, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	// The enveloped signature alone would mean inclusive canonicalization (XML Signature
	// section 4.4.3.2), and in the other order it has no meaning.
	transforms, err := exactly(parts[0], "Transform", "Transform")
	if err != nil {
		return err
	}
	if _, err := exactly(transforms[0]); err != nil {
		return err
	}
	if first, err := onlyAttribute(transforms[0], "Algorithm"); err != nil || first != enveloped {
		return distrust("the transforms of the signature are not accepted: enveloped signature and exclusive canonicalization are")
	}
	if s.prefixes, err = readExclusive(transforms[1]); err != nil {
		return err
	}
	if _, err := exactly(parts[1]); err != nil {
		return err
	}
	algorithm, err := onlyAttribute(parts[1], "Algorithm")
	if err != nil {
		return err
	}
	var ok bool
	if s.digestHash, ok = digests[algorithm]; !ok {
		return distrust("the digest algorithm is not accepted: SHA-256, SHA-384 and SHA-512 are")
	}
	s.digest, err = base64Of(parts[2])
	return err
}

// readExclusive accepts exclusive canonicalization without comments, and returns the
// prefixes that it treats as inclusive canonicalization does.
func readExclusive(el *etree.Element) (prefixes string, err error) {
	if algorithm, err := onlyAttribute(el, "Algorithm"); err != nil || algorithm != exclusive {
		return "", distrust("the canonicalization is not accepted: exclusive canonicalization without comments is")
	}
	parameters := el.ChildElements()
	if len(parameters) == 0 {
		_, err := exactly(el)
		return "", err
	}
	if len(parameters) > 1 || !Is(parameters[0], exclusive, "InclusiveNamespaces") || len(parameters[0].Child) > 0 {
		return "", distrust("the canonicalization has a parameter that is not accepted")
	}
	prefixes, err = onlyAttribute(parameters[0], "PrefixList")
	if err == nil && (len(prefixes) > MaxPrefixList || strings.Contains(prefixes, "#")) {
		return "", distrust("the canonicalization has a list of prefixes that is not accepted")
	}
	return prefixes, err
}

// exactly returns the children of el, which must be the elements of XML Signature with
// these names in this order, and blanks. A name that begins with ? may be missing; it
// must be the last.
func exactly(el *etree.Element, names ...string) ([]*etree.Element, error) {
	var parts []*etree.Element
	for _, child := range el.Child {
		switch child := child.(type) {
		case *etree.CharData:
			if strings.Trim(child.Data, " \t\r\n") != "" {
				return nil, distrust("a signature holds a text where it must not")
			}
		case *etree.Element:
			if len(parts) == len(names) || !Is(child, spaceSignature, strings.TrimPrefix(names[len(parts)], "?")) {
				return nil, distrust("a signature holds an element where it must not, or in another order")
			}
			parts = append(parts, child)
		}
	}
	if missing := names[len(parts):]; len(missing) > 0 && missing[0][0] != '?' {
		return nil, distrust("a signature lacks an element")
	}
	return parts, nil
}

// onlyAttribute returns the attribute of el. It returns an error if el has another one
// that is no namespace declaration.
func onlyAttribute(el *etree.Element, name string) (string, error) {
	for i := range el.Attr {
		a := &el.Attr[i]
		if _, ok := declares(a); !ok && (a.Space != "" || a.Key != name) {
			return "", distrust("a signature holds an attribute that is not accepted")
		}
	}
	value, ok := Attr(el, name)
	if !ok {
		return "", distrust("a signature lacks an attribute")
	}
	return value, nil
}

// base64Of returns the bytes that el holds as base64, with blanks anywhere.
func base64Of(el *etree.Element) ([]byte, error) {
	text, err := Text(el)
	if err != nil {
		return nil, distrust("a signature holds an element where it must not, or in another order")
	}
	text = strings.Map(func(r rune) rune {
		if r < 0x80 && isBlank(byte(r)) {
			return -1
		}
		return r
	}, text)
	value, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(value) == 0 {
		return nil, distrust("a signature holds a value that is not base64")
	}
	return value, nil
}
