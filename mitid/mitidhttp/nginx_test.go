package mitidhttp_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// nginx starts a real one on loopback, with its own defaults and this location,
// in which APP stands for the app's address. It returns its address. A test that
// finds no nginx is skipped; with DKEID_NO_SKIP=1 it fails.
func nginx(t *testing.T, app *httptest.Server, location string) string {
	t.Helper()
	path := toolstest.Program(t, "nginx", "nginx is not installed; install it to try the login behind a real proxy")
	address := porttest.Address(t)
	dir := t.TempDir()
	config := fmt.Sprintf(`daemon off;
master_process off;
worker_processes 1;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	server {
		listen %[2]s;
		%[3]s
	}
}
`, dir, address, strings.ReplaceAll(location, "APP", app.Listener.Addr().String()))
	file := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	cmd := exec.CommandContext(t.Context(), path, "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log"))
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 2*time.Minute, 20*time.Millisecond, "nginx does not listen")
	return "http://" + address
}

// proxied is s as a browser sees it at address.
func (s *site) proxied(address string) *site {
	return s.behind(&httptest.Server{URL: address})
}

func TestPageBehindARealNginxThatStripsComesBackToTheAddressTheBrowserShowed(t *testing.T) {
	for name, c := range map[string]struct {
		location string
		change   func(*mitidhttp.Config)
	}{
		"PathPrefix": {"location /app/ { proxy_pass http://APP/; }", func(c *mitidhttp.Config) { c.PathPrefix = "/app" }},
		"a header that this proxy sets": {"location /app/ { proxy_pass http://APP/; proxy_set_header X-Forwarded-Prefix /app; }", func(c *mitidhttp.Config) {
			c.OuterPath = func(r *http.Request) string { return r.Header.Get("X-Forwarded-Prefix") + r.RequestURI }
		}},
		"the proxy's own address": {"location /app/ { proxy_pass http://APP/; proxy_set_header X-Original-URI $request_uri; }", func(c *mitidhttp.Config) {
			c.OuterPath = func(r *http.Request) string { return r.Header.Get("X-Original-URI") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, false, nil)
			address := nginx(t, s.server, c.location)
			s.client.RedirectURL = address + "/app/callback"
			c.change(&s.cfg)
			s.replica()
			b := s.proxied(address).browser()
			for _, shown := range []string{"/app/in/letters?x=1", "/app/in/bl%C3%A5b%C3%A6r?a=b%26c&d=;"} {
				begun := b.get(shown)
				require.Equal(t, http.StatusFound, begun.StatusCode)
				p := b.get("/app/callback?error=access_denied&state=" + begun.handle())
				require.Contains(t, p.body, "back to "+shown)
			}
			begun := b.get("/app/in/letters?x=1")
			done := b.get("/app/callback?code=c&state=" + begun.handle())
			require.Equal(t, "/app/in/letters?x=1", strings.TrimPrefix(done.to(), address))
			require.Equal(t, "{søren} substantial", b.get("/app/in/letters?x=1").body)
		})
	}
}

func TestManyTabsBehindADefaultNginx(t *testing.T) {
	s := newSite(t, false, nil)
	address := nginx(t, s.server, "location / { proxy_pass http://APP; }")
	s.client.RedirectURL = address + "/callback"
	s.replica()
	for _, n := range []int{14, 20, 28} {
		for _, i := range []int{0, n - 1} {
			b := s.proxied(address).browser()
			tabs := b.openTabs(n)
			_, _, header := b.weight()
			t.Logf("%d tabs: a Cookie header of %d characters", n, header)
			done := b.answer(tabs[i])
			require.Equal(t, http.StatusFound, done.StatusCode, done.body)
			p := b.get(fmt.Sprintf("/in/skema/%02d?side=1", i))
			require.Equal(t, "{søren} substantial", p.body)
			count, _, _ := b.weight()
			require.LessOrEqual(t, count, 4)
			more := b.get("/more?return=/in/")
			require.Equal(t, http.StatusFound, more.StatusCode, "and every other page works")
		}
	}
}

// Twelve tabs of a page that needs more than the session has.
func TestManyStepUpsAtOnceBehindADefaultNginx(t *testing.T) {
	s := newSite(t, false, nil)
	address := nginx(t, s.server, "location / { proxy_pass http://APP; }")
	s.client.RedirectURL = address + "/callback"
	s.replica()
	b := s.proxied(address).browser()
	b.logIn()
	var had []string
	for name, value := range b.cookies() {
		had = append(had, name+"="+value)
	}
	jar := b.Jar
	b.Jar = nil
	tabs := make([]page, 16)
	for i := range tabs {
		tabs[i] = b.do(http.MethodGet, fmt.Sprintf("/high?side=%02d", i), "", "Cookie", strings.Join(had, "; "))
	}
	b.Jar = jar
	for _, p := range tabs {
		b.Jar.SetCookies(p.Request.URL, p.Cookies())
	}
	_, _, header := b.weight()
	t.Logf("16 step-ups: a Cookie header of %d characters", header)
	done := b.answer(tabs[15])
	require.Equal(t, http.StatusFound, done.StatusCode, done.body)
	require.Equal(t, "/high?side=15", strings.TrimPrefix(done.to(), address))
	require.Equal(t, "{søren} high", b.get("/high").body)
}
