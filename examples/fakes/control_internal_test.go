package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// caller is a test in another language: it knows the ready line and speaks HTTP. It holds every
// answer against openapi.yaml.
type caller struct {
	ready    ready
	token    string
	client   *http.Client
	contract *contract
}

// startControl starts the fakes with the control API.
func startControl(t *testing.T, change ...func(*options)) *caller {
	t.Helper()
	o := options{listen: "127.0.0.1", control: true}
	for _, f := range change {
		f(&o)
	}
	require.NoError(t, o.read(""))
	s, err := open(o)
	require.NoError(t, err)
	t.Cleanup(s.close)
	return &caller{s.Ready, s.Ready.Control.Token, new(http.Client), readContract(t)}
}

// request makes a request for the control API.
func (c *caller) request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.ready.Control.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	if method == http.MethodPost || method == http.MethodPut {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req
}

// do sends a request and returns the answer's status and body.
func (c *caller) do(t *testing.T, req *http.Request) (int, []byte) {
	t.Helper()
	res, err := c.client.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	c.contract.answered(t, req.Method, req.URL.EscapedPath(), res.StatusCode, res.Header.Get("Content-Type"), body)
	return res.StatusCode, body
}

// send sends JSON and returns the status and the detail of a problem.
func (c *caller) send(t *testing.T, method, path, body string) (status int, detail string) {
	t.Helper()
	status, text := c.do(t, c.request(t, method, path, body))
	var p problem
	if status >= 400 {
		require.NoError(t, json.Unmarshal(text, &p), string(text))
		require.NotEmpty(t, p.Detail)
	}
	return status, p.Detail
}

// ask sends JSON, which is accepted, and reads the answer into a T.
func ask[T any](t *testing.T, c *caller, method, path string, body any) (v T) {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(t, err)
	}
	status, answer := c.do(t, c.request(t, method, path, string(text)))
	require.Less(t, status, 300, "%s %s: %s", method, path, answer)
	if len(answer) > 0 {
		d := json.NewDecoder(bytes.NewReader(answer))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&v), string(answer))
	}
	return v
}

// await asks for news that may take a while, and goes on.
func (c *caller) await(t *testing.T, path string) <-chan news {
	t.Helper()
	req, done := c.request(t, "GET", path, ""), make(chan news, 1)
	go func() {
		var got news
		if res, err := c.client.Do(req); err == nil {
			_ = json.NewDecoder(res.Body).Decode(&got)
			_ = res.Body.Close()
		}
		done <- got
	}()
	return done
}

// tell is ask without interest in the answer.
func (c *caller) tell(t *testing.T, method, path string, body any) {
	t.Helper()
	ask[any](t, c, method, path, body)
}

// trusting returns a client that trusts the authorities in a file.
func trusting(t *testing.T, file string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(file)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

type object = map[string]any

// citizens returns who there is, by name.
func (c *caller) citizens(t *testing.T) map[string]citizenView {
	t.Helper()
	all := make(map[string]citizenView)
	for _, p := range ask[struct{ Citizens []citizenView }](t, c, "GET", "/control/v1/citizens?reveal=true", nil).Citizens {
		all[p.Name] = p
	}
	return all
}

// latest returns the newest item of a fake.
func (c *caller) latest(t *testing.T, fake string) item {
	t.Helper()
	var newest item
	for _, it := range ask[news](t, c, "GET", "/control/v1/activity?after=0", nil).Items {
		if it.Fake == fake && (newest.ID == "" || !it.At.Before(newest.At)) {
			newest = it
		}
	}
	require.NotEmpty(t, newest.ID, "nothing happened at %s", fake)
	return newest
}

// person is a browser with somebody in front of it.
type person struct {
	client *http.Client
	body   string
	at     *url.URL
	back   *url.URL // where the fake sent the browser to the app; nil until then
}

// callback is where the app of the tests is: nobody listens there.
const callback = "http://127.0.0.1:1/callback"

func newPerson(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	p := &person{}
	p.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			p.back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return p
}

func (p *person) took(t *testing.T, res *http.Response, err error) {
	t.Helper()
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	p.body, p.at = string(body), res.Request.URL
}

func (p *person) visit(t *testing.T, address string) {
	t.Helper()
	res, err := p.client.Get(address)
	p.took(t, res, err)
}

// press sends the form of the page with a button.
func (p *person) press(t *testing.T, do string, fields ...string) {
	t.Helper()
	form := url.Values{"do": {do}}
	if m := regexp.MustCompile(`name="visit" value="([^"]+)"`).FindStringSubmatch(p.body); m != nil {
		form.Set("visit", m[1])
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	action := regexp.MustCompile(`<form method="post" action="([^"]+)"`).FindStringSubmatch(p.body)
	require.NotNil(t, action, p.body)
	to, err := p.at.Parse(html.UnescapeString(action[1]))
	require.NoError(t, err)
	res, err := p.client.PostForm(to.String(), form)
	p.took(t, res, err)
}

// pick chooses a citizen on the page by name.
func (p *person) pick(t *testing.T, name string) {
	t.Helper()
	for i := range 50 {
		n := strconv.Itoa(i)
		if m := regexp.MustCompile(`data-testid="citizen-` + n + `"[^>]*><span>([^<]*)`).FindStringSubmatch(p.body); m != nil && html.UnescapeString(m[1]) == name {
			p.press(t, "person", "citizen", n)
			return
		}
	}
	require.Fail(t, "not on the page", "%s: %s", name, p.body)
}
