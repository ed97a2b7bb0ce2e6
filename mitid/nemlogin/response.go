package nemlogin

import (
	"encoding/base64"
	"net/url"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// readForm returns the XML of the form post that answers a (SAML Bindings section 3.5.4).
// The Client has read RelayState.
func readForm(cb mitid.Callback) ([]byte, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	encoded := values["SAMLResponse"]
	switch {
	case len(encoded) > 1:
		return nil, fault.New(fault.SignatureInvalid, "the answer holds several responses")
	case len(encoded) == 0 || encoded[0] == "":
		return nil, fault.New(fault.ResponseInvalid, "the answer holds no response")
	case has(values, "SAMLart") || has(values, "SAMLRequest"):
		return nil, fault.New(fault.ResponseInvalid, "the answer holds a response and another message")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded[0]) // line breaks are allowed (RFC 2045)
	if err != nil {
		return nil, fault.New(fault.ResponseInvalid, "the response is no Base64")
	}
	return raw, nil
}

func has(values url.Values, name string) bool { _, ok := values[name]; return ok }

// response is what the Response says before anything in it is decrypted.
type response struct {
	encrypted *etree.Element // the EncryptedAssertion
	signed    bool           // the Response is signed, not only the assertion in it
	verifier  *xmlsig.Verifier
}

// readResponse checks the Response to a (SAML Core section 3.3.3, SAML Profiles section
// 4.1.4.2). OIOSAML demands no signature on it. If there is one, it must verify, and
// everything is read from what it covers.
func (b *Broker) readResponse(a *mitid.Attempt, raw []byte) (*response, error) {
	verifier, err := b.idp.verifier(b.now)
	if err != nil {
		return nil, err
	}
	doc, err := xmlsig.Parse(raw)
	if err != nil {
		return nil, err
	}
	root, signed := doc.Root(), false
	if !xmlsig.Is(root, nsProtocol, "Response") {
		return nil, fault.New(fault.ResponseInvalid, "the answer is no SAML 2.0 Response")
	}
	if len(xmlsig.Children(root, nsDsig, "Signature")) > 0 {
		s, err := verifier.Verify(doc, root)
		if err != nil {
			return nil, err
		}
		root, signed = s.Root, true
	}
	if err := b.checkResponse(a, root); err != nil {
		return nil, err
	}
	for _, child := range root.ChildElements() {
		switch {
		case xmlsig.Is(child, nsAssertion, "Issuer"), xmlsig.Is(child, nsDsig, "Signature"), xmlsig.Is(child, nsProtocol, "Status"), xmlsig.Is(child, nsAssertion, "EncryptedAssertion"):
		default:
			return nil, fault.New(fault.ResponseInvalid, "the Response holds something beside an encrypted assertion, such as one that is not encrypted, or extensions")
		}
	}
	encrypted, err := xmlsig.One(root, nsAssertion, "EncryptedAssertion")
	if err != nil {
		return nil, err
	}
	return &response{encrypted, signed, verifier}, nil
}

// checkResponse checks that the Response root answers a, and is a success.
func (b *Broker) checkResponse(a *mitid.Attempt, root *etree.Element) error {
	destination, _ := xmlsig.Attr(root, "Destination")
	answers, _ := xmlsig.Attr(root, "InResponseTo")
	switch {
	case !isMessage(root):
		return fault.New(fault.ResponseInvalid, "the Response has no ID, or its Version is not 2.0")
	case destination != a.RedirectURL:
		return fault.New(fault.ResponseInvalid, "the Response is for another address than mitid.Config.RedirectURL")
	case answers != requestID(a):
		return fault.New(fault.StateInvalid, "the Response answers another request, or none")
	}
	if err := b.checkIssuer(root); err != nil {
		return err
	}
	if _, err := instant(root, "IssueInstant"); err != nil {
		return err
	}
	return b.checkStatus(root, a.Request.Silent)
}

// isMessage reports whether el has the attributes that every message and assertion has.
func isMessage(el *etree.Element) bool {
	id, _ := xmlsig.Attr(el, "ID")
	version, _ := xmlsig.Attr(el, "Version")
	return id != "" && version == "2.0"
}

// checkIssuer checks that NemLog-in is the Issuer of el. The Issuer of a Response must be
// there, because the assertion in it is encrypted (SAML Profiles section 4.1.4.2).
func (b *Broker) checkIssuer(el *etree.Element) error {
	issuers := xmlsig.Children(el, nsAssertion, "Issuer")
	if len(issuers) != 1 {
		return fault.New(fault.IssuerMismatch, "the answer does not say who issued it")
	}
	format, ok := xmlsig.Attr(issuers[0], "Format")
	text, err := xmlsig.Text(issuers[0])
	if err != nil || ok && format != formatEntity || text != b.idp.entityID {
		return fault.New(fault.IssuerMismatch, "the answer is from another issuer than the one of Config.IdP")
	}
	return nil
}
