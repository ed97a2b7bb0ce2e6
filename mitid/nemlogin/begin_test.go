package nemlogin

import (
	"net/url"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
)

// begin returns the request as the IdP gets it.
func begin(t *testing.T, b *Broker, r mitid.Request) (*authnRequest, *mitid.Redirect) {
	t.Helper()
	rd, err := newClient(t, b).Begin(t.Context(), r)
	require.NoError(t, err)
	require.Nil(t, rd.Form)
	return receive(t, rd.URL, &pairs("sp").Key.PublicKey), rd
}

func contexts(root *etree.Element) []string {
	var all []string
	for _, el := range root.FindElements("./RequestedAuthnContext/AuthnContextClassRef") {
		all = append(all, el.Text())
	}
	return all
}

func TestTheRequest(t *testing.T) {
	r, rd := begin(t, newBroker(t, nil), mitid.Request{})
	require.Equal(t, rd.Handle, r.relayState)
	require.Equal(t, nsProtocol, r.root.NamespaceURI())
	require.Equal(t, "AuthnRequest", r.root.Tag)
	attrs := map[string]string{}
	for _, a := range r.root.Attr {
		if a.Space != "xmlns" {
			attrs[a.Key] = a.Value
		}
	}
	require.Equal(t, map[string]string{
		"ID": r.id, "Version": "2.0", "IssueInstant": "2026-11-30T12:00:00Z", "Destination": idpSSO,
		"AssertionConsumerServiceURL": spACS, "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
	}, attrs)
	require.Regexp(t, `^_[A-Za-z0-9_-]{22}$`, r.id)
	require.Equal(t, spEntityID, r.root.FindElement("./Issuer").Text())
	policy := r.root.FindElement("./NameIDPolicy")
	require.Equal(t, formatPersistent, policy.SelectAttrValue("Format", ""))
	require.Equal(t, "true", policy.SelectAttrValue("AllowCreate", ""))
	require.Equal(t, "minimum", r.root.FindElement("./RequestedAuthnContext").SelectAttrValue("Comparison", ""))
	require.Equal(t, []string{contextLevel + "Substantial", contextPerson}, contexts(r.root))
	require.True(t, strings.HasPrefix(rd.URL, idpSSO+"?SAMLRequest="))
	require.NotContains(t, rd.URL, r.id, "the ID is in the compressed message alone")
}

func TestTwoRequestsShareNothing(t *testing.T) {
	b := newBroker(t, nil)
	one, _ := begin(t, b, mitid.Request{})
	two, _ := begin(t, b, mitid.Request{})
	require.NotEqual(t, one.id, two.id)
	require.NotEqual(t, one.relayState, two.relayState)
}

func TestWhatARequestAsksFor(t *testing.T) {
	person, professional := contextPerson, contextProfessional
	for name, c := range map[string]struct {
		request  mitid.Request
		contexts []string
	}{
		"low":          {mitid.Request{Level: claims.Low}, []string{contextLevel + "Substantial", person}}, // the Client's floor
		"high":         {mitid.Request{Level: claims.High}, []string{contextLevel + "High", person}},
		"professional": {mitid.Request{Capacity: claims.CapacityProfessional, Organisation: true}, []string{contextLevel + "Substantial", professional}},
		"either":       {mitid.Request{Capacity: claims.CapacityEither}, []string{contextLevel + "Substantial"}},
		"CPR":          {mitid.Request{CPR: mitid.CPRRequired}, []string{contextLevel + "Substantial", person}},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := begin(t, newBroker(t, nil), c.request)
			require.Equal(t, c.contexts, contexts(r.root))
			require.Nil(t, r.root.SelectAttr("ForceAuthn"))
			require.Nil(t, r.root.SelectAttr("IsPassive"))
			require.Nil(t, r.root.FindElement("./Extensions"))
		})
	}
	r, _ := begin(t, newBroker(t, nil), mitid.Request{Fresh: true})
	require.Equal(t, "true", r.root.SelectAttrValue("ForceAuthn", ""))
	r, _ = begin(t, newBroker(t, nil), mitid.Request{Silent: true})
	require.Equal(t, "true", r.root.SelectAttrValue("IsPassive", ""))
	r, _ = begin(t, newBroker(t, func(c *Config) { c.TransientNameID = true }), mitid.Request{})
	require.Equal(t, formatTransient, r.root.FindElement("./NameIDPolicy").SelectAttrValue("Format", ""))
	r, _ = begin(t, newBroker(t, func(c *Config) { c.CredentialTypes = []string{"mitid", "local"} }), mitid.Request{})
	require.Equal(t, []string{contextLevel + "Substantial", person, contextCredential + "mitid", contextCredential + "local"}, contexts(r.root))
}

