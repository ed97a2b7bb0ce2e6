package mitidhttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// newCriiptoSite is a site whose broker is a fake Criipto.
func newCriiptoSite(t testing.TB, secure, formPost bool) (*site, *criiptotest.Broker) {
	t.Helper()
	fake := criiptotest.New(t)
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
		FormPost: formPost, HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(t, err)
	s := newSite(t, secure, func(s *site) { s.client.Broker, s.client.Now, s.cfg.Now = broker, fake.Now, fake.Now })
	if formPost {
		s.method = http.MethodPost
	}
	return s, fake
}

// walk takes the browser from the app through the broker and back.
func (b *browser) walk(fake *criiptotest.Broker, begun page, as ...mitidtest.Outcome) page {
	b.s.t.Helper()
	require.Equal(b.s.t, http.StatusFound, begun.StatusCode, begun.body)
	cb, err := mitidtest.Walk(b.s.t.Context(), fake, &mitid.Redirect{URL: begun.to()}, as...)
	require.NoError(b.s.t, err)
	if cb.Method == http.MethodPost {
		return b.do(http.MethodPost, "/callback", string(cb.Body), "Content-Type", "application/x-www-form-urlencoded")
	}
	return b.get("/callback?" + cb.RawQuery)
}

func TestCriiptoStory(t *testing.T) {
	for name, c := range map[string]struct{ secure, formPost bool }{"http": {false, false}, "https": {true, false}, "form_post": {true, true}} {
		t.Run(name, func(t *testing.T) {
			s, fake := newCriiptoSite(t, c.secure, c.formPost)
			ditlev := mitidtest.Approve(mitidtest.Ditlev())
			b := s.browser()
			done := b.walk(fake, b.get("/in/skema?nr=7"), ditlev)
			require.Equal(t, "/in/skema?nr=7", done.to())
			who := b.get(done.to()).body
			require.Contains(t, who, " substantial")
			require.NotContains(t, who, "CPR")

			done = b.walk(fake, b.get("/more?return=/in/"), ditlev)
			require.Equal(t, "/in/", done.to(), done.body)
			require.Equal(t, who+" with CPR", b.get("/in/").body)

			done = b.walk(fake, b.get("/high"), mitidtest.Approve(mitidtest.Paiman()))
			require.Equal(t, http.StatusBadRequest, done.StatusCode, "somebody else answers the step-up")
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrTokenInvalid)
			require.Equal(t, who+" with CPR", b.get("/in/").body)

			done = b.walk(fake, b.get("/high"), ditlev)
			require.Equal(t, "/high", done.to(), done.body)
			require.Equal(t, strings.Replace(who, "substantial", "high with CPR", 1), b.get("/high").body)

			out := b.do(http.MethodPost, "/logout?return=/", "")
			require.Equal(t, http.StatusSeeOther, out.StatusCode)
			require.True(t, strings.HasPrefix(out.to(), fake.Issuer()), "logged out at the broker as well")
			res, err := fake.NewBrowser().Visit(t.Context(), out.to())
			if !c.secure { // the fake's browser trusts the fake's authority alone
				require.NoError(t, err)
				_ = res.Body.Close()
			}
			back := b.get("/callback?state=" + out.handle())
			require.Equal(t, "/", back.to())
			require.Equal(t, "nobody", b.get("/").body)
			require.Empty(t, b.cookies())
			for _, r := range fake.Requests() {
				require.NotContains(t, r.Query.Encode(), "2101270087", "a CPR number in an address")
			}
		})
	}
}

// Every way of spoiling the answer on its way back, through a browser.
func TestCriiptoCallbackTamperings(t *testing.T) {
	for _, tampering := range criiptotest.Tamperings() {
		if tampering.Stage != mitidtest.StageCallback || tampering.TLS {
			continue
		}
		t.Run(tampering.Name, func(t *testing.T) {
			s, fake := newCriiptoSite(t, false, false)
			require.NoError(t, fake.Tamper(tampering.Name))
			res, err := fake.NewBrowser().Visit(t.Context(), s.server.URL+"/in/")
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			_ = res.Body.Close()
			if tampering.Want == 0 {
				require.Equal(t, http.StatusOK, res.StatusCode, string(body))
				return
			}
			require.Equal(t, tampering.Want, mitid.KindOf(s.lastRefusal()), "%v", s.lastRefusal())
			require.Equal(t, mitidhttp.StatusOf(s.lastRefusal()), res.StatusCode)
			require.True(t, strings.HasPrefix(string(body), tampering.Want.String()))
			calls := 0
			if tampering.Name == "callback-replayed" {
				calls = 1
			}
			assert.Equal(t, calls, fake.Count("/oauth2/token"), "a refused callback makes no call")
			for _, c := range res.Cookies() {
				assert.Empty(t, c.Value, "a cookie was set")
			}
		})
	}
}

// Every browser gets exactly its own person.
func TestManyAtOnce(t *testing.T) {
	s, fake := newCriiptoSite(t, false, false)
	born := time.Date(1980, 2, 28, 0, 0, 0, 0, time.UTC)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 40 {
				n := 8*i + worker
				person := mitidtest.Citizen{Name: fmt.Sprintf("Søren Nr. %d Ågård", n), CPR: cprtest.Born(born, n), Subject: fmt.Sprintf("%032x", n+1)}
				jar := fake.NewBrowser()
				res, err := jar.Visit(t.Context(), s.server.URL+"/more?return=/in/", mitidtest.Approve(person))
				if !assert.NoError(t, err) {
					return
				}
				body, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				assert.NoError(t, err)
				want := "{" + person.Subject[:8] + "-" + person.Subject[8:12] + "-" + person.Subject[12:16] + "-" + person.Subject[16:20] + "-" + person.Subject[20:] + "} substantial with CPR"
				assert.Equal(t, want, string(body))
			}
		})
	}
	wg.Wait()
}

func TestBrokerWithAStrangeCertificate(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{TLS: true})
	require.NoError(t, err)
	defer func() { _ = fake.Close() }()
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: &http.Client{Transport: &http.Transport{}}})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback"})
	require.NoError(t, err)
	g, err := mitidhttp.New(mitidhttp.Config{Client: client})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	g.Require(claims.Low)(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://app.example/", nil))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Empty(t, w.Result().Cookies())
	require.Contains(t, w.Body.String(), "MitID kan ikke nås lige nu")
}
