package nemlogin

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// The two parties of these tests.
const (
	idpEntityID = "https://saml.test-nemlog-in.dk/"
	idpSSO      = "https://login.test-nemlog-in.dk/idp/saml/3.0/"
	spEntityID  = "https://kommune.example/saml"
	spACS       = "https://kommune.example/callback"
)

// now is the time of these tests.
var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// pairs makes the keys of these tests once: making one takes longer than a test.
var pairs = func() func(name string) KeyPair {
	var mu sync.Mutex
	made := map[string]KeyPair{}
	return func(name string) KeyPair {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := made[name]; !ok {
			made[name] = newPair(pkix.Name{CommonName: name}, 2048, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
		}
		return made[name]
	}
}()

// newPair returns a key with a certificate that it signs itself.
func newPair(subject pkix.Name, bits int, from, to time.Time) KeyPair {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return KeyPair{Key: key, Certificate: cert}
}

// metadata returns the metadata of an IdP like NemLog-in's: unsigned, undated, one key.
func metadata(entityID string, keys ...KeyPair) []byte {
	var b strings.Builder
	b.WriteString(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + entityID + `">` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true">`)
	for _, k := range keys {
		b.WriteString(`<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
			base64.StdEncoding.EncodeToString(k.Certificate.Raw) + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`)
	}
	b.WriteString(`<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="` + idpSSO + `"/>` +
		`<NameIDFormat>` + formatPersistent + `</NameIDFormat><NameIDFormat>` + formatTransient + `</NameIDFormat>` +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="` + idpSSO + `"/>` +
		`</IDPSSODescriptor></EntityDescriptor>`)
	return []byte(b.String())
}

// settings returns a Config that works.
func settings() Config {
	return Config{
		EntityID: spEntityID, Keys: []KeyPair{pairs("sp")}, IdP: [][]byte{metadata(idpEntityID, pairs("idp"))},
		LogoutURL: "https://kommune.example/logout", Now: func() time.Time { return now },
	}
}

func newBroker(tb testing.TB, change func(*Config)) *Broker {
	tb.Helper()
	cfg := settings()
	if change != nil {
		change(&cfg)
	}
	b, err := New(cfg)
	require.NoError(tb, err)
	return b
}

func newClient(tb testing.TB, b *Broker) *mitid.Client {
	tb.Helper()
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: spACS, Now: b.now})
	require.NoError(tb, err)
	return c
}

// An authnRequest is a request as it arrives at the IdP.
type authnRequest struct {
	id, relayState string
	root           *etree.Element
}

// receive reads and verifies a request by redirect.
func receive(tb testing.TB, address string, key *rsa.PublicKey) *authnRequest {
	tb.Helper()
	u, err := url.Parse(address)
	require.NoError(tb, err)
	signedPart, signature, ok := strings.Cut(u.RawQuery, "&Signature=")
	require.True(tb, ok)
	q := u.Query()
	require.Equal(tb, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", q.Get("SigAlg"))
	raw, err := url.QueryUnescape(signature)
	require.NoError(tb, err)
	sig, err := base64.StdEncoding.DecodeString(raw)
	require.NoError(tb, err)
	digest := sha256.Sum256([]byte(signedPart))
	require.NoError(tb, rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], sig))
	deflated, err := base64.StdEncoding.DecodeString(q.Get("SAMLRequest"))
	require.NoError(tb, err)
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	require.NoError(tb, err)
	doc := etree.NewDocument()
	require.NoError(tb, doc.ReadFromBytes(text))
	return &authnRequest{id: doc.Root().SelectAttrValue("ID", ""), relayState: q.Get("RelayState"), root: doc.Root()}
}

// An answer is one response of the IdP, and what is wrong with it. A hook that is nil does
// nothing.
type answer struct {
	request     *authnRequest
	at          time.Time // the IdP's clock
	attributes  map[string][]string
	nameID      string
	status      string // a Status element; a success if empty
	signer      KeyPair
	to          KeyPair // the key that it is encrypted for
	encryption  xmlenc.RSA
	signMessage bool

	assertion func(*etree.Element)                // before it is signed
	signed    func(*etree.Element) *etree.Element // after that
	plain     func([]byte) []byte                 // what is encrypted
	encrypted func(*etree.Element)                // the EncryptedAssertion
	response  func(*etree.Element)                // before it is signed
	sent      func([]byte) []byte                 // the XML of the response
	form      func(url.Values)
}

const personUUID = "4a7f1f2e-0c6b-4a55-9b1e-3f4f6d0f2c11"

// persons are the attributes of a citizen.
func personAttributes() map[string][]string {
	return map[string][]string{
		model + "specVersion":                       {"OIO-SAML-3.0"},
		"https://data.gov.dk/concept/core/nsis/loa": {"Substantial"},
		"https://data.gov.dk/concept/core/nsis/ial": {"Substantial"},
		"https://data.gov.dk/concept/core/nsis/aal": {"Substantial"},
		model + "eid/cprNumber":                     {cprtest.Number(1).Reveal()},
		model + "eid/cprUuid":                       {"urn:uuid:0a5e9b1c-3c6a-4a3c-8a53-6a8d5f3c9b21"},
		model + "eid/fullName":                      {"Søren Ærø Ågård"},
		model + "eid/firstName":                     {"Søren Ærø"},
		model + "eid/lastName":                      {"Ågård"},
		model + "eid/email":                         {"soeren@eksempel.example", "ærø@eksempel.example"},
	}
}

// employeeAttributes are the attributes of an employee.
func employeeAttributes() map[string][]string {
	m := personAttributes()
	m[model+"eid/professional/cvr"] = []string{"13748136"}
	m[model+"eid/professional/orgName"] = []string{"Æblegårdens Børnehave"}
	m[model+"eid/professional/uuid/persistent"] = []string{"c1a7d2f0-9a41-4c39-8f0a-2f3b7f5d6e77"}
	return m
}

func newAnswer(r *authnRequest) *answer {
	return &answer{
		request: r, at: now, attributes: personAttributes(), nameID: namePerson + personUUID, signer: pairs("idp"), to: pairs("sp"),
		encryption: encryption(xmlenc.OAEP_SHA256(), xmlenc.AES256GCM, xmlenc.SHA256),
	}
}

// encryption returns a way to encrypt.
func encryption(transport xmlenc.RSA, cipher xmlenc.BlockCipher, digest xmlenc.DigestMethod) xmlenc.RSA {
	transport.BlockCipher, transport.DigestMethod = cipher, digest
	return transport
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// newAssertion returns the assertion before it is signed.
func (w *answer) newAssertion() *etree.Element {
	el := etree.NewElement("saml:Assertion")
	el.CreateAttr("xmlns:saml", nsAssertion)
	el.CreateAttr("ID", "_assertion")
	el.CreateAttr("Version", "2.0")
	el.CreateAttr("IssueInstant", stamp(w.at))
	el.CreateElement("saml:Issuer").SetText(idpEntityID)
	subject := el.CreateElement("saml:Subject")
	nameID := subject.CreateElement("saml:NameID")
	nameID.CreateAttr("Format", formatPersistent)
	nameID.SetText(w.nameID)
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	data.CreateAttr("NotOnOrAfter", stamp(w.at.Add(5*time.Minute)))
	data.CreateAttr("Recipient", spACS)
	data.CreateAttr("InResponseTo", w.request.id)
	conditions := el.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", stamp(w.at))
	conditions.CreateAttr("NotOnOrAfter", stamp(w.at.Add(time.Hour)))
	conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(spEntityID)
	statement := el.CreateElement("saml:AuthnStatement")
	statement.CreateAttr("AuthnInstant", stamp(w.at))
	statement.CreateAttr("SessionIndex", "session-å")
	statement.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:X509")
	attributes := el.CreateElement("saml:AttributeStatement")
	for _, name := range append(append([]string{}, publicAttributes...), otherAttributes...) {
		values, ok := w.attributes[name]
		if !ok {
			continue
		}
		attribute := attributes.CreateElement("saml:Attribute")
		attribute.CreateAttr("Name", name)
		attribute.CreateAttr("NameFormat", formatURI)
		for _, v := range values {
			attribute.CreateElement("saml:AttributeValue").SetText(v)
		}
	}
	return el
}

// xmlOf returns el as a document.
func xmlOf(el *etree.Element) []byte {
	text, err := etree.NewDocumentWithRoot(el.Copy()).WriteToBytes()
	if err != nil {
		panic(err)
	}
	return text
}

// encrypt returns an EncryptedAssertion.
func (w *answer) encrypt(tb testing.TB, plain []byte) *etree.Element {
	tb.Helper()
	data, err := w.encryption.Encrypt(w.to.Certificate, plain, nil)
	require.NoError(tb, err)
	data.CreateAttr("Type", nsXenc+"Element")
	el := etree.NewElement("saml:EncryptedAssertion")
	el.CreateAttr("xmlns:saml", nsAssertion)
	el.AddChild(data)
	return el
}

// xml returns the response.
func (w *answer) xml(tb testing.TB) []byte {
	tb.Helper()
	root := etree.NewElement("samlp:Response")
	root.CreateAttr("xmlns:samlp", nsProtocol)
	root.CreateAttr("xmlns:saml", nsAssertion)
	root.CreateAttr("ID", "_response")
	root.CreateAttr("Version", "2.0")
	root.CreateAttr("IssueInstant", stamp(w.at))
	root.CreateAttr("Destination", spACS)
	root.CreateAttr("InResponseTo", w.request.id)
	root.CreateElement("saml:Issuer").SetText(idpEntityID)
	status := w.status
	if status == "" {
		status = `<samlp:Status xmlns:samlp="` + nsProtocol + `"><samlp:StatusCode Value="` + statusPrefix + `Success"/></samlp:Status>`
	}
	doc := etree.NewDocument()
	require.NoError(tb, doc.ReadFromString(status))
	root.AddChild(doc.Root())
	if w.status == "" {
		root.AddChild(w.encrypt(tb, w.assertionXML(tb)))
		if w.encrypted != nil {
			w.encrypted(root.SelectElement("EncryptedAssertion"))
		}
	}
	if w.response != nil {
		w.response(root)
	}
	if w.signMessage {
		signed, err := xmlsig.Sign(root, "ID", w.signer.Key, w.signer.Certificate)
		require.NoError(tb, err)
		root = signed
	}
	raw := xmlOf(root)
	if w.sent != nil {
		raw = w.sent(raw)
	}
	return raw
}

// assertionXML returns what is encrypted.
func (w *answer) assertionXML(tb testing.TB) []byte {
	tb.Helper()
	el := w.newAssertion()
	if w.assertion != nil {
		w.assertion(el)
	}
	el, err := xmlsig.Sign(el, "ID", w.signer.Key, w.signer.Certificate)
	require.NoError(tb, err)
	if w.signed != nil {
		el = w.signed(el)
	}
	plain := xmlOf(el)
	if w.plain != nil {
		plain = w.plain(plain)
	}
	return plain
}

// callback returns the form post.
func (w *answer) callback(tb testing.TB) mitid.Callback {
	tb.Helper()
	form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(w.xml(tb))}, "RelayState": {w.request.relayState}}
	if w.form != nil {
		w.form(form)
	}
	return mitid.Callback{Method: http.MethodPost, Body: []byte(form.Encode())}
}

// A visit is one login from start to end.
type visit struct {
	client  *mitid.Client
	request mitid.Request
	change  func(*answer)
}

func (v visit) run(tb testing.TB) (*mitid.Login, error) {
	tb.Helper()
	rd, err := v.client.Begin(context.Background(), v.request)
	require.NoError(tb, err)
	w := newAnswer(receive(tb, rd.URL, &pairs("sp").Key.PublicKey))
	if v.change != nil {
		v.change(w)
	}
	return v.client.Complete(context.Background(), rd.State, w.callback(tb))
}

// loginWith logs in with a Broker whose Config is as it is, and an answer that change spoils.
func loginWith(tb testing.TB, r mitid.Request, change func(*answer)) (*mitid.Login, error) {
	tb.Helper()
	return visit{newClient(tb, newBroker(tb, nil)), r, change}.run(tb)
}

func signElement(el *etree.Element, k KeyPair) (*etree.Element, error) {
	return xmlsig.Sign(el, "ID", k.Key, k.Certificate)
}

// loginStatus returns a Status with two codes and a message, each of which may be empty.
func loginStatus(top, second, message string) string {
	s := `<samlp:Status xmlns:samlp="` + nsProtocol + `"><samlp:StatusCode Value="` + statusPrefix + top + `">`
	if second != "" {
		s += `<samlp:StatusCode Value="` + second + `"/>`
	}
	s += `</samlp:StatusCode>`
	if message != "" {
		s += `<samlp:StatusMessage>` + message + `</samlp:StatusMessage>`
	}
	return s + `</samlp:Status>`
}