// Extensions stand between the Issuer and the rest (SAML Core section 3.2.1).
func TestAnAppIsSwitchedBackTo(t *testing.T) {
	for word, platform := range map[string]mitid.Platform{"iOS": mitid.IOS, "Android": mitid.Android} {
		r, _ := begin(t, newBroker(t, nil), mitid.Request{AppSwitch: mitid.AppSwitch{Platform: platform, ResumeURL: "https://app.example/%C3%A6?a=1&b=2"}})
		children := r.root.ChildElements()
		require.Equal(t, []string{"Issuer", "Extensions", "NameIDPolicy", "RequestedAuthnContext"},
			[]string{children[0].Tag, children[1].Tag, children[2].Tag, children[3].Tag})
		require.Equal(t, nsProtocol, children[1].NamespaceURI())
		el := children[1].ChildElements()[0]
		require.Equal(t, "AppSwitch", el.Tag)
		require.Equal(t, nsExtensions, el.NamespaceURI())
		require.Equal(t, word, el.FindElement("./Platform").Text())
		require.Equal(t, "https://app.example/%C3%A6?a=1&b=2", el.FindElement("./ReturnURL").Text())
	}
	r, _ := begin(t, newBroker(t, nil), mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.IOS}})
	require.Nil(t, r.root.FindElement("./Extensions/AppSwitch/ReturnURL"))
}

func TestWhatNemLogInCannotCarryIsRefused(t *testing.T) {
	cvr := claims.MustParseCVR("13748136")
	without := func(names ...string) func(*Config) {
		return func(c *Config) {
			c.Attributes = []string{attrLoA, attrName}
			c.Attributes = append(c.Attributes, names...)
		}
	}
	private := func(c *Config) { c.PrivateProvider = true }
	for _, c := range []struct {
		field   string
		request mitid.Request
		change  func(*Config)
	}{
		{"Address", mitid.Request{Address: true}, nil},
		{"UUID", mitid.Request{UUID: claims.MustParseUUID(personUUID)}, nil},
		{"CPRHint", mitid.Request{CPRHint: cprtest.Number(1)}, nil},
		{"CVRHint", mitid.Request{CVRHint: cvr, Capacity: claims.CapacityEither}, nil},
		{"ReferenceText", mitid.Request{ReferenceText: "Æblegrød"}, nil},
		{"TransactionText", mitid.Request{TransactionText: mitid.Text{Body: "Æblegrød"}}, nil},
		{"Action", mitid.Request{Action: mitid.Sign}, nil},
		{"Locale", mitid.Request{Locale: mitid.English}, nil},
		{"RevokeCPRConsent", mitid.Request{RevokeCPRConsent: true}, nil},
		{"Organisation", mitid.Request{Organisation: true}, nil},
		{"NemIDPID", mitid.Request{NemIDPID: true}, nil},
		{"CPR", mitid.Request{CPR: mitid.CPRRequired}, private},
		{"CPR", mitid.Request{CPR: mitid.CPRIfPresent}, private},
		{"CPR", mitid.Request{CPR: mitid.CPRIfPresent}, without()},
	} {
		t.Run(c.field, func(t *testing.T) {
			_, err := newClient(t, newBroker(t, c.change)).Begin(t.Context(), c.request)
			require.ErrorIs(t, err, mitid.ErrUnsupported)
			require.ErrorContains(t, err, "Request."+c.field+":")
		})
	}
	_, err := newClient(t, newBroker(t, nil)).Begin(t.Context(), mitid.Request{Age: 18})
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	_, err = newClient(t, newBroker(t, without(attrPID))).Begin(t.Context(), mitid.Request{NemIDPID: true})
	require.NoError(t, err)
}

func TestAnAddressWithAQueryKeepsIt(t *testing.T) {
	message := etree.NewElement("x")
	address, err := signedRedirect("https://idp.example/sso?part=1", "SAMLResponse", message, "", pairs("sp").Key)
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "1", u.Query().Get("part"))
	require.True(t, u.Query().Has("SAMLResponse"))
	require.False(t, u.Query().Has("RelayState"))
}

// The evidence says what was asked, as the request did.
func TestTheEvidenceSaysWhatWasAsked(t *testing.T) {
	c := newClient(t, newBroker(t, nil))
	rd, err := c.Begin(t.Context(), mitid.Request{Level: claims.High, Fresh: true, CPR: mitid.CPRRequired})
	require.NoError(t, err)
	r := receive(t, rd.URL, &pairs("sp").Key.PublicKey)
	w := newAnswer(r)
	w.attributes[attrLoA] = []string{"High"}
	plain := w.assertionXML(t)
	w.plain = func(raw []byte) []byte { plain = raw; return raw }
	l, err := c.Complete(t.Context(), rd.State, w.callback(t))
	require.NoError(t, err)
	asked, err := url.ParseQuery(l.Evidence.Request.Reveal())
	require.NoError(t, err)
	require.Equal(t, url.Values{
		"ID": {r.id}, "Issuer": {spEntityID}, "Destination": {idpSSO}, "RelayState": {rd.Handle}, "AssertionConsumerServiceURL": {spACS},
		"NameIDPolicy": {formatPersistent}, "AuthnContextClassRef": contexts(r.root), "ForceAuthn": {"true"},
	}, asked)
	require.Len(t, l.Evidence.Tokens, 1)
	token := l.Evidence.Tokens[0]
	require.Equal(t, "assertion", token.Use)
	require.Equal(t, string(plain), token.Raw.Reveal(), "as it came, with its signature")
	require.Equal(t, pairs("idp").Certificate.Raw, token.Key)
	require.Equal(t, now, l.Evidence.At)
}
