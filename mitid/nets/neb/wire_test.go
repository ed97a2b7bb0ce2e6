package neb_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// keys are made when a test first needs them.
var keys = sync.OnceValue(func() *pki { return newPKI(&testing.T{}) })

const (
	secret      = "hemmelig æøå: 32 oktetter mindst"
	issuer      = neb.PreProduction
	clientID    = "0a775a87-0000-4b83-abe3-ee29c720c3e7"
	redirectURL = "https://app.example.dk/callback"
	person      = "3f0a3b0e-9d0f-4e55-8a6e-3b9a4d0f5c11" // the sub of this organisation
	personUUID  = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	session     = "5d1c1a4e-2a0e-4a57-9a41-7a6c2a6d2f10"
	substantial = "https://data.gov.dk/concept/core/nsis/Substantial"
)

type object = map[string]any

func discovery(par bool) string {
	d := `{"issuer":"` + issuer + `","jwks_uri":"` + issuer + `/.well-known/openid-configuration/jwks","authorization_endpoint":"` + issuer +
		`/connect/authorize","token_endpoint":"` + issuer + `/connect/token","userinfo_endpoint":"` + issuer + `/connect/userinfo","end_session_endpoint":"` +
		issuer + `/connect/endsession","authorization_response_iss_parameter_supported":true`
	if par {
		d += `,"pushed_authorization_request_endpoint":"` + issuer + `/connect/par"`
	}
	return d + `}`
}

// wire is a client whose broker is a table of canned answers; it keeps what is
// sent.
type wire struct {
	*mitid.Client
	broker *neb.Broker
	mock   *httpmock.MockTransport
	now    time.Time

	pushed   url.Values
	header   http.Header
	matched  []string // bodies that reached the match API
	match    func() (int, string)
	idToken  object
	userinfo object
	transact object
	status   string
	tokens   func(object) // spoils the token answer
	calls    []string
	raw      []string               // every call as it was written, random parts masked
	keyOf    map[string]*signingKey // which key signs: "id", "userinfo", "transaction"
	typeOf   map[string]string
}

func newWire(tb testing.TB, par bool, change func(*neb.Config)) *wire {
	tb.Helper()
	p := keys()
	w := &wire{now: start, mock: httpmock.NewMockTransport(), keyOf: map[string]*signingKey{"id": p.token, "userinfo": p.token, "transaction": p.transaction},
		typeOf: map[string]string{"id": "JWT", "userinfo": "at+jwt", "transaction": "JWT"}}
	reply := func(method, path string, f func(*http.Request) (int, any)) {
		w.mock.RegisterResponder(method, issuer+path, func(r *http.Request) (*http.Response, error) {
			w.calls = append(w.calls, method+" "+path)
			sent, err := io.ReadAll(cmp.Or[io.Reader](r.Body, http.NoBody))
			require.NoError(tb, err)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			w.raw = append(w.raw, written(r, string(sent)))
			status, body := f(r)
			if text, ok := body.(string); ok {
				return httpmock.NewStringResponse(status, text), nil
			}
			return httpmock.NewJsonResponse(status, body)
		})
	}
	reply("GET", "/.well-known/openid-configuration", func(*http.Request) (int, any) { return 200, discovery(par) })
	reply("GET", "/.well-known/openid-configuration/jwks", func(*http.Request) (int, any) {
		return 200, object{"keys": []any{p.transaction.jwk(), p.token.jwk()}}
	})
	reply("POST", "/connect/par", func(r *http.Request) (int, any) {
		require.NoError(tb, r.ParseForm())
		w.pushed, w.header = r.PostForm, r.Header
		return 201, object{"request_uri": "urn:ietf:params:oauth:request_uri:" + strings.Repeat("A", 64), "expires_in": 600}
	})
	reply("POST", "/connect/token", func(r *http.Request) (int, any) {
		require.NoError(tb, r.ParseForm())
		answer := object{"id_token": w.keyOf["id"].sign(tb, w.typeOf["id"], w.idToken), "access_token": "eyJ.access.token", "expires_in": 10800, "token_type": "Bearer", "scope": "openid mitid"}
		if w.userinfo != nil {
			answer["userinfo_token"] = w.keyOf["userinfo"].sign(tb, w.typeOf["userinfo"], w.userinfo)
		}
		if w.transact != nil {
			answer["transaction_token"] = w.keyOf["transaction"].sign(tb, w.typeOf["transaction"], w.transact)
			answer["transaction_token_ocsp_resp"] = w.status
		}
		if w.tokens != nil {
			w.tokens(answer)
		}
		return 200, answer
	})
	reply("GET", "/connect/userinfo", func(*http.Request) (int, any) { return 200, w.userinfo })
	reply("POST", "/api/v1/mitid/matchCpr", func(r *http.Request) (int, any) {
		require.Equal(tb, "Bearer eyJ.access.token", r.Header.Get("Authorization"))
		var body json.RawMessage
		require.NoError(tb, json.NewDecoder(r.Body).Decode(&body))
		w.matched = append(w.matched, string(body))
		status, text := w.match()
		return status, text
	})
	cfg := neb.Config{Issuer: issuer, ClientID: clientID, ClientSecret: mitid.NewSecret(secret), HTTPClient: &http.Client{Transport: w.mock}, Now: func() time.Time { return w.now }}
	if change != nil {
		change(&cfg)
	}
	var err error
	w.broker, err = neb.New(cfg)
	require.NoError(tb, err)
	w.Client, err = mitid.New(mitid.Config{Broker: w.broker, RedirectURL: redirectURL, Now: func() time.Time { return w.now }})
	require.NoError(tb, err)
	return w
}

