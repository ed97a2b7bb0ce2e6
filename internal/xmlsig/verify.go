package xmlsig

import (
	"bytes"
	"crypto/x509"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
)

// Verifier verifies signatures by the configured certificates and no others.
type Verifier struct {
	Certificates []*x509.Certificate // each key counts; a KeyInfo in the message is never trusted
	Now          func() time.Time    // if nil, time.Now
	ID           string              // the attribute that the reference names: "ID" (SAML 2.0) or "AssertionID" (SAML 1.1)
}

// Signed is an element that a signature covers.
type Signed struct {
	Root        *etree.Element    // parsed from the bytes that the signature covers, without the Signature
	Certificate *x509.Certificate // whose key verified it
	Covered     []byte            // the canonical bytes that the digest is of
}

// Verify verifies the enveloped signature of el, an element of d with exactly one
// Signature child. The error is a *fault.Error of class SignatureInvalid.
//
// The order is: the form of the signature, the key, the certificate's validity, the
// digest. Who has no key of a configured certificate never makes Verify canonicalize more
// than the SignedInfo.
func (v *Verifier) Verify(d *Document, el *etree.Element) (*Signed, error) {
	id, err := v.identify(d, el)
	if err != nil {
		return nil, err
	}
	sig, err := readSignature(el, id)
	if err != nil {
		return nil, err
	}
	certificate, err := v.verifyKey(sig)
	if err != nil {
		return nil, err
	}
	covered, err := canonical(detach(el, sig.element), sig.prefixes)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(sum(sig.digestHash, covered), sig.digest) {
		return nil, distrust("the signed element has changed: its digest differs")
	}
	read, err := Parse(covered)
	if err != nil {
		return nil, distrust("the signed element reads differently in canonical form")
	}
	root := read.Root()
	if got, _ := Attr(root, v.ID); got != id || !Is(root, el.NamespaceURI(), el.Tag) {
		return nil, distrust("the signature covers another element")
	}
	return &Signed{Root: root, Certificate: certificate, Covered: covered}, nil
}

func distrust(why string) error { return fault.New(fault.SignatureInvalid, why) }

// identify returns the ID of el, which is an element of d and the only one with this ID.
func (v *Verifier) identify(d *Document, el *etree.Element) (string, error) {
	id, ok := Attr(el, v.ID)
	if !ok || !isName(id) {
		return "", distrust("the signed element has no ID")
	}
	own := 0
	for i := range el.Attr {
		if isIDName(el.Attr[i].Key) {
			own++
		}
	}
	if own != 1 {
		return "", distrust("the signed element has a second ID")
	}
	seen := sightings{el: el, id: id}
	seen.look(d.root)
	switch {
	case !seen.found:
		return "", distrust("the signed element is not in the document")
	case seen.ids != 1:
		return "", distrust("the ID of the signed element is there more than once")
	case seen.references > 1:
		return "", distrust("a second signature refers to the signed element")
	}
	return id, nil
}

// sightings is what a document holds that concerns the element el with this ID.
type sightings struct {
	el         *etree.Element
	id         string
	found      bool // el itself
	ids        int  // attributes that give an element this ID
	references int  // elements Reference that name this ID
}

func (s *sightings) look(at *etree.Element) {
	s.found = s.found || at == s.el
	for i := range at.Attr {
		switch a := &at.Attr[i]; {
		case isIDName(a.Key) && strings.Trim(a.Value, " ") == s.id:
			s.ids++
		case a.Key == "URI" && at.Tag == "Reference" && strings.TrimPrefix(a.Value, "#") == s.id:
			s.references++
		}
	}
	for _, child := range at.Child {
		if child, ok := child.(*etree.Element); ok {
			s.look(child)
		}
	}
}

func (v *Verifier) now() time.Time {
	if v.Now == nil {
		return time.Now()
	}
	return v.Now()
}
