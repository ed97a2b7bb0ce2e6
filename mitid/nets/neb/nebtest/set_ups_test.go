package nebtest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// openAdapter returns an adapter whose Config change has changed.
func openAdapter(tb testing.TB, fake *nebtest.Broker, change func(*nebtest.Broker, *neb.Config)) mitid.Broker {
	cfg := neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now}
	change(fake, &cfg)
	b, err := neb.New(cfg)
	require.NoError(tb, err)
	return b
}

// Each row is a client set up in another way; one login shows that both sides
// agree about it.
func TestSetUps(t *testing.T) {
	key := newKey(t)
	for name, change := range map[string]func(*nebtest.Broker, *neb.Config){
		"client_secret_basic": func(*nebtest.Broker, *neb.Config) {},
		"client_secret_post":  func(_ *nebtest.Broker, cfg *neb.Config) { cfg.PostSecret = true },
		"private_key_jwt": func(fake *nebtest.Broker, cfg *neb.Config) {
			fake.Configure(func(s *nebtest.Settings) { s.ClientKeys = map[string]crypto.PublicKey{"k": &key.PublicKey} })
			cfg.ClientSecret, cfg.PrivateKey, cfg.KeyID = mitid.Secret{}, key, "k"
		},
		"requests signed with the secret": func(_ *nebtest.Broker, cfg *neb.Config) { cfg.SignRequests = true },
		"requests signed with a key": func(fake *nebtest.Broker, cfg *neb.Config) {
			fake.Configure(func(s *nebtest.Settings) { s.ClientKeys = map[string]crypto.PublicKey{"r": &key.PublicKey} })
			cfg.SignRequests, cfg.RequestKey, cfg.RequestKeyID = true, key, "r"
		},
		"userinfo endpoint": func(_ *nebtest.Broker, cfg *neb.Config) { cfg.Source = neb.UserinfoEndpoint },
		"transaction token": func(_ *nebtest.Broker, cfg *neb.Config) { cfg.TransactionToken = true },
		"with its own authority": func(fake *nebtest.Broker, cfg *neb.Config) {
			block, _ := pem.Decode(fake.TransactionRoot())
			root, err := x509.ParseCertificate(block.Bytes)
			require.NoError(t, err)
			cfg.TransactionToken, cfg.TransactionIssuer = true, root
		},
		"form_post": func(_ *nebtest.Broker, cfg *neb.Config) { cfg.FormPost = true },
		"public provider": func(fake *nebtest.Broker, _ *neb.Config) {
			fake.Configure(func(s *nebtest.Settings) { s.PublicProvider = true })
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake := nebtest.New(t)
			c, err := mitid.New(mitid.Config{Broker: openAdapter(t, fake, change), RedirectURL: redirectURL, Now: fake.Now})
			require.NoError(t, err)
			who := fake.Citizens()[0]
			l, err := mitidtest.Login(t, c, fake, mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(who))
			require.NoError(t, err)
			assert.Equal(t, who.CPR, l.Identity.CPR)
		})
	}
}

func TestSessions(t *testing.T) {
	fake := nebtest.New(t)
	c := newCaller(t, fake)
	ditlev, paiman := fake.Citizens()[0], fake.Citizens()[1]
	fake.Next(mitidtest.Approve(ditlev))
	first := c.login()
	fake.Advance(5 * time.Minute)
	silent := c.login("prompt", "none")
	assert.Equal(t, first.id.text("sub"), silent.id.text("sub"))
	assert.Equal(t, string(first.id.members["auth_time"]), string(silent.id.members["auth_time"]))

	fake.Next(mitidtest.Approve(ditlev))
	raised := c.login("scope", "openid mitid ssn transaction_token")
	assert.Equal(t, string(first.id.members["auth_time"]), string(raised.id.members["auth_time"]), "the CPR page alone")
	assert.Equal(t, ditlev.CPR.Reveal(), raised.userinfo.text("dk.cpr"))
	assert.JSONEq(t, `["mitid.reuse_jwt","mitid.cpr_match"]`, string(raised.approval.members["transaction_actions"]))

	fake.Next(mitidtest.Approve(paiman))
	aged := c.login("max_age", "60")
	assert.NotEqual(t, first.id.text("sub"), aged.id.text("sub"), "older than max_age: a login")
	assert.NotEqual(t, first.id.text("sid"), aged.id.text("sid"))

	status, err := fake.SendLogout(t.Context(), aged.id.text("sub"), "http://127.0.0.1:1/x")
	require.Error(t, err, "nobody listens")
	assert.Zero(t, status)
	gone := c.do(c.plain, http.MethodGet, "/connect/userinfo", "", "Bearer "+aged.token.text("access_token"), nil)
	assert.Equal(t, "false", gone.text("session_is_active"))
	assert.Equal(t, "login_required", c.login("prompt", "none").back.text("error"))

	fake.Next(mitidtest.Approve(ditlev))
	c.login()
	fake.Advance(16 * time.Minute)
	fake.Next(mitidtest.Approve(paiman))
	late := c.login("scope", "openid mitid ssn")
	assert.Equal(t, paiman.CPR.Reveal(), late.userinfo.text("dk.cpr"), "too late for the CPR page: a new login")
}

