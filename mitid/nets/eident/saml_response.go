package eident

import (
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// The namespaces of the answer. SAML 1.1 has those of SAML 1.0.
const (
	nsSOAP      = "http://schemas.xmlsoap.org/soap/envelope/"
	nsProtocol  = "urn:oasis:names:tc:SAML:1.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:1.0:assertion"
)

// read reads the answer to an artifact request with that id: SOAP envelope, status, the one
// assertion, its signature, and what the assertion states.
func (b *SAMLBroker) read(a *mitid.Attempt, requestID string, body []byte) (*statement, error) {
	doc, err := xmlsig.Parse(body)
	if err != nil {
		return nil, err
	}
	response, err := responseOf(doc.Root(), a)
	if err != nil {
		return nil, err
	}
	if err := b.checkResponse(response, requestID); err != nil {
		return nil, err
	}
	if err := checkStatus(response, a); err != nil {
		return nil, err
	}
	assertion, err := xmlsig.One(response, nsAssertion, "Assertion")
	if err != nil {
		return nil, err
	}
	if b.verifier == nil {
		return b.statement(a, assertion)
	}
	v := *b.verifier
	v.Now = func() time.Time { return a.Now }
	signed, err := v.Verify(doc, assertion)
	if err != nil {
		return nil, err
	}
	if !xmlsig.Is(signed.Root, nsAssertion, "Assertion") {
		return nil, fault.New(fault.SignatureInvalid, "the signature covers no assertion")
	}
	st, err := b.statement(a, signed.Root)
	if err != nil {
		return nil, err
	}
	st.certificate = signed.Certificate
	return st, nil
}

// responseOf returns the Response in a SOAP envelope, or the error for a Fault.
func responseOf(root *etree.Element, a *mitid.Attempt) (*etree.Element, error) {
	if !xmlsig.Is(root, nsSOAP, "Envelope") {
		return nil, fault.New(fault.ResponseInvalid, "the answer is no SOAP 1.1 envelope")
	}
	body, err := xmlsig.One(root, nsSOAP, "Body")
	if err != nil {
		return nil, err
	}
	if len(body.ChildElements()) != 1 {
		return nil, fault.New(fault.ResponseInvalid, "the SOAP body has no element, or several")
	}
	if f := body.ChildElements()[0]; xmlsig.Is(f, nsSOAP, "Fault") {
		return nil, soapFault(f, a)
	}
	return xmlsig.One(body, nsProtocol, "Response")
}

// soapFault returns the error for a Fault. Its parts are in no namespace (SOAP 1.1
// section 4.4).
func soapFault(f *etree.Element, a *mitid.Attempt) error {
	said := childText(f, "", "faultstring")
	if _, _, known := codes.Find(said); known {
		return declinedWith(a, said)
	}
	if localName(childText(f, "", "faultcode")) == "Server" {
		return fault.New(fault.BrokerUnavailable, "the assertion service failed").Saying(said)
	}
	return fault.New(fault.BrokerDeclined, "the assertion service refused the request").Saying(said)
}

// checkResponse checks the attributes of the Response.
func (b *SAMLBroker) checkResponse(response *etree.Element, requestID string) error {
	if !isVersion1(response) {
		return fault.New(fault.ResponseInvalid, "the response is of another version of SAML")
	}
	to, there := xmlsig.Attr(response, "InResponseTo")
	if to == requestID || !there && b.incomplete {
		return nil
	}
	return fault.New(fault.StateInvalid, "the response answers no request, or another one")
}

// checkStatus returns nil for Success, and otherwise the error for the code that the status
// has: in a code, or in the message.
func checkStatus(response *etree.Element, a *mitid.Attempt) error {
	status, err := xmlsig.One(response, nsProtocol, "Status")
	if err != nil {
		return err
	}
	code, err := xmlsig.One(status, nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	value, _ := xmlsig.Attr(code, "Value")
	if localName(value) == "Success" {
		return nil
	}
	said := []string{childText(status, nsProtocol, "StatusMessage")}
	for range 4 { // codes within codes
		value, _ := xmlsig.Attr(code, "Value")
		said = append(said, localName(value))
		if code, err = xmlsig.Optional(code, nsProtocol, "StatusCode"); err != nil || code == nil {
			break
		}
	}
	if i := slices.IndexFunc(said, func(s string) bool { _, _, known := codes.Find(s); return known }); i >= 0 {
		return declinedWith(a, said[i])
	}
	return fault.New(fault.BrokerDeclined, "the response has no success").Saying(strings.Join(said, " "))
}

// childText returns the text of a child, or "" if there is not one.
func childText(el *etree.Element, space, local string) string {
	child, err := xmlsig.Optional(el, space, local)
	if err != nil || child == nil {
		return ""
	}
	text, _ := xmlsig.Text(child)
	return text
}

// localName returns a QName without its prefix.
func localName(qname string) string { return qname[strings.LastIndexByte(qname, ':')+1:] }

// isVersion1 reports whether el is of SAML 1.0 or 1.1.
func isVersion1(el *etree.Element) bool {
	major, _ := xmlsig.Attr(el, "MajorVersion")
	minor, _ := xmlsig.Attr(el, "MinorVersion")
	return major == "1" && (minor == "0" || minor == "1")
}
