package nemlogin_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// foreignIdP is an IdP as a service provider that is not ours is told of it.
type foreignIdP struct {
	EntityID     string   `json:"entityID"`
	SSO          string   `json:"sso"`
	SLO          string   `json:"slo"`
	Certificates []string `json:"certificates"` // PEM
}

const redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

// readForeignIdP reads metadata without our reader.
func readForeignIdP(t *testing.T, metadata []byte) foreignIdP {
	t.Helper()
	type endpoint struct {
		Binding  string `xml:",attr"`
		Location string `xml:",attr"`
	}
	var m struct {
		EntityID string `xml:"entityID,attr"`
		IdP      struct {
			Certificates []string   `xml:"KeyDescriptor>KeyInfo>X509Data>X509Certificate"`
			SLO          []endpoint `xml:"SingleLogoutService"`
			SSO          []endpoint `xml:"SingleSignOnService"`
		} `xml:"IDPSSODescriptor"`
	}
	require.NoError(t, xml.Unmarshal(metadata, &m))
	idp := foreignIdP{EntityID: m.EntityID}
	for _, c := range m.IdP.Certificates {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c), ""))
		require.NoError(t, err)
		idp.Certificates = append(idp.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	}
	find := func(all []endpoint) string {
		for _, e := range all {
			if e.Binding == redirectBinding {
				return e.Location
			}
		}
		t.Fatal("the IdP has no endpoint for redirects")
		return ""
	}
	idp.SSO, idp.SLO = find(m.IdP.SSO), find(m.IdP.SLO)
	return idp
}

