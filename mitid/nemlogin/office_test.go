package nemlogin_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// office is the web app of an authority at a fake NemLog-in, over https and behind a Gate.
// Its front page is for people who are logged in.
type office struct {
	*testing.T
	fake *nemlogintest.Broker
	url  string // under the host of its entity id, so that cookies are its own
	logs *logtest.Buffer

	server *httptest.Server

	mu     sync.Mutex // guards all below
	latest *mitid.Login
	refuse error // of the latest login that was refused
}

// newOffice opens an office that is registered at NemLog-in. Its address is its entity id.
// number chooses its key.
func newOffice(t *testing.T, fake *nemlogintest.Broker, entityID string, number int, want mitid.Request) *office {
	t.Helper()
	o := &office{T: t, fake: fake, logs: new(logtest.Buffer)}
	mux := http.NewServeMux()
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	o.url, o.server = entityID, server
	key := fake.Keys().Ring[number]
	private, err := key.Private()
	require.NoError(t, err)
	broker, err := nemlogin.New(nemlogin.Config{
		EntityID: entityID, IdP: [][]byte{fake.Metadata()}, Keys: []nemlogin.KeyPair{{Key: private, Certificate: key.Certificate}},
		LogoutURL:    o.url + "/slo",
		Organisation: nemlogin.Organisation{Name: "Ærø Kommune", DisplayName: "Ærø Kommune", URL: o.url},
		Contact:      nemlogin.Contact{Email: "drift@ærø.example"}, Now: fake.Now,
	})
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(o.logs, nil))
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: o.url + "/callback", MinLevel: claims.Substantial, Now: fake.Now, Logger: log})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{
		Client: client, Request: want, Lifetime: sessionLife, LoggedOut: "/farvel", Now: fake.Now, Logger: log, OnLogin: o.onLogin, Refused: o.refused,
	})
	require.NoError(t, err)
	fresh := want
	fresh.Fresh = true
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/slo", gate.ReceiveLogout())
	mux.Handle("/log-ud", gate.Logout())
	mux.Handle("/farvel", gate.LoggedOut())
	mux.Handle("/igen", gate.Start(fresh))
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ := mitidhttp.FromContext(r.Context())
		fmt.Fprintf(w, "Goddag %s, niveau %s", s.Identity.Name.Full, s.Level)
	})))
	metadata, err := broker.Metadata(client.RedirectURL())
	require.NoError(t, err)
	require.NoError(t, fake.Register(metadata))
	return o
}

const sessionLife = time.Hour

func (o *office) onLogin(_ http.ResponseWriter, r *http.Request, l *mitid.Login) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.latest = l
	slog.New(slog.NewTextHandler(o.logs, nil)).InfoContext(r.Context(), "login", "level", l.Level, "login", l) // as an app may do
	return nil
}

func (o *office) refused(w http.ResponseWriter, _ *http.Request, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = err
	w.WriteHeader(mitidhttp.StatusOf(err))
	_, _ = io.WriteString(w, mitid.PublicText(err, mitid.Danish))
}

// login returns the latest login.
func (o *office) login() *mitid.Login {
	o.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	require.NotNil(o, o.latest, "nobody has logged in")
	return o.latest
}

// refusal returns why the latest login was refused.
func (o *office) refusal() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.refuse
}

// oiosaml returns what NemLog-in told of the person.
func (o *office) oiosaml() *claims.OIOSAML {
	o.Helper()
	said, ok := o.login().Claims.(*claims.OIOSAML)
	require.True(o, ok)
	return said
}

// visitor is somebody at their browser. It sends a form of another site with SameSite=None
// cookies alone, as browsers do.
type visitor struct {
	*testing.T
	fake   *nemlogintest.Broker
	jar    *jar
	client *http.Client
	posted url.Values // the latest form of NemLog-in, and its address
	action string
}

// jar leaves out Lax cookies when another site's form is posted.
type jar struct {
	*cookiejar.Jar
	sameSiteNone map[string]bool
	crossSite    bool
	onCross      func() // if not nil, called before another site's form is posted
}

func (j *jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		j.sameSiteNone[c.Name] = c.SameSite == http.SameSiteNoneMode && c.Secure
	}
	j.Jar.SetCookies(u, cookies)
}

func (j *jar) Cookies(u *url.URL) []*http.Cookie {
	var sent []*http.Cookie
	for _, c := range j.Jar.Cookies(u) {
		if !j.crossSite || j.sameSiteNone[c.Name] {
			sent = append(sent, c)
		}
	}
	return sent
}

// newVisitor returns somebody who can reach NemLog-in and the offices.
func newVisitor(t *testing.T, offices ...*office) *visitor {
	t.Helper()
	kept, err := cookiejar.New(nil)
	require.NoError(t, err)
	p := &visitor{T: t, fake: offices[0].fake, jar: &jar{Jar: kept, sameSiteNone: map[string]bool{}}}
	roots := x509.NewCertPool()
	for _, o := range offices {
		roots.AddCert(o.server.Certificate())
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		for _, o := range offices {
			if "https://"+address == o.url+":443" {
				address = o.server.Listener.Addr().String()
			}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	p.client = &http.Client{Jar: p.jar,
		Transport:     &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { p.jar.crossSite = false; return nil },
	}
	return p
}

// page is where a browser ended.
type page struct {
	status  int
	address string // without the query
	text    string
}

// visit opens an address and follows it to a page. as is what the person does at
// NemLog-in's pages.
func (p *visitor) visit(address string, as ...mitidtest.Outcome) page {
	p.Helper()
	p.fake.Next(as...)
	req, err := http.NewRequestWithContext(p.Context(), http.MethodGet, address, nil)
	require.NoError(p, err)
	return p.send(req)
}

// press sends a form of the office's own page.
func (p *visitor) press(address string) page {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, address, nil)
	require.NoError(p, err)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.send(req)
}

// post sends a form of NemLog-in.
func (p *visitor) post(address string, form url.Values) page {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(p, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if p.jar.onCross != nil {
		p.jar.onCross()
	}
	p.jar.crossSite = true
	defer func() { p.jar.crossSite = false }()
	return p.send(req)
}

var (
	answerForm  = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)">`)
	answerField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

func (p *visitor) send(req *http.Request) page {
	p.Helper()
	req.Header.Set("Accept", "text/html")
	res, err := p.client.Do(req)
	require.NoError(p, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(p, err)
	require.NoError(p, res.Body.Close())
	form := answerForm.FindSubmatch(body)
	if form == nil {
		at := *res.Request.URL
		at.RawQuery = ""
		return page{res.StatusCode, at.String(), string(body)}
	}
	p.posted, p.action = url.Values{}, html.UnescapeString(string(form[1]))
	for _, f := range answerField.FindAllSubmatch(body, -1) {
		p.posted.Add(html.UnescapeString(string(f[1])), html.UnescapeString(string(f[2])))
	}
	return p.post(p.action, p.posted)
}

// isIn reports whether the person is logged in at an office, without going to NemLog-in.
func (p *visitor) isIn(o *office) bool {
	p.Helper()
	follow := p.client.CheckRedirect
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { p.client.CheckRedirect = follow }()
	at := p.visit(o.url + "/")
	require.Contains(p, []int{http.StatusOK, http.StatusFound}, at.status)
	return at.status == http.StatusOK
}
