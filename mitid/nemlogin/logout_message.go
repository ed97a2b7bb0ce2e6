package nemlogin

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// maxLogoutMessage bounds a logout message after it is inflated, in bytes.
const maxLogoutMessage = 64 << 10

// deflateEncoding is the one encoding of the binding HTTP-Redirect (SAML Bindings 2.0
// section 3.4.4.1).
const deflateEncoding = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

// logoutMessage is a message whose signature is verified.
type logoutMessage struct {
	name       string         // "SAMLRequest" or "SAMLResponse"
	root       *etree.Element // what the signature covers
	relayState string         // with a form post the signature does not cover it
}

// readLogoutMessage reads the message of cb and verifies its signature.
func (b *Broker) readLogoutMessage(cb mitid.Callback) (*logoutMessage, error) {
	var m *logoutMessage
	var err error
	switch {
	case len(cb.RawQuery) > mitid.MaxCallbackQuery || len(cb.Body) > mitid.MaxCallbackBody:
		return nil, fault.New(fault.ResponseInvalid, "the message is too long")
	case cb.Method == http.MethodPost && cb.RawQuery != "":
		return nil, fault.New(fault.ResponseInvalid, "a form post has parameters in its address too")
	case cb.Method == http.MethodPost:
		m, err = b.readPost(cb)
	default:
		m, err = b.readRedirect(cb.RawQuery)
	}
	if err == nil && len(m.relayState) > maxRelayState {
		err = fault.New(fault.ResponseInvalid, "RelayState is longer than 80 bytes")
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// readRedirect reads a message of the binding HTTP-Redirect. It verifies the signature
// over the bytes as they came before it inflates or parses anything.
func (b *Broker) readRedirect(query string) (*logoutMessage, error) {
	raw, err := rawParameters(query)
	if err != nil {
		return nil, err
	}
	for name := range raw {
		switch name {
		case "SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding":
		default:
			return nil, fault.New(fault.ResponseInvalid, "the address has a parameter that the binding HTTP-Redirect does not have")
		}
	}
	m := &logoutMessage{}
	if m.name, err = messageName(raw); err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name, v := range raw {
		if values[name], err = url.QueryUnescape(v); err != nil {
			return nil, fault.New(fault.ResponseInvalid, "a parameter is not percent-encoded")
		}
	}
	if v, given := values["SAMLEncoding"]; given && v != deflateEncoding {
		return nil, fault.New(fault.ResponseInvalid, "the message is not in the encoding DEFLATE")
	}
	signed := m.name + "=" + raw[m.name]
	if v, given := raw["RelayState"]; given {
		signed += "&RelayState=" + v
	}
	signed += "&SigAlg=" + raw["SigAlg"]
	if err := b.verifyQuery(signed, values["SigAlg"], values["Signature"]); err != nil {
		return nil, err
	}
	data, err := inflate(values[m.name])
	if err != nil {
		return nil, err
	}
	doc, err := xmlsig.Parse(data)
	if err != nil {
		return nil, err
	}
	m.root, m.relayState = doc.Root(), values["RelayState"]
	return m, nil
}

// readPost reads a message of the binding HTTP-POST (SAML Bindings 2.0 section 3.5). The
// signature must be that of the message itself.
func (b *Broker) readPost(cb mitid.Callback) (*logoutMessage, error) {
	form, err := cb.Values()
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(form))
	for name, all := range form {
		if len(all) > 1 {
			return nil, fault.New(fault.ResponseInvalid, "a parameter of the message is given twice")
		}
		values[name] = all[0]
	}
	m := &logoutMessage{relayState: values["RelayState"]}
	if m.name, err = messageName(values); err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.Strict().DecodeString(values[m.name]) // line breaks are no fault (RFC 2045)
	if err != nil || len(data) > maxLogoutMessage {
		return nil, fault.New(fault.ResponseInvalid, "the message is not in Base64, or too long")
	}
	doc, err := xmlsig.Parse(data)
	if err != nil {
		return nil, err
	}
	v, err := b.idp.verifier(b.now)
	if err != nil {
		return nil, err
	}
	signed, err := v.Verify(doc, doc.Root())
	if err != nil {
		return nil, err
	}
	m.root = signed.Root
	return m, nil
}

// rawParameters splits a query into its parameters, without decoding them.
func rawParameters(query string) (map[string]string, error) {
	found := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if _, again := found[name]; again {
			return nil, fault.New(fault.SignatureInvalid, "a parameter of the message is given twice")
		}
		found[name] = value
	}
	return found, nil
}

// messageName returns which of the two messages is among the parameters.
func messageName(parameters map[string]string) (string, error) {
	_, request := parameters["SAMLRequest"]
	_, response := parameters["SAMLResponse"]
	switch {
	case request == response:
		return "", fault.New(fault.ResponseInvalid, "there is not exactly one of SAMLRequest and SAMLResponse")
	case request:
		return "SAMLRequest", nil
	}
	return "SAMLResponse", nil
}

// inflate decodes a message of the binding HTTP-Redirect: Base64 of DEFLATE (RFC 1951).
func inflate(text string) ([]byte, error) {
	packed, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, fault.New(fault.ResponseInvalid, "the message is not in Base64")
	}
	r := bytes.NewReader(packed) // an io.ByteReader, so that flate reads not a byte too many
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(r), maxLogoutMessage+1))
	switch {
	case len(data) > maxLogoutMessage:
		return nil, fault.New(fault.ResponseInvalid, "the message is longer than 64 kB after it is inflated")
	case err != nil || r.Len() > 0:
		return nil, fault.New(fault.ResponseInvalid, "the message cannot be inflated")
	}
	return data, nil
}