// foreignMetadata is the metadata of a service provider that is not ours. Its encryption
// key lists the methods.
func foreignMetadata(p *party, methods ...string) []byte {
	key := `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + base64.StdEncoding.EncodeToString(p.Certificate.Raw) + `</X509Certificate></X509Data></KeyInfo>`
	listed := ""
	for _, m := range methods {
		listed += `<EncryptionMethod Algorithm="` + m + `"/>`
	}
	return fmt.Appendf(nil, `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
<SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing">%[2]s</KeyDescriptor>
<KeyDescriptor use="encryption">%[2]s%[3]s</KeyDescriptor>
<SingleLogoutService Binding="%[4]s" Location="%[5]s"/>
<NameIDFormat>%[6]s</NameIDFormat>
<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%[7]s" index="0" isDefault="true"/>
</SPSSODescriptor>
</EntityDescriptor>`, p.EntityID, key, listed, redirectBinding, spSLO, persistent, spACS)
}

// told is what a service provider that is not ours says about a message.
type told struct {
	URL          string          `json:"url"`     // of a message that it made
	Pending      json.RawMessage `json:"pending"` // what it must remember
	Issuer       string          `json:"issuer"`
	NameID       string          `json:"name_id"`
	NameIDFormat string          `json:"name_id_format"`
	SessionIndex string          `json:"session_index"`
	Session      string          `json:"session"` // Lasso's
	LoggedOut    bool            `json:"logged_out"`
	Status       string          `json:"status"`
	InResponseTo string          `json:"in_response_to"`
	RelayState   string          `json:"relay_state"`

	Attributes map[string][]string `json:"attributes"`
}

// A foreignSP is a service provider that is not ours.
type foreignSP struct {
	self     *party
	metadata []byte
	methods  []string // of encryption, in metadata
	ask      func(t *testing.T, idp []byte, question map[string]any) (*told, error)
}

func newNodeSP(t *testing.T, methods ...string) *foreignSP {
	t.Helper()
	node, self := needsNode(t), newParty(t, "https://node.example")
	ask := func(t *testing.T, idp []byte, question map[string]any) (*told, error) {
		asked := map[string]any{
			"self": map[string]string{"entityID": self.EntityID, "acs": spACS, "key": self.keyPEM()},
			"idp":  readForeignIdP(t, idp),
		}
		maps.Copy(asked, question)
		answer := new(told)
		err := judge(t, node, "sp_judge.js", asked, answer)
		return answer, err
	}
	return &foreignSP{self, foreignMetadata(self, methods...), methods, ask}
}

func newLassoSP(t *testing.T, methods ...string) *foreignSP {
	t.Helper()
	python, self := needsLasso(t), newParty(t, "https://lasso.example")
	metadata := foreignMetadata(self, methods...)
	ask := func(t *testing.T, idp []byte, question map[string]any) (*told, error) {
		asked := map[string]any{"self": self.lassoSelf(metadata), "peer": string(idp), "acs": spACS}
		maps.Copy(asked, question)
		answer := new(told)
		err := judge(t, python, "lasso_judge.py", asked, answer)
		return answer, err
	}
	return &foreignSP{self, metadata, methods, ask}
}

const oaepMGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"

// cipherings are the ways to encrypt that the service providers know.
var cipherings = map[string]struct {
	methods    []string // in the metadata
	encryption nemlogintest.Encryption
}{
	"plain":       {nil, nemlogintest.EncryptNothing},
	"AES-256-GCM": {[]string{aes256GCM, oaepMGF1P}, nemlogintest.EncryptByMetadata},
	"AES-256-CBC": {[]string{aes256CBC, oaepMGF1P}, nemlogintest.EncryptByMetadata},
}

// forEachSP runs test with each service provider that is not ours, registered at a fake that
// encrypts in one of cipherings.
func forEachSP(t *testing.T, ciphering string, test func(t *testing.T, fake *nemlogintest.Broker, sp *foreignSP)) {
	for name, start := range map[string]func(*testing.T, ...string) *foreignSP{"node-saml": newNodeSP, "Lasso": newLassoSP} {
		t.Run(name+", "+ciphering, func(t *testing.T) {
			sp := start(t, cipherings[ciphering].methods...)
			fake := nemlogintest.New(t)
			require.NoError(t, fake.Register(sp.metadata))
			fake.Configure(func(s *nemlogintest.Settings) { s.Encryption = cipherings[ciphering].encryption })
			test(t, fake, sp)
		})
	}
}

const (
	substantial  = "https://data.gov.dk/concept/core/nsis/loa/Substantial"
	person       = "https://data.gov.dk/eid/Person"
	professional = "https://data.gov.dk/eid/Professional"
	relayState   = "håndtag-1"
)

// answered is a login at the fake, where the person does what the test says: the response as the browser brings it, and what the
// service provider must remember of its request.
func answered(t *testing.T, fake *nemlogintest.Broker, sp *foreignSP, does mitidtest.Outcome, capacity string) (response string, pending json.RawMessage) {
	t.Helper()
	begun, err := sp.ask(t, fake.Metadata(), map[string]any{"do": "request", "classes": []string{substantial, capacity}, "relay_state": relayState})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: begun.URL}, does)
	require.NoError(t, err)
	require.Equal(t, http.MethodPost, cb.Method)
	form, err := url.ParseQuery(string(cb.Body))
	require.NoError(t, err)
	assert.Equal(t, relayState, form.Get("RelayState"))
	return form.Get("SAMLResponse"), begun.Pending
}

func (sp *foreignSP) accept(t *testing.T, idp []byte, response string, pending json.RawMessage) (*told, error) {
	t.Helper()
	return sp.ask(t, idp, map[string]any{"do": "accept", "response": response, "pending": pending})
}

func TestForeignServiceProviders(t *testing.T) {
	for ciphering := range cipherings {
		forEachSP(t, ciphering, foreignLogins)
	}
}

func foreignLogins(t *testing.T, fake *nemlogintest.Broker, sp *foreignSP) {
	t.Run("a citizen", func(t *testing.T) {
		c := mitidtest.CodeDisplayUser() // with a CPR number of package cprtest
		response, pending := answered(t, fake, sp, mitidtest.Approve(c), person)
		document, err := base64.StdEncoding.DecodeString(response)
		require.NoError(t, err)
		for _, algorithm := range sp.methods {
			assert.True(t, bytes.Contains(document, []byte(algorithm)), "it is encrypted with %s", algorithm)
		}
		said, err := sp.accept(t, fake.Metadata(), response, pending)
		require.NoError(t, err)
		assert.Equal(t, fake.EntityID(), said.Issuer)
		assert.True(t, strings.HasPrefix(said.NameID, core+"eid/person/uuid/"))
		assert.Equal(t, persistent, said.NameIDFormat)
		assert.NotEmpty(t, said.SessionIndex)
		assert.Equal(t, []string{"OIO-SAML-3.0"}, said.Attributes[core+"specVersion"])
		assert.Equal(t, []string{"Lærke Nørgård"}, said.Attributes[core+"eid/fullName"])
		assert.True(t, slices.Equal([]string{c.CPR.Reveal()}, said.Attributes[core+"eid/cprNumber"]))
	})
	t.Run("an employee", func(t *testing.T) {
		fake.Configure(func(s *nemlogintest.Settings) {
			s.Privileges = func(*mitidtest.Citizen, *mitidtest.Company) []nemlogintest.PrivilegeGroup {
				return []nemlogintest.PrivilegeGroup{{Scope: nemlogintest.ScopeCVR("12345674"), Privileges: []string{"urn:dk:some_domain:myPrivilege1A"}}}
			}
		})
		response, pending := answered(t, fake, sp, mitidtest.Approve(mitidtest.CompanyEmployee()), professional)
		said, err := sp.accept(t, fake.Metadata(), response, pending)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(said.NameID, core+"eid/professional/uuid/"))
		assert.Equal(t, []string{"Smørrebrød & Søn ApS"}, said.Attributes[core+"eid/professional/orgName"])
		require.Len(t, said.Attributes[core+"eid/privilegesIntermediate"], 1)
		list, err := base64.StdEncoding.DecodeString(said.Attributes[core+"eid/privilegesIntermediate"][0])
		require.NoError(t, err)
		assert.Contains(t, string(list), "urn:dk:some_domain:myPrivilege1A")
	})
	t.Run("somebody who cancels", func(t *testing.T) {
		response, pending := answered(t, fake, sp, mitidtest.Abort(), person)
		_, err := sp.accept(t, fake.Metadata(), response, pending)
		require.ErrorContains(t, err, "AuthnFailed")
	})
	t.Run("another key", func(t *testing.T) {
		before := fake.Metadata()
		fake.RotateKeys()
		response, pending := answered(t, fake, sp, mitidtest.Approve(mitidtest.CodeDisplayUser()), person)
		_, err := sp.accept(t, before, response, pending)
		require.ErrorContains(t, err, "ignature", "the judge verifies")
		_, err = sp.accept(t, fake.Metadata(), response, pending)
		require.NoError(t, err)
	})
}

// Lasso is the one judge that reads an EncryptedKey beside the EncryptedData without a
// RetrievalMethod.
func TestLassoReadsTheKeyBesideTheData(t *testing.T) {
	sp := newLassoSP(t, aes256GCM, oaepMGF1P)
	fake := nemlogintest.New(t)
	require.NoError(t, fake.Register(sp.metadata))
	fake.Configure(func(s *nemlogintest.Settings) { s.KeyBesideData = true })
	response, pending := answered(t, fake, sp, mitidtest.Approve(mitidtest.CodeDisplayUser()), person)
	said, err := sp.accept(t, fake.Metadata(), response, pending)
	require.NoError(t, err)
	assert.Equal(t, []string{"Lærke Nørgård"}, said.Attributes[core+"eid/fullName"])
}

// The service provider asks for the logout, and the fake answers.
func TestForeignServiceProvidersEndTheSession(t *testing.T) {
	forEachSP(t, "AES-256-GCM", func(t *testing.T, fake *nemlogintest.Broker, sp *foreignSP) {
		response, pending := answered(t, fake, sp, mitidtest.Approve(mitidtest.CodeDisplayUser()), person)
		in, err := sp.accept(t, fake.Metadata(), response, pending)
		require.NoError(t, err)
		asked, err := sp.ask(t, fake.Metadata(), map[string]any{
			"do": "logout_request", "method": "redirect", "relay_state": relayState,
			"name_id": in.NameID, "name_id_format": in.NameIDFormat, "session_index": in.SessionIndex, "session": in.Session,
		})
		require.NoError(t, err)
		cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: asked.URL})
		require.NoError(t, err)
		require.Equal(t, http.MethodGet, cb.Method)
		finish := func(message string) (*told, error) {
			return sp.ask(t, fake.Metadata(), map[string]any{"do": "logout_finish", "message": message, "pending": asked.Pending, "session": in.Session})
		}
		said, err := finish(cb.RawQuery)
		require.NoError(t, err)
		assert.True(t, said.LoggedOut)
		_, err = finish(strings.Replace(cb.RawQuery, url.QueryEscape(relayState), "another", 1))
		assert.ErrorContains(t, err, "ignature", "the judge verifies")
	})
}

// The fake asks for the logout, and the service provider answers.
func TestForeignServiceProvidersAreLoggedOut(t *testing.T) {
	forEachSP(t, "AES-256-GCM", func(t *testing.T, fake *nemlogintest.Broker, sp *foreignSP) {
		response, pending := answered(t, fake, sp, mitidtest.Approve(mitidtest.CodeDisplayUser()), person)
		in, err := sp.accept(t, fake.Metadata(), response, pending)
		require.NoError(t, err)
		cb, err := fake.Logout(in.NameID, false)
		require.NoError(t, err)
		answer := func(message string) (*told, error) {
			return sp.ask(t, fake.Metadata(), map[string]any{"do": "logout_answer", "message": message, "session": in.Session})
		}
		said, err := answer(cb.RawQuery)
		require.NoError(t, err)
		assert.Equal(t, in.NameID, said.NameID)
		assert.Equal(t, in.SessionIndex, said.SessionIndex)
		_, err = answer(strings.Replace(cb.RawQuery, "RelayState=", "RelayState=x", 1))
		assert.ErrorContains(t, err, "ignature", "the judge verifies")

		for _, of := range []struct {
			url    string
			status int
		}{
			{strings.Replace(said.URL, "RelayState=", "RelayState=x", 1), http.StatusBadRequest},
			{said.URL, http.StatusOK},
		} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, of.url, nil)
			require.NoError(t, err)
			answered, err := fake.HTTPClient().Do(request)
			require.NoError(t, err)
			_ = answered.Body.Close()
			assert.Equal(t, of.status, answered.StatusCode)
		}
	})
}
