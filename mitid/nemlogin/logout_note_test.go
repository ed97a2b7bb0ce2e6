package nemlogin

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // to be refused
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// Who the messages of these tests log out, and where they go.
const (
	spLogout    = "https://kommune.example/logout"
	soeren      = namePerson + personUUID
	sessionName = "session-å"
)

// A logoutNote is a logout message of the IdP. Tests change its parts.
type logoutNote struct {
	name       string // "SAMLRequest" or "SAMLResponse"
	root       *etree.Element
	relayState string // left out if empty
	signer     KeyPair
	algorithm  string // of the redirect
	hash       crypto.Hash
}

func newNote(name, local string) *logoutNote {
	root := etree.NewElement("samlp:" + local)
	for _, a := range [][2]string{
		{"xmlns:samlp", nsProtocol}, {"xmlns:saml", nsAssertion}, {"ID", "_note-1"}, {"Version", "2.0"}, {"IssueInstant", stamp(now)}, {"Destination", spLogout},
	} {
		root.CreateAttr(a[0], a[1])
	}
	root.CreateElement("saml:Issuer").SetText(idpEntityID)
	return &logoutNote{name: name, root: root, signer: pairs("idp"), algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", hash: crypto.SHA256}
}

// newLogoutRequest returns a LogoutRequest that ends one session of soeren.
func newLogoutRequest() *logoutNote {
	n := newNote("SAMLRequest", "LogoutRequest")
	n.root.CreateAttr("NotOnOrAfter", stamp(now.Add(logoutLife)))
	nameID := n.root.CreateElement("saml:NameID")
	nameID.CreateAttr("Format", formatPersistent)
	nameID.SetText(soeren)
	n.root.CreateElement("samlp:SessionIndex").SetText(sessionName)
	return n
}

// newLogoutResponse returns the answer to the LogoutRequest that EndSession made with
// state.
func newLogoutResponse(state string) *logoutNote {
	n := newNote("SAMLResponse", "LogoutResponse")
	n.relayState = state
	n.root.CreateAttr("InResponseTo", "_"+state)
	n.root.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", "urn:oasis:names:tc:SAML:2.0:status:Success")
	return n
}

// with changes the message and returns it.
func (n *logoutNote) with(change func(*logoutNote)) *logoutNote {
	change(n)
	return n
}

func packed(tb testing.TB, text []byte) string {
	tb.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	require.NoError(tb, err)
	_, err = w.Write(text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// sign returns a signature over covered.
func (n *logoutNote) sign(tb testing.TB, covered string) string {
	tb.Helper()
	h := n.hash.New()
	h.Write([]byte(covered))
	signature, err := rsa.SignPKCS1v15(rand.Reader, n.signer.Key, n.hash, h.Sum(nil))
	require.NoError(tb, err)
	return base64.StdEncoding.EncodeToString(signature)
}

// query returns the message by redirect, with the value of its parameter as it is given.
func (n *logoutNote) query(tb testing.TB, value string) string {
	tb.Helper()
	q := n.name + "=" + url.QueryEscape(value)
	if n.relayState != "" {
		q += "&RelayState=" + url.QueryEscape(n.relayState)
	}
	q += "&SigAlg=" + url.QueryEscape(n.algorithm)
	return q + "&Signature=" + url.QueryEscape(n.sign(tb, q))
}

// redirect returns the message by redirect.
func (n *logoutNote) redirect(tb testing.TB) mitid.Callback {
	tb.Helper()
	return mitid.Callback{Method: http.MethodGet, RawQuery: n.query(tb, packed(tb, xmlOf(n.root)))}
}

// signedXML returns the message with an enveloped signature.
func (n *logoutNote) signedXML(tb testing.TB) []byte {
	tb.Helper()
	signed, err := xmlsig.Sign(n.root, "ID", n.signer.Key, n.signer.Certificate)
	require.NoError(tb, err)
	return xmlOf(signed)
}

// form returns a form post of text.
func (n *logoutNote) form(text []byte) mitid.Callback {
	values := url.Values{n.name: {base64.StdEncoding.EncodeToString(text)}}
	if n.relayState != "" {
		values.Set("RelayState", n.relayState)
	}
	return mitid.Callback{Method: http.MethodPost, Body: []byte(values.Encode())}
}

// post returns the message by form post.
func (n *logoutNote) post(tb testing.TB) mitid.Callback {
	tb.Helper()
	return n.form(n.signedXML(tb))
}

// receiveAs reads and verifies a message of ours by redirect, as the IdP does.
func receiveAs(tb testing.TB, name, address string, key *rsa.PublicKey) *authnRequest {
	tb.Helper()
	u, err := url.Parse(address)
	require.NoError(tb, err)
	covered, signature, ok := strings.Cut(u.RawQuery, "&Signature=")
	require.True(tb, ok)
	signature, err = url.QueryUnescape(signature)
	require.NoError(tb, err)
	raw, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(tb, err)
	digest := sha256.Sum256([]byte(covered))
	require.NoError(tb, rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw))
	require.Equal(tb, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", u.Query().Get("SigAlg"))
	text, err := base64.StdEncoding.DecodeString(u.Query().Get(name))
	require.NoError(tb, err)
	doc := etree.NewDocument()
	_, err = doc.ReadFrom(flate.NewReader(bytes.NewReader(text)))
	require.NoError(tb, err)
	return &authnRequest{id: doc.Root().SelectAttrValue("ID", ""), relayState: u.Query().Get("RelayState"), root: doc.Root()}
}

// inSession sets the SessionIndex of an assertion.
func inSession(name string) func(*etree.Element) {
	return func(el *etree.Element) { el.SelectElement("AuthnStatement").CreateAttr("SessionIndex", name) }
}
