package nemlogintest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// get fetches an address without following it, and returns status and body.
func get(t *testing.T, fake *nemlogintest.Broker, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	req.Header.Set("Accept-Language", "en")
	res, err := fake.HTTPClient().Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode, string(body)
}

// What is not signed by a registered service provider, or not for this address, leads
// nowhere.
func TestRequestsThatLeadNowhere(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	right := s.request("handle")
	for name, c := range map[string]struct {
		address string
		why     string
	}{
		"unknown service provider": {s.request("h", func(q *saml.AuthnRequest) { q.Issuer.Value += "/" }), "registered"},
		"another destination":      {s.request("h", func(q *saml.AuthnRequest) { q.Destination += "login" }), "404"},
		"destination of another":   {strings.Replace(s.request("h", func(q *saml.AuthnRequest) { q.Destination = "https://login.nemlog-in.dk/idp/saml/3.0/" }), "https://login.nemlog-in.dk", fake.Origin(), 1), "Destination"},
		"old":                      {s.request("h", func(q *saml.AuthnRequest) { q.IssueInstant = q.IssueInstant.Add(-11 * time.Minute) }), "IssueInstant"},
		"from the future":          {s.request("h", func(q *saml.AuthnRequest) { q.IssueInstant = q.IssueInstant.Add(11 * time.Minute) }), "IssueInstant"},
		"another version":          {s.request("h", func(q *saml.AuthnRequest) { q.Version = "1.1" }), "Version"},
		"consumer not registered":  {s.request("h", func(q *saml.AuthnRequest) { q.AssertionConsumerServiceURL = "https://evil.example/acs" }), "AssertionConsumerServiceURL"},
		"answer by artifact":       {s.request("h", func(q *saml.AuthnRequest) { q.ProtocolBinding = saml.HTTPArtifactBinding }), "ProtocolBinding"},
		"long relay state":         {s.request(strings.Repeat("a", 81)), "80 bytes"},
		"relay state changed":      {strings.Replace(right, "RelayState=handle", "RelayState=other", 1), "signature"},
		"signature cut out":        {right[:strings.Index(right, "&Signature=")], "not signed"},
		"parameter twice":          {right + "&RelayState=handle", "repeated"},
		"nothing":                  {fake.Origin() + "/idp/saml/3.0/", "SAMLRequest"},
		"no base64":                {fake.Origin() + "/idp/saml/3.0/?SAMLRequest=%C3%A6", "Base64"},
		"not deflated":             {fake.Origin() + "/idp/saml/3.0/?SAMLRequest=" + base64.StdEncoding.EncodeToString([]byte("<x/>")), "deflated"},
	} {
		t.Run(name, func(t *testing.T) {
			status, page := get(t, fake, c.address)
			if c.why == "404" {
				assert.Equal(t, http.StatusNotFound, status)
				return
			}
			assert.Equal(t, http.StatusBadRequest, status)
			assert.Contains(t, page, c.why)
			assert.Contains(t, page, "The login cannot start")
		})
	}
	status, page := get(t, fake, right)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "Ditlev Von Testesen")
}

// status returns the second-level status code that a request gets.
func (s *shop) status(fake *nemlogintest.Broker, address string, as ...mitidtest.Outcome) string {
	s.Helper()
	cb, err := mitidtest.Walk(s.Context(), fake, &mitid.Redirect{URL: address}, as...)
	require.NoError(s, err)
	values, err := cb.Values()
	require.NoError(s, err)
	text, err := base64.StdEncoding.DecodeString(values.Get("SAMLResponse"))
	require.NoError(s, err)
	doc := etree.NewDocument()
	require.NoError(s, doc.ReadFromBytes(text))
	codes := doc.FindElements("//StatusCode")
	require.NotEmpty(s, codes)
	return strings.TrimPrefix(codes[len(codes)-1].SelectAttrValue("Value", ""), "urn:oasis:names:tc:SAML:2.0:status:")
}

func TestStatuses(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	contexts := func(refs ...string) func(*saml.AuthnRequest) {
		return func(q *saml.AuthnRequest) {
			q.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: refs}
		}
	}
	const person, professional = "https://data.gov.dk/eid/Person", "https://data.gov.dk/eid/Professional"
	yes := true
	ditlev := mitidtest.Approve(mitidtest.Ditlev())
	for name, c := range map[string]struct {
		want   string
		change func(*saml.AuthnRequest)
		as     mitidtest.Outcome
	}{
		"a login":              {"Success", contexts(nsis + "loa/High"), ditlev},
		"the person cancels":   {"AuthnFailed", contexts(person), mitidtest.Abort()},
		"an error":             {"urn:dk:æøå", contexts(person), mitidtest.Fail("urn:dk:æøå", "Det gik galt på Ærø")},
		"nobody's employee":    {"UnknownPrincipal", contexts(professional), ditlev},
		"nobody is logged in":  {"NoPassive", func(q *saml.AuthnRequest) { q.IsPassive = &yes }, ditlev},
		"unknown level":        {"NoAuthnContext", contexts(nsis + "loa/Højest"), ditlev},
		"two levels":           {"NoAuthnContext", contexts(nsis+"loa/Low", nsis+"loa/High"), ditlev},
		"person and employee":  {"NoAuthnContext", contexts(person, professional), ditlev},
		"unknown class":        {"NoAuthnContext", contexts("urn:oasis:names:tc:SAML:2.0:ac:classes:Password"), ditlev},
		"a kind of credential": {"Success", contexts("https://nemlogin.dk/internal/credential/type/mitid"), ditlev},
		"exactly a level": {"NoAuthnContext", func(q *saml.AuthnRequest) {
			contexts(nsis + "loa/Low")(q)
			q.RequestedAuthnContext.Comparison = "exact"
		}, ditlev},
		"another NameID format": {"InvalidNameIDPolicy", func(q *saml.AuthnRequest) { f := string(saml.TransientNameIDFormat); q.NameIDPolicy.Format = &f }, ditlev},
		"a level out of reach":  {"Success", contexts(nsis + "loa/High"), mitidtest.Approve(mitidtest.PasswordUser())},
		"without a context":     {"Success", func(q *saml.AuthnRequest) { q.RequestedAuthnContext = nil }, ditlev},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, s.status(fake, s.request("h", c.change), c.as))
		})
	}
	fake.Configure(func(s *nemlogintest.Settings) { s.RefuseLowerLevel, s.CancelCode = true, "urn:dk:nemlog-in:cancelled" })
	assert.Equal(t, "NoAuthnContext", s.status(fake, s.request("h", contexts(nsis+"loa/High")), mitidtest.Approve(mitidtest.PasswordUser())))
	assert.Equal(t, "urn:dk:nemlog-in:cancelled", s.status(fake, s.request("h"), mitidtest.Abort()))
}

func TestRequestsAreKept(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	s.visit(fake.NewBrowser(), "/login?n=7")
	requests := fake.Requests()
	require.Len(t, requests, 1)
	assert.Equal(t, "/idp/saml/3.0/", requests[0].Path)
	assert.Equal(t, "æøå-7", requests[0].Query.Get("RelayState"))
	assert.Equal(t, 1, fake.Count("/idp/saml/3.0/"))
}
