package criiptotest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const redirectURL = "https://app.example/callback"

// browse makes one request and follows nothing.
func browse(t *testing.T, fake *criiptotest.Broker, method, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(t.Context(), method, fake.Issuer()+path, body)
	require.NoError(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return do(t, fake, req)
}

func do(t *testing.T, fake *criiptotest.Broker, req *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := fake.HTTPClient().Transport.RoundTrip(req)
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res, string(text)
}

// query is an authorization request that the fake accepts, changed by pairs of
// name and value; an empty value removes the name.
func query(fake *criiptotest.Broker, change ...string) url.Values {
	q := url.Values{
		"client_id": {fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid ssn"},
		"acr_values": {"urn:grn:authn:dk:mitid:substantial"}, "state": {"state-1"}, "nonce": {"nonce-1"},
	}
	for i := 0; i+1 < len(change); i += 2 {
		if q.Set(change[i], change[i+1]); change[i+1] == "" {
			q.Del(change[i])
		}
	}
	return q
}

// authorize walks to the callback and returns its parameters.
func authorize(t *testing.T, fake *criiptotest.Broker, q url.Values, as ...mitidtest.Outcome) url.Values {
	t.Helper()
	cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: fake.Issuer() + "/oauth2/authorize?" + q.Encode()}, as...)
	require.NoError(t, err)
	values, err := url.ParseQuery(cb.RawQuery + string(cb.Body))
	require.NoError(t, err)
	return values
}

// redeem sends a code with the secret in the body.
func redeem(t *testing.T, fake *criiptotest.Broker, code string) (*http.Response, string) {
	t.Helper()
	return browse(t, fake, http.MethodPost, "/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURL},
		"client_id": {fake.ClientID()}, "client_secret": {fake.ClientSecret().Reveal()},
	})
}

// idToken logs somebody in and returns the payload of the ID token.
func idToken(t *testing.T, fake *criiptotest.Broker, q url.Values, as ...mitidtest.Outcome) string {
	t.Helper()
	res, body := redeem(t, fake, authorize(t, fake, q, as...).Get("code"))
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	return payload(t, body)
}

// payload returns the ID token's payload from a token answer.
func payload(t *testing.T, body string) string {
	t.Helper()
	var answer struct {
		IDToken string `json:"id_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(answer.IDToken, ".")[1])
	require.NoError(t, err)
	return string(payload)
}

// names returns the member names of a JSON object, in order.
func names(t *testing.T, object string) (all []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	_, err := d.Token()
	require.NoError(t, err)
	for d.More() {
		name, err := d.Token()
		require.NoError(t, err)
		all = append(all, name.(string))
		var value json.RawMessage
		require.NoError(t, d.Decode(&value))
	}
	return all
}

func TestDiscovery(t *testing.T) {
	fake := criiptotest.New(t)
	_, body := browse(t, fake, http.MethodGet, "/.well-known/openid-configuration", nil)
	assert.Equal(t, strings.Fields(`issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri end_session_endpoint
		pushed_authorization_request_endpoint response_types_supported response_modes_supported subject_types_supported
		id_token_signing_alg_values_supported acr_values_supported scopes_supported token_endpoint_auth_methods_supported
		code_challenge_methods_supported grant_types_supported`), names(t, body))

	pin := "/" + base64.StdEncoding.EncodeToString([]byte("urn:grn:authn:dk:mitid:low"))
	_, pinned := browse(t, fake, http.MethodGet, pin+"/.well-known/openid-configuration?client_id=x", nil)
	assert.Contains(t, pinned, `"issuer":"`+fake.Issuer()+`"`, "pinned discovery names the bare issuer")
	assert.Contains(t, pinned, `"authorization_endpoint":"`+fake.Issuer()+pin+`/oauth2/authorize"`)
	for path, want := range map[string]int{
		"/.WELL-known/OpenID-Configuration/":         200,
		"/.well-known/jwks.json":                     200,
		"/OAuth2/Userinfo/":                          401,
		pin + "/.well-known/jwks":                    404,
		pin + "/oauth2/userinfo":                     404,
		"/dXJuOm5v/.well-known/openid-configuration": 404,
		"/.well-known/criipto-configuration?client_id=" + url.QueryEscape(fake.ClientID()): 200,
		"/.well-known/criipto-configuration?client_id=nobody":                              404,
		"/differences": 200,
		"/nothing":     404,
	} {
		res, _ := browse(t, fake, http.MethodGet, path, nil)
		assert.Equal(t, want, res.StatusCode, path)
	}
	res, _ := browse(t, fake, http.MethodPost, "/.well-known/jwks", url.Values{})
	assert.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
}

func TestKeySet(t *testing.T) {
	fake := criiptotest.New(t)
	read := func() (kids []string) {
		_, body := browse(t, fake, http.MethodGet, "/.well-known/jwks", nil)
		var set struct{ Keys []json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(body), &set))
		require.Len(t, set.Keys, 3)
		for _, k := range set.Keys {
			require.Equal(t, []string{"kty", "use", "kid", "x5t", "e", "n", "x5c"}, names(t, string(k)), "as recorded: no alg")
			var key struct{ Kid string }
			require.NoError(t, json.Unmarshal(k, &key))
			require.Regexp(t, "^[0-9A-F]{40}$", key.Kid)
			kids = append(kids, key.Kid)
		}
		return kids
	}
	signer := func() string {
		_, body := redeem(t, fake, authorize(t, fake, query(fake)).Get("code"))
		var answer struct {
			IDToken string `json:"id_token"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		header, err := base64.RawURLEncoding.DecodeString(strings.Split(answer.IDToken, ".")[0])
		require.NoError(t, err)
		require.Equal(t, []string{"typ", "alg", "kid"}, names(t, string(header)))
		var h struct{ Kid string }
		require.NoError(t, json.Unmarshal(header, &h))
		return h.Kid
	}
	seen := map[string]bool{}
	first := read()
	for range 3 {
		kids := read()
		kid := signer()
		assert.Equal(t, kids[1], kid, "the second key signs")
		assert.False(t, seen[kid], "a key that was withdrawn comes back")
		seen[kid] = true
		fake.RotateKeys()
		assert.NotContains(t, read(), kid, "the old key is withdrawn")
	}
	assert.Equal(t, first, read(), "the third rotation ends where it began")
}

