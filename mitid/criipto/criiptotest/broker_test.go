package criiptotest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1", "[::]:0", "127.0.0.1.example.com:0"} {
		b, err := criiptotest.Start(mitidtest.Config{Addr: addr})
		require.Error(t, err, addr)
		require.Nil(t, b)
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		b, err := criiptotest.Start(mitidtest.Config{Addr: addr})
		require.NoError(t, err, addr)
		taken, err := criiptotest.Start(mitidtest.Config{Addr: strings.TrimPrefix(b.Issuer(), "http://")})
		require.Error(t, err, "the port is taken")
		require.Nil(t, taken)
		require.NoError(t, b.Close())
		require.NoError(t, b.Close(), "a second Close is harmless")
	}
}

func TestRedirectsOfACommand(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	try := func(uri string) int {
		res, _ := browse(t, fake, http.MethodGet, "/oauth2/authorize?"+query(fake, "redirect_uri", uri).Encode(), nil)
		return res.StatusCode
	}
	assert.Equal(t, 400, try("http://127.0.0.1:8081/callback"))
	assert.Equal(t, 400, try(redirectURL), "a command is not generous with .example")
	fake.AllowRedirect("http://127.0.0.1:8081/callback")
	assert.Equal(t, 200, try("http://127.0.0.1:8081/callback"))
	assert.Equal(t, 400, try("http://127.0.0.1:8081/callback/"), "letter by letter")
}

func TestRequestsAreCopiesAndBounded(t *testing.T) {
	fake := criiptotest.New(t)
	authorize(t, fake, query(fake, "login_hint", "action:sign bogus:1 sub:2101270087 message:ScO4"))
	r := fake.Requests()[0]
	tokens, unknown := criiptotest.Hint(r)
	assert.Equal(t, []string{"action:sign", "bogus:1", "sub:2101270087", "message:ScO4"}, tokens)
	assert.Equal(t, []string{"bogus:1"}, unknown)
	r.Query.Set("state", "changed")
	r.Params.Set("login_hint", "changed")
	assert.Equal(t, "state-1", fake.Requests()[0].Query.Get("state"))
	tokens, _ = criiptotest.Hint(fake.Requests()[0])
	assert.Equal(t, "action:sign", tokens[0])
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		assert.Equal(t, "GET /oauth2/authorize", fmt.Sprintf(verb, r), "a request prints no parameters")
	}

	const many = 5000
	w := httptest.NewRecorder()
	for range many {
		fake.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks", nil))
	}
	assert.Len(t, fake.Requests(), 4096)
	assert.Equal(t, many, fake.Count("/.well-known/jwks"))
	assert.Equal(t, many+1, fake.Count(""))
	fake.ResetRequests()
	assert.Empty(t, fake.Requests())
	assert.Zero(t, fake.Count(""))
}

func TestCitizens(t *testing.T) {
	fake := criiptotest.New(t)
	n := len(fake.Citizens())
	fake.Add(mitidtest.Citizen{Name: "Ægir Ørsted Åkjær"})
	all := fake.Citizens()
	require.Len(t, all, n+1)
	all[0].Name = "changed"
	assert.Equal(t, "Ditlev Von Testesen", fake.Citizens()[0].Name)
	first := idToken(t, fake, query(fake), mitidtest.Approve(all[n]))
	second := idToken(t, fake, query(fake), mitidtest.Approve(all[n]))
	sub := regexp.MustCompile(`"sub":"\{[0-9a-f-]{36}\}"`)
	assert.Equal(t, sub.FindString(first), sub.FindString(second), "the same person has the same sub")
	seen := map[string]bool{}
	for _, c := range mitidtest.Citizens() {
		s := sub.FindString(idToken(t, fake, query(fake), mitidtest.Approve(c)))
		assert.NotEmpty(t, s)
		assert.False(t, seen[s], "two people share a sub")
		seen[s] = true
		assert.False(t, strings.Contains(fmt.Sprintf("%+v", c), c.CPR.Reveal()) && !c.CPR.IsZero(), "a citizen prints its CPR number")
	}
}

func TestLevels(t *testing.T) {
	fake := criiptotest.New(t)
	low := query(fake, "acr_values", "urn:grn:authn:dk:mitid:low")
	assert.Contains(t, idToken(t, fake, low), `"loA":"SUBSTANTIAL"`, "the app reaches more than was asked")
	assert.Contains(t, idToken(t, fake, low), `"authenticationtype":"urn:grn:authn:dk:mitid:low"`)
	password := idToken(t, fake, query(fake), mitidtest.Approve(mitidtest.PasswordUser()))
	assert.Contains(t, password, `"loA":"LOW","ial":"SUBSTANTIAL","aal":"LOW","fal":"HIGH"`)
	assert.Contains(t, password, `"authenticationmethod":"pwd:`)
}

func TestTamperWithAnUnknownName(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	require.ErrorContains(t, fake.Tamper("expierd"), `no tampering "expierd"; did you mean "expired"?`)
}

// A tampering that turns a switch turns it back.
func TestUntamperRestoresSwitches(t *testing.T) {
	fake := criiptotest.New(t)
	require.NoError(t, fake.Tamper("callback-missing-issuer"))
	_, spoilt := browse(t, fake, http.MethodGet, "/.well-known/openid-configuration", nil)
	fake.Untamper()
	_, plain := browse(t, fake, http.MethodGet, "/.well-known/openid-configuration", nil)
	const member = "authorization_response_iss_parameter_supported"
	assert.Contains(t, spoilt, member)
	assert.NotContains(t, plain, member)
}

func TestClock(t *testing.T) {
	fake := criiptotest.New(t)
	before := fake.Now()
	fake.Advance(time.Hour)
	assert.GreaterOrEqual(t, fake.Now().Sub(before), time.Hour)
}

func TestDifferencesAreServed(t *testing.T) {
	fake := criiptotest.New(t)
	require.NotEmpty(t, fake.Differences())
	_, page := browse(t, fake, http.MethodGet, "/differences", nil)
	assert.Contains(t, page, "fictitious")
}

// No request makes the fake panic or answer with a server error.
func FuzzRequests(f *testing.F) {
	fake, err := criiptotest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
	require.NoError(f, err)
	f.Cleanup(func() { _ = fake.Close() })
	good := query(fake, "redirect_uri", "http://localhost/cb").Encode()
	for _, path := range []string{"/oauth2/authorize", "/oauth2/par", "/oauth2/token", "/oauth2/logout", "/oauth2/userinfo", "/fake/page"} {
		f.Add("GET", path, good)
		f.Add("POST", path, good)
	}
	f.Add("GET", "/oauth2/authorize", good+"&login_hint=message:%FF")
	f.Add("POST", "/oauth2/token", "client_assertion=a.b.c&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	f.Add("GET", "/dXJuOmdybjphdXRobjpkazptaXRpZDpsb3c=/oauth2/authorize", good)
	f.Fuzz(func(t *testing.T, method, path, params string) {
		u := url.URL{Path: "/" + strings.TrimPrefix(path, "/")}
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL.Path = u.Path
		if method == http.MethodPost {
			req = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(params))
			req.URL.Path = u.Path
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		} else {
			req.URL.RawQuery = params
		}
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, req)
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("status %d", w.Code)
		}
		if w.Code == http.StatusFound && !strings.HasPrefix(u.Path, "/oauth2/logout") {
			to, err := url.Parse(w.Header().Get("Location"))
			if err != nil || to.Hostname() != "localhost" && !strings.HasPrefix(to.Hostname(), "127.") && to.Hostname() != "::1" {
				t.Fatalf("a redirect away from loopback")
			}
		}
	})
}
