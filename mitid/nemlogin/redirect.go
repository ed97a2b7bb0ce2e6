package nemlogin

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/beevik/etree"
)

// rsaSHA256 is the signature algorithm of every message that we sign (RFC 9231 section
// 2.3.2).
const rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

// signedRedirect returns address with message as the parameter name ("SAMLRequest" or
// "SAMLResponse"): deflated, in Base64, with relayState, and signed with RSA-SHA256 in the
// query (SAML Bindings 2.0 section 3.4.4.1). An empty relayState is left out. The signature
// covers the parameters exactly as they stand in the address.
func signedRedirect(address, name string, message *etree.Element, relayState string, key *rsa.PrivateKey) (string, error) {
	deflated, err := deflate(message)
	if err != nil {
		return "", err
	}
	query := name + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated))
	if relayState != "" {
		query += "&RelayState=" + url.QueryEscape(relayState)
	}
	query += "&SigAlg=" + url.QueryEscape(rsaSHA256)
	digest := sha256.Sum256([]byte(query))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
	if strings.Contains(address, "?") {
		return address + "&" + query, nil
	}
	return address + "?" + query, nil
}

// deflate returns message as compressed XML (RFC 1951, without a header).
func deflate(message *etree.Element) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := etree.NewDocumentWithRoot(message).WriteTo(w); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
