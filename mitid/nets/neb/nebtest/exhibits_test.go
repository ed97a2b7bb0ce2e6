package nebtest_test

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/stretchr/testify/require"
)

// exhibit is one message of the fake, opened: what the facts are held against.
type exhibit struct {
	status  int
	header  http.Header
	body    []byte
	names   []string // of the members, in order
	members map[string]json.RawMessage
	words   map[string]string // of the login, for {word}
	holds   map[string]bool   // conditions of the column when
	facts   map[string]bool   // what a fact in words says, and whether it is so
	related map[string]map[string]json.RawMessage
}

// caller is a browser that follows nothing, with the client's own calls.
type caller struct {
	*testing.T
	fake  *nebtest.Broker
	jar   *http.Client
	plain *http.Client
}

func newCaller(t *testing.T, fake *nebtest.Broker) *caller {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tr := fake.HTTPClient().Transport
	return &caller{t, fake, &http.Client{Transport: tr, Jar: jar, CheckRedirect: stay}, &http.Client{Transport: tr, CheckRedirect: stay}}
}

func (c *caller) do(by *http.Client, method, address, contentType, auth string, body []byte) *exhibit {
	c.Helper()
	if strings.HasPrefix(address, "/") {
		address = c.fake.Issuer() + address
	}
	req, err := http.NewRequestWithContext(c.Context(), method, address, bytes.NewReader(body))
	require.NoError(c, err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	res, err := by.Do(req)
	require.NoError(c, err)
	defer func() { _ = res.Body.Close() }()
	e := &exhibit{status: res.StatusCode, header: res.Header}
	e.body, err = io.ReadAll(res.Body)
	require.NoError(c, err)
	e.open(e.body)
	return e
}

func (c *caller) get(path string) *exhibit {
	c.Helper()
	return c.do(c.plain, http.MethodGet, path, "", "", nil)
}

func (c *caller) post(path string, form url.Values, auth string) *exhibit {
	c.Helper()
	return c.do(c.plain, http.MethodPost, path, "application/x-www-form-urlencoded", auth, []byte(form.Encode()))
}

func (c *caller) api(path, auth, body string) *exhibit {
	c.Helper()
	return c.do(c.plain, http.MethodPost, path, "application/json", auth, []byte(body))
}

func (c *caller) secret() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.fake.ClientID())+":"+url.QueryEscape(c.fake.ClientSecret().Reveal())))
}

// open reads a JSON object's members in order.
func (e *exhibit) open(body []byte) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return
	}
	e.names, e.members = nil, map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return
		}
		e.names = append(e.names, name.(string))
		e.members[name.(string)] = value
	}
}

// of returns an exhibit of pairs in the order of a query.
func ofQuery(query string) *exhibit {
	e := &exhibit{members: map[string]json.RawMessage{}}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		value, _ = url.QueryUnescape(value)
		e.names = append(e.names, name)
		e.members[name], _ = json.Marshal(value)
	}
	return e
}

func (e *exhibit) text(name string) string {
	var s string
	_ = json.Unmarshal(e.members[name], &s)
	return s
}

// opened returns header and payload of a member that is a JWS.
func (e *exhibit) opened(name string) (header, payload *exhibit) {
	parts := strings.Split(e.text(name), ".")
	header, payload = &exhibit{}, &exhibit{}
	for i, x := range []*exhibit{header, payload} {
		if i < len(parts) {
			raw, _ := base64.RawURLEncoding.DecodeString(parts[i])
			x.body = raw
			x.open(raw)
		}
	}
	return header, payload
}

// login is one login at the fake and everything that came of it.
type login struct {
	words            map[string]string
	first, back      *exhibit // the first redirect, and what the browser brings home
	token, userinfo  *exhibit
	form             url.Values
	id, access       *exhibit
	idHead, accHead  *exhibit
	facts, factsHead *exhibit
	approval, appro  *exhibit // transaction token: payload, header
}

const redirectURL = "https://app.example/callback"