func TestLogout(t *testing.T) {
	fake := nebtest.New(t)
	told := make(chan string, 4)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told <- r.FormValue("logout_token")
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(app.Close)
	fake.Configure(func(s *nebtest.Settings) { s.BackChannelURL = app.URL + "/backchannel" })
	c := newCaller(t, fake)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]), mitidtest.Approve(fake.Citizens()[0]))
	l := c.login()
	e := c.api("/api/v1/session/logout", "", `{"id_token":"`+l.token.text("id_token")+`"}`)
	require.Equal(t, 200, e.status)
	require.Equal(t, 2, strings.Count(<-told, "."))
	assert.Equal(t, 400, c.api("/api/v1/session/logout", "", `{"id_token":"x"}`).status)

	l = c.login()
	status, err := fake.SendLogout(t.Context(), l.id.text("sub"), app.URL)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, status)
	<-told
	_, err = fake.SendLogout(t.Context(), l.id.text("sub"), "https://other.example/")
	require.Error(t, err, "another machine")
	_, err = fake.LogoutToken("nobody")
	require.Error(t, err)
	_, err = fake.LogoutQuery("nobody")
	require.Error(t, err)

	fake.Advance(6 * time.Minute)
	q := url.Values{"id_token_hint": {l.token.text("id_token")}, "post_logout_redirect_uri": {redirectURL}}
	expired := c.get("/connect/endsession?" + q.Encode())
	assert.Equal(t, fake.Issuer()+"/Account/Logout", expired.header.Get("Location"), "an expired hint is no hint")
	fake.Configure(func(s *nebtest.Settings) { s.FrontChannelURL = "https://app.example/frontchannel?a=1&b=æ" })
	assert.Contains(t, string(c.get(fake.Issuer()+"/Account/Logout").body), `src="https://app.example/frontchannel?a=1&amp;b=æ"`)
}

func TestDocuments(t *testing.T) {
	fake := nebtest.New(t)
	c := newCaller(t, fake)
	root := strings.TrimSuffix(fake.Issuer(), "/op")
	text := base64.StdEncoding.EncodeToString([]byte("Aftale om Ærø"))
	upload := func(auth, body string) *exhibit { return c.api(root+"/transactionsigning/api/v2/signtext", auth, body) }
	service := c.post("/connect/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"signtext_api"}}, c.secret())
	require.Equal(t, "3600", string(service.members["expires_in"]))
	auth := "Bearer " + service.text("access_token")
	assert.Equal(t, 401, upload("", `{}`).status)
	assert.Equal(t, 400, upload(auth, `{"SignTextType":"docx","SignTextBase64":"`+text+`"}`).status)
	id := upload(auth, `{"SignTextType":"text","SignTextBase64":"`+text+`"}`).text("signTextId")
	require.Regexp(t, `^text_[0-9a-f-]{36}$`, id)

	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	signed := c.login("signtext_id", id, "scope", "openid mitid transaction_token", "prompt", "login")
	assert.Equal(t, text, signed.approval.text("transaction_text"))
	assert.JSONEq(t, `["mitid.login","mitid.transaction_signing"]`, string(signed.approval.members["transaction_actions"]))
	skipped := c.login("signtext_id", id, "scope", "openid mitid transaction_token")
	assert.Nil(t, skipped.approval.members["transaction_text"], "a live session skips the signing silently")

	ignored := newCaller(t, fake)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	l := ignored.login("scope", "openid mitid transaction_token", "idp_params", `{"mitid":{"transaction_text":"`+text+`"}}`)
	assert.Nil(t, l.approval.members["transaction_text"], "ignored in an unsigned request")
}

func TestRequests(t *testing.T) {
	fake := nebtest.New(t)
	c := newCaller(t, fake)
	push := func(change func(url.Values)) *exhibit {
		q := url.Values{"redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid mitid"}, "state": {"s"}, "nonce": {"n"}}
		change(q)
		return c.post("/connect/par", q, c.secret())
	}
	for code, change := range map[string]func(url.Values){
		"invalid_scope":             func(q url.Values) { q.Set("scope", "openid mitid offline_access") },
		"unsupported_response_type": func(q url.Values) { q.Set("response_type", "token") },
		"invalid_request":           func(q url.Values) { q.Set("max_age", "-1") },
	} {
		assert.Equal(t, code, push(change).text("error"))
	}
	use := func(uri string) string {
		fake.Next(mitidtest.Approve(fake.Citizens()[0]))
		return newCaller(t, fake).login("request_uri", uri).back.text("code")
	}
	first := push(func(url.Values) {})
	require.Equal(t, "600", string(first.members["expires_in"]))
	require.NotEmpty(t, use(first.text("request_uri")))
	require.Empty(t, use(first.text("request_uri")), "used once")

	object := signedRequest(fake, map[string]any{"scope": "openid mitid", "redirect_uri": "https://any.where/at/all", "state": "s", "nonce": "n",
		"idp_params": map[string]any{"mitid": map[string]any{"cpr_hint": fake.Citizens()[0].CPR.Reveal()}}})
	sealed := encryptTo(t, c, object)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	e := newCaller(t, fake).do(c.plain, http.MethodGet, "/connect/authorize?"+url.Values{"client_id": {fake.ClientID()}, "request": {sealed}}.Encode(), "", "", nil)
	require.Contains(t, e.header.Get("Location"), "/Account/Login")
	e = c.get(e.header.Get("Location"))
	assert.True(t, strings.HasPrefix(e.header.Get("Location"), "https://any.where/at/all?code="), "a signed request may go anywhere")

	bare := newCaller(t, fake)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	l := bare.login("idp_params", `{"mitid":{"cpr_hint":"`+fake.Citizens()[0].CPR.Reveal()+`"}}`)
	assert.Equal(t, "invalid_idp_params", l.back.text("error_description"), "a browser must not carry it")
}

