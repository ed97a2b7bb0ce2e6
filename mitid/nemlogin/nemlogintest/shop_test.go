package nemlogintest_test

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// shop is a service provider that is not ours: crewjam/saml reads and writes its messages.
type shop struct {
	*testing.T
	sp     *saml.ServiceProvider
	server *httptest.Server

	mu       sync.Mutex // guards all below
	pending  []string   // the IDs of requests
	latest   *saml.Assertion
	inside   bool // somebody is logged in
	ended    []string
	refused  error
	answered string // the relay state of a logout that we began and that ended
}

// newShop opens a shop that is registered. number chooses its key.
func newShop(t *testing.T, fake *nemlogintest.Broker, entityID string, number int, change ...func(*saml.EntityDescriptor)) *shop {
	t.Helper()
	s := &shop{T: t}
	mux := http.NewServeMux()
	mux.HandleFunc("/login", s.login)
	mux.HandleFunc("/acs", s.acs)
	mux.HandleFunc("/logout", s.logout)
	mux.HandleFunc("/slo", s.slo)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("butik")) })
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)

	key := fake.Keys().Ring[number]
	private, err := key.Private()
	require.NoError(t, err)
	var idp saml.EntityDescriptor
	require.NoError(t, xml.Unmarshal(fake.Metadata(), &idp))
	at := func(path string) url.URL {
		u, err := url.Parse(s.server.URL + path)
		require.NoError(t, err)
		return *u
	}
	s.sp = &saml.ServiceProvider{
		EntityID: entityID, Key: private, Certificate: key.Certificate, AcsURL: at("/acs"), SloURL: at("/slo"), IDPMetadata: &idp,
		AuthnNameIDFormat: saml.PersistentNameIDFormat, SignatureMethod: rsaSHA256, RejectSHA1Signatures: true,
		LogoutBindings: []string{saml.HTTPRedirectBinding}, AssertionConsumerServiceBindings: []string{saml.HTTPPostBinding},
		MetadataOmitValidUntil: true,
	}
	s.register(fake, change...)
	return s
}

const rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

func (s *shop) register(fake *nemlogintest.Broker, change ...func(*saml.EntityDescriptor)) {
	s.Helper()
	m := s.sp.Metadata()
	for _, c := range change {
		c(m)
	}
	text, err := xml.Marshal(m)
	require.NoError(s, err)
	require.NoError(s, fake.Register(text))
}

// request returns a signed AuthnRequest as an address.
func (s *shop) request(relayState string, change ...func(*saml.AuthnRequest)) string {
	s.Helper()
	q, err := s.sp.MakeAuthenticationRequest(s.sp.GetSSOBindingLocation(saml.HTTPRedirectBinding), saml.HTTPRedirectBinding, saml.HTTPPostBinding)
	require.NoError(s, err)
	for _, c := range change {
		c(q)
	}
	u, err := q.Redirect(relayState, s.sp)
	require.NoError(s, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, q.ID)
	return u.String()
}

func (s *shop) login(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, s.request("æøå-"+r.URL.Query().Get("n")), http.StatusFound)
}

// read judges a Response in Base64.
func (s *shop) read(encoded string) (*saml.Assertion, error) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(s, err)
	s.mu.Lock()
	pending := append([]string(nil), s.pending...)
	s.mu.Unlock()
	return s.sp.ParseXMLResponse(text, pending, s.sp.AcsURL)
}

func (s *shop) acs(w http.ResponseWriter, r *http.Request) {
	a, err := s.read(r.PostFormValue("SAMLResponse"))
	s.mu.Lock()
	s.latest, s.refused, s.inside = a, err, err == nil
	s.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *shop) logout(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a := s.latest
	s.inside = false
	s.mu.Unlock()
	u, err := s.sp.MakeRedirectLogoutRequest(a.Subject.NameID.Value, "farvel", func(q *saml.LogoutRequest) {
		q.NameID.Format = a.Subject.NameID.Format
		q.SessionIndex = &saml.SessionIndex{Value: a.AuthnStatements[0].SessionIndex}
	})
	if !assert.NoError(s, err) {
		return
	}
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// slo takes the IdP's logout messages.
func (s *shop) slo(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("SAMLResponse") != "" {
		//lint:ignore SA1019 the shop keeps no list of its requests; the fake's answer is what is under test
		err := s.sp.ValidateLogoutResponseRequest(r)
		s.mu.Lock()
		s.answered, s.refused = r.FormValue("RelayState"), err
		s.mu.Unlock()
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	q, err := s.sp.ValidateLogoutRequest(r)
	if !assert.NoError(s, err) {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.inside, s.ended = false, append(s.ended, q.NameID.Value)
	s.mu.Unlock()
	u, err := s.sp.MakeRedirectLogoutResponse(q.ID, r.FormValue("RelayState"))
	if assert.NoError(s, err) {
		http.Redirect(w, r, u.String(), http.StatusFound)
	}
}

// visit opens a page of the shop in a browser, and asserts that it leads back to the shop.
func (s *shop) visit(browser *mitidtest.Browser, path string, as ...mitidtest.Outcome) {
	s.Helper()
	res, err := browser.Visit(s.Context(), s.server.URL+path, as...)
	require.NoError(s, err)
	require.NoError(s, res.Body.Close())
	require.Equal(s, http.StatusOK, res.StatusCode)
}

// attributes returns the latest assertion's.
func (s *shop) attributes() map[string][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NoError(s, s.refused)
	require.NotNil(s, s.latest)
	all := map[string][]string{}
	for _, st := range s.latest.AttributeStatements {
		for _, a := range st.Attributes {
			for _, v := range a.Values {
				all[a.Name] = append(all[a.Name], v.Value)
			}
		}
	}
	return all
}

func (s *shop) isInside() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inside
}