// login walks one login. extra are name, value, name, value.
func (c *caller) login(extra ...string) *login {
	c.Helper()
	l := &login{words: map[string]string{
		"issuer": c.fake.Issuer(), "client_id": c.fake.ClientID(), "redirect_uri": redirectURL, "scope": "openid mitid",
		"state": "state æøå+1", "nonce": "nonce-1",
	}}
	q := url.Values{
		"client_id": {c.fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {l.words["scope"]},
		"state": {l.words["state"]}, "nonce": {l.words["nonce"]}, "idp_values": {"mitid"},
	}
	for i := 0; i < len(extra); i += 2 {
		q.Set(extra[i], extra[i+1])
	}
	l.words["scope"] = q.Get("scope")
	l.words["scope array"] = toJSON(strings.Fields(q.Get("scope")))
	if q.Has("request") {
		for _, name := range []string{"scope", "state", "nonce", "redirect_uri", "idp_values"} {
			q.Del(name)
		}
	}
	l.first = c.do(c.jar, http.MethodGet, "/connect/authorize?"+q.Encode(), "", "", nil)
	l.first.words = maps.Clone(l.words)
	l.words["query"] = q.Encode()
	last := l.first
	if to := last.header.Get("Location"); strings.HasPrefix(to, c.fake.Issuer()+"/Account/") {
		last = c.do(c.jar, http.MethodGet, to, "", "", nil)
	}
	_, query, _ := strings.Cut(last.header.Get("Location"), "?")
	if last.status == http.StatusOK {
		query = formAsQuery(string(last.body))
	} else if at := strings.Index(last.header.Get("Location"), "#"); at >= 0 && query == "" {
		query = last.header.Get("Location")[at+1:]
	}
	query, fragment, _ := strings.Cut(query, "#")
	l.back = ofQuery(query)
	l.back.facts = map[string]bool{":fragment": fragment == "_", ":method": last.status == http.StatusOK, ":response_type": query != ""}
	l.back.words = l.words
	code := l.back.text("code")
	if l.back.text("id_token") != "" {
		l.idHead, l.id = l.back.opened("id_token")
	}
	if code == "" {
		return l
	}
	l.form = url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURL}}
	l.token = c.post("/connect/token", l.form, c.secret())
	require.Equal(c, 200, l.token.status, string(l.token.body))
	l.token.words = l.words
	l.userinfo = c.do(c.plain, http.MethodGet, "/connect/userinfo", "", "Bearer "+l.token.text("access_token"), nil)
	if l.id == nil {
		l.idHead, l.id = l.token.opened("id_token")
		l.id.related = map[string]map[string]json.RawMessage{"access": {"token": l.token.members["access_token"]}}
	}
	l.accHead, l.access = l.token.opened("access_token")
	l.factsHead, l.facts = l.token.opened("userinfo_token")
	l.appro, l.approval = l.token.opened("transaction_token")
	for _, e := range []*exhibit{l.id, l.access, l.facts, l.approval, l.userinfo, l.idHead, l.accHead, l.factsHead, l.appro} {
		e.words = l.words
		if e.related == nil {
			e.related = map[string]map[string]json.RawMessage{}
		}
		e.related["id_token payload"], e.related["id_token header"] = l.id.members, l.idHead.members
	}
	return l
}

func toJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

func formAsQuery(page string) string {
	var parts []string
	for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
		parts = append(parts, f[1]+"="+url.QueryEscape(strings.NewReplacer("&#43;", "+", "&#39;", "'", "&amp;", "&").Replace(f[2])))
	}
	return strings.Join(parts, "&")
}

// signedRequest returns a request object, signed with the client's secret.
func signedRequest(fake *nebtest.Broker, members map[string]any) string {
	now := fake.Now().Unix()
	all := map[string]any{"iss": fake.ClientID(), "aud": fake.Issuer(), "iat": now, "nbf": now, "exp": now + 300, "client_id": fake.ClientID(), "response_type": "code"}
	maps.Copy(all, members)
	enc := base64.RawURLEncoding
	input := enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc.EncodeToString([]byte(toJSON(all)))
	m := hmac.New(sha256.New, []byte(fake.ClientSecret().Reveal()))
	_, _ = fmt.Fprint(m, input)
	return input + "." + enc.EncodeToString(m.Sum(nil))
}

// half is the left half of a text's SHA-256 digest, as at_hash has it.
func half(s string) string {
	h := crypto.SHA256.New()
	_, _ = h.Write([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
