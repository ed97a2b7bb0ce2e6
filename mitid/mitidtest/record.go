package mitidtest

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
)

// Request is one request as it arrived. It prints as its method and path,
// because the rest may hold secrets and hints about a person.
type Request struct {
	Method string
	Path   string // as sent, without the query
	Host   string
	Query  url.Values
	Form   url.Values // of a form post
	Auth   AuthKind
	// Params are the authorization parameters in force, whether they stood in the query,
	// the form or a request object. They are empty for other requests.
	Params url.Values
	Header http.Header // Accept, Accept-Language, Content-Type, Prefer, Traceparent, User-Agent
}

// AuthKind says how the caller authenticated.
type AuthKind string

// The kinds.
const (
	AuthNone          AuthKind = ""
	AuthBasic         AuthKind = "client_secret_basic"
	AuthPost          AuthKind = "client_secret_post"
	AuthPrivateKeyJWT AuthKind = "private_key_jwt"
	AuthBearer        AuthKind = "bearer"
)

// String returns method and path.
func (r Request) String() string { return r.Method + " " + r.Path }

// Format writes method and path under every verb.
func (r Request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue returns method and path.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }

func (r Request) clone() Request {
	r.Query, r.Form, r.Params = fakeoidc.Clone(r.Query), fakeoidc.Clone(r.Form), fakeoidc.Clone(r.Params)
	r.Header = r.Header.Clone()
	return r
}

// recorder keeps the latest requests, and counts all of them.
type recorder struct {
	latest fakehttp.Recorder[Request]

	mu    sync.Mutex
	count map[string]int
}

// recordedHeaders are those that Request.Header keeps.
var recordedHeaders = []string{"Accept", "Accept-Language", "Content-Type", "Prefer", "Traceparent", "User-Agent"}

func (c *recorder) keep(r Request) {
	c.latest.Add(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = make(map[string]int)
	}
	if p := NormalizePath(r.Path); len(c.count) < fakehttp.MostRecords || c.count[p] > 0 {
		c.count[p]++
	}
}

// NormalizePath returns a path as brokers match it: without regard to letter case or one
// trailing slash.
func NormalizePath(path string) string {
	p := strings.ToLower(path)
	if len(p) > 1 {
		p = strings.TrimSuffix(p, "/")
	}
	return p
}

// Requests returns copies of what arrived, oldest first: everything since the
// start or the last ResetRequests, at most the latest 4096.
func (b *Broker) Requests() []Request { return b.records.latest.All(Request.clone) }

// Count returns how many requests to path arrived, however many that were, such
// as /.well-known/jwks. An empty path counts every request.
func (b *Broker) Count(path string) int {
	c := &b.records
	c.mu.Lock()
	defer c.mu.Unlock()
	if path != "" {
		return c.count[NormalizePath(path)]
	}
	n := 0
	for _, k := range c.count {
		n += k
	}
	return n
}

// ResetRequests forgets what arrived.
func (b *Broker) ResetRequests() {
	c := &b.records
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count = nil
	c.latest.Reset()
}

// Record keeps r for [Broker.Requests]. form is the form of r, which the caller has read,
// and params are the authorization parameters in force; either may be nil.
func (b *Broker) Record(r *http.Request, form, params url.Values) {
	kept := newRecord(r, form)
	kept.Params = fakeoidc.Clone(params)
	b.records.keep(kept)
	turnOf(r).form = form
}

// Param returns the value of a parameter, wherever it stands.
func (r Request) Param(name string) string {
	return cmp.Or(r.Params.Get(name), r.Form.Get(name), r.Query.Get(name))
}

func newRecord(r *http.Request, form url.Values) Request {
	kept := Request{Method: r.Method, Path: r.URL.Path, Host: r.Host, Query: r.URL.Query(), Form: fakeoidc.Clone(form), Auth: authKind(r, form)}
	kept.Header = fakehttp.PickHeaders(r, recordedHeaders...)
	return kept
}

func authKind(r *http.Request, form url.Values) AuthKind {
	switch scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); {
	case strings.EqualFold(scheme, "basic"):
		return AuthBasic
	case strings.EqualFold(scheme, "bearer"):
		return AuthBearer
	case form.Has("client_assertion"):
		return AuthPrivateKeyJWT
	case form.Has("client_secret"):
		return AuthPost
	}
	return AuthNone
}