// encryptTo seals a request object to the broker's third key.
func encryptTo(t *testing.T, c *caller, object string) string {
	t.Helper()
	var set jose.JSONWebKeySet
	body := c.get("/.well-known/openid-configuration/jwks").body
	require.NoError(t, json.Unmarshal(body, &set))
	e, err := jose.NewEncrypter(jose.A256CBC_HS512, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: set.Keys[2].Key}, nil)
	require.NoError(t, err)
	sealed, err := e.Encrypt([]byte(object))
	require.NoError(t, err)
	text, err := sealed.CompactSerialize()
	require.NoError(t, err)
	return text
}

func TestErhverv(t *testing.T) {
	fake := nebtest.New(t)
	employee, ditlev, signatory := fake.Citizens()[5], fake.Citizens()[0], fake.Citizens()[6]
	in := func(o mitidtest.Outcome, params ...string) *login {
		fake.Next(o)
		return newCaller(t, fake).login(params...)
	}
	business := []string{"idp_values", "mitid_erhverv", "scope", "openid nemlogin"}
	l := in(mitidtest.Approve(employee).For(employee.Companies[1].CVR), business...)
	assert.Equal(t, "professional", l.id.text("identity_type"))
	assert.Equal(t, "mitid_erhverv", l.id.text("idp"))
	assert.JSONEq(t, `["mitid:code_app"]`, string(l.id.members["amr"]))
	assert.Equal(t, "Blåbær og Ærter A/S", l.userinfo.text("nemlogin.org_name"))
	assert.Nil(t, l.userinfo.members["mitid.identity_name"])
	assert.Equal(t, signatory.Companies[0].CVR, in(mitidtest.Approve(signatory), business...).userinfo.text("nemlogin.auth_to_repr"))
	none := in(mitidtest.Approve(ditlev), business...)
	assert.Equal(t, "mitid_erhverv.no_identities", none.back.text("error_description"))
	private := in(mitidtest.Approve(ditlev), "idp_values", "mitid_erhverv", "scope", "openid nemlogin mitid", "idp_params", `{"mitid_erhverv":{"allow_private":true}}`)
	assert.Equal(t, "mitid", private.id.text("idp"))
	assert.Equal(t, ditlev.Name, private.userinfo.text("mitid.identity_name"))
	protected := in(mitidtest.Approve(fake.Citizens()[2]))
	assert.Equal(t, "NAVNE & ADRESSEBESKYTTET", protected.userinfo.text("mitid.identity_name"))
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

func TestScriptsOfOtherOriginsAreShutOut(t *testing.T) {
	fake := nebtest.New(t)
	allowed := func() string {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/op/.well-known/openid-configuration", nil)
		r.Header.Set("Origin", "http://localhost:1")
		fake.ServeHTTP(w, r)
		return w.Header().Get("Access-Control-Allow-Origin")
	}
	assert.Empty(t, allowed())
	fake.Configure(func(s *nebtest.Settings) { s.CrossOrigin = true })
	assert.Equal(t, "*", allowed())
	assert.Empty(t, fake.PublicClientID())
}