func unix(t time.Time) int64 { return t.Unix() }

// says gives the broker's statements about one login, as they were recorded.
func (w *wire) says(nonce string) {
	common := object{"loa": substantial, "aal": substantial, "ial": substantial, "acr": substantial, "identity_type": "private", "idp": "mitid", "sub": person,
		"transaction_id": "0d7a3c1e-6a3b-4a53-9d56-1b0c1f7a1a01", "iss": issuer, "aud": clientID, "iat": unix(w.now), "nbf": unix(w.now)}
	told := object{"mitid.transaction_id": "9a1f7c52-3f0e-4a0f-8f0a-7d1b2c3d4e5f", "mitid.uuid": personUUID, "mitid.age": "40", "mitid.date_of_birth": "1986-08-14",
		"mitid.has_cpr": "true", "mitid.identity_name": "Søren Æbelø Ågård", "idp_identity_id": personUUID, "auth_time": strconv.FormatInt(unix(start), 10)}
	join := func(parts ...object) object {
		out := object{}
		for _, p := range parts {
			maps.Copy(out, p)
		}
		return out
	}
	w.idToken = join(common, object{"exp": unix(w.now) + 300, "nonce": nonce, "amr": []string{"code_app"}, "sid": session, "neb_sid": session, "auth_time": unix(start),
		"idp_transaction_id": told["mitid.transaction_id"], "session_expiry": "1795278600", "idtoken_type": "strict", "subject_type": "org_mapped"})
	w.userinfo = join(common, told, object{"exp": unix(w.now) + 300, "amr": []string{"code_app"}})
	w.transact = join(common, told, object{"exp": unix(w.now) + 189388800, "amr": "code_app", "nonce": nonce, "redirect_uri": redirectURL,
		"requested_scope": "openid mitid transaction_token", "mitid.psd2": "false", "mitid.geo_ip_distance_km": "3", "transaction_actions": "mitid.login", "transaction_client_ip": "192.0.2.7"})
	if w.status == "" {
		w.status = keys().status(&testing.T{}, keys().transaction.cert, nil)
	}
}

// begin begins a login and returns the parameters, wherever they travelled.
func (w *wire) begin(tb testing.TB, r mitid.Request) (*mitid.Redirect, url.Values) {
	tb.Helper()
	rd, err := w.Begin(context.Background(), r)
	require.NoError(tb, err)
	return rd, w.sent(tb, rd)
}

func (w *wire) sent(tb testing.TB, rd *mitid.Redirect) url.Values {
	tb.Helper()
	address, query, _ := strings.Cut(rd.URL, "?")
	require.Equal(tb, issuer+"/connect/authorize", address)
	q, err := url.ParseQuery(query)
	require.NoError(tb, err)
	if q.Has("request_uri") {
		require.Equal(tb, []string{"client_id", "request_uri"}, slices.Sorted(maps.Keys(q)))
		q = w.pushed
	}
	return q
}

// login walks a login; spoil changes what the broker says.
func (w *wire) login(tb testing.TB, r mitid.Request, spoil func()) (*mitid.Login, error) {
	tb.Helper()
	rd, q := w.begin(tb, r)
	return w.finish(tb, rd, q.Get("nonce"), spoil)
}

func (w *wire) finish(tb testing.TB, rd *mitid.Redirect, nonce string, spoil func()) (*mitid.Login, error) {
	tb.Helper()
	w.says(nonce)
	if spoil != nil {
		spoil()
	}
	w.calls = nil
	return w.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: "code=kode&state=" + rd.Handle + "&session_state=x.y&iss=" + url.QueryEscape(issuer)})
}

// written shows a call: its address, the headers that matter, its body. Random
// parts are masked.
func written(r *http.Request, body string) string {
	lines := []string{r.Method + " " + r.URL.String()}
	for _, h := range []string{"Accept", "Authorization", "Content-Type"} {
		if v := r.Header.Get(h); v != "" {
			if strings.HasPrefix(v, "Basic ") {
				v = "Basic (client id and secret)"
			}
			lines = append(lines, h+": "+v)
		}
	}
	if form, err := url.ParseQuery(body); err == nil && strings.Contains(body, "=") {
		for k := range form {
			if slices.Contains([]string{"code_verifier", "code_challenge", "state", "nonce"}, k) {
				form.Set(k, "(random)")
			}
		}
		body = strings.ReplaceAll(form.Encode(), "&", "\n&")
	}
	return strings.Join(append(lines, body), "\n") + "\n"
}

// readable writes parameters one a line, with the random ones masked.
func readable(q url.Values) string {
	var lines []string
	for k, vs := range q {
		for _, v := range vs {
			if slices.Contains([]string{"state", "nonce", "code_challenge", "jti"}, k) {
				v = "(random)"
			}
			lines = append(lines, k+" = "+v)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func golden(tb testing.TB, name, got string) {
	tb.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(tb, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(tb, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(tb, err)
	require.Equal(tb, string(want), got, name)
}