func TestTokenAnswer(t *testing.T) {
	fake := criiptotest.New(t)
	res, body := redeem(t, fake, authorize(t, fake, query(fake)).Get("code"))
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, []string{"token_type", "expires_in", "id_token", "access_token"}, names(t, body))
	assert.Contains(t, body, `"expires_in":"120"`, "a text, as recorded")
}

func TestCitizenToken(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 2, 410e6, time.UTC)
	fake, err := criiptotest.Start(mitidtest.Config{Now: func() time.Time { return at }, ClientID: "urn:my:application:identifier:6765"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	fake.AllowRedirect(redirectURL)
	payload := idToken(t, fake, query(fake))
	index := payload[strings.Index(payload, `"sessionindex":"`)+16:][:36]
	want := `{"iss":"` + fake.Issuer() + `","aud":"urn:my:application:identifier:6765","nonce":"nonce-1","identityscheme":"dkmitid",` +
		`"authenticationtype":"urn:grn:authn:dk:mitid:substantial","authenticationmethod":"app:1767261600320:SUBSTANTIAL:SUBSTANTIAL:HIGH:HIGH",` +
		`"authenticationinstant":"2026-01-01T10:00:02.410Z","nameidentifier":"0f9960a0d28d4353a3e2ea07f8ffa185",` +
		`"sub":"{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}","sessionindex":"` + index + `","loA":"SUBSTANTIAL","ial":"SUBSTANTIAL","aal":"SUBSTANTIAL","fal":"HIGH",` +
		`"uuid":"74ffcd31-fbaf-4c33-bdac-169f25c1e416","cprNumberIdentifier":"2101270087","birthdate":"1927-01-21","dateofbirth":"1927-01-21","age":"98",` +
		`"name":"Ditlev Von Testesen","refTextHeader":"Log on at Acme","refTextBody":"Acme web","country":"DK","iat":1767261602,"nbf":1767261602,"exp":1767262802}`
	assert.Equal(t, want, payload)
}

func TestAddressToken(t *testing.T) {
	fake := criiptotest.New(t)
	payload := idToken(t, fake, query(fake, "scope", "openid address"), mitidtest.Approve(mitidtest.Paiman()))
	assert.Contains(t, payload, `"address":{"formatted":"Paiman Petersen\nGrusgraven 1,3 tv\n3400 Hillerød\n(Lokalitet ukendt)\nDanmark","common_name":"Paiman Petersen",`+
		`"street_address":"Grusgraven 1,3 tv","postal_code":"3400","city":"Hillerød","locality":"(Lokalitet ukendt)","region":null,"country":"Danmark"}`)
	assert.Contains(t, payload, `"address_details":{"road":"Grusgraven","road_code":"1732","municipality":"Lyngby-Taarbæk","municipality_code":"0173","house_number":"001","floor":"03","apartment_code":" tv"}`)
	assert.NotContains(t, payload, "cprNumberIdentifier", "an address asks for the number and does not tell it")
}

func TestBusinessTokens(t *testing.T) {
	fake := criiptotest.New(t)
	q := query(fake, "acr_values", "urn:grn:authn:dk:mitid:business")
	employee := idToken(t, fake, q, mitidtest.Approve(mitidtest.CompanyEmployee()))
	assert.Equal(t, strings.Fields(`iss aud nonce identityscheme authenticationtype authenticationmethod authenticationinstant nameidentifier sub sessionindex
		loA ial aal fal uuid cvrNumberIdentifier 2.5.4.10 name employee refTextHeader refTextBody country productionUnit ridNumberIdentifier seNumber iat nbf exp`), names(t, employee))
	assert.Contains(t, employee, `"employee":"true"`)
	signatory := idToken(t, fake, q, mitidtest.Approve(mitidtest.CompanySignatory()))
	assert.Equal(t, strings.Fields(`iss aud nonce identityscheme authenticationtype authenticationmethod authenticationinstant nameidentifier sub sessionindex
		loA ial aal fal uuid cprNumberIdentifier birthdate age name cvrNumberIdentifier 2.5.4.10 companySignatory refTextHeader refTextBody country iat nbf exp`), names(t, signatory))

	fake.Configure(func(s *criiptotest.Settings) { s.Signatories, s.BusinessLevels = false, false })
	assert.Equal(t, "access_denied", authorize(t, fake, q, mitidtest.Approve(mitidtest.CompanySignatory())).Get("error"))
	assert.NotContains(t, idToken(t, fake, q, mitidtest.Approve(mitidtest.CompanyEmployee())), `"loA"`)
	hinted := idToken(t, fake, query(fake, "login_hint", "business vatid:DK"+mitidtest.CompanyEmployee().Companies[1].CVR), mitidtest.Approve(mitidtest.CompanyEmployee()))
	assert.Contains(t, hinted, `"authenticationtype":"urn:grn:authn:dk:mitid:substantial"`)
	assert.Contains(t, hinted, "Blåbær og Ærter A/S")
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), into))
}
