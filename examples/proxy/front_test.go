package main

import (
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/internal/porttest"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// frontServer finds a web server that stands in front.
func frontServer(t *testing.T, name string) string {
	t.Helper()
	return toolstest.Program(t, name, name+" is not installed; install it to try the answers that it gets")
}

// behind returns a house that another server asks, with the address of that server, where
// nobody listens yet, and a file of the guide with the addresses of the test.
func behind(t *testing.T, file string) (h *house, address, config string) {
	t.Helper()
	address = porttest.Address(t)
	var app string
	h = newHouse(t, func(h *house) {
		app = strings.TrimPrefix(h.set.Upstream.URL, "http://")
		h.url, h.set.PublicURL = "http://"+address, "http://"+address
		h.set.TrustedProxies, h.set.Upstream.URL = []addressRange{addressRange(netip.MustParsePrefix("127.0.0.1/32"))}, ""
	})
	text, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	return h, address, strings.NewReplacer("127.0.0.1:3000", app, "127.0.0.1:8080", h.server.Listener.Addr().String(), "127.0.0.1:8081", strings.TrimPrefix(h.asksAt(), "http://")).Replace(string(text))
}

// runServer starts a server and waits until it listens.
func runServer(t *testing.T, address, path string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir()) // where Caddy writes
	said := &logtest.Buffer{}
	cmd.Stderr = said
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
	}, time.Minute, 20*time.Millisecond, "%s does not listen", path)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(said)
		}
	})
}

// behindNginx starts a real nginx with the configuration of the guide, on http and
// loopback. What browsers ask for reaches the house through it.
func behindNginx(t *testing.T) *house {
	t.Helper()
	path := frontServer(t, "nginx")
	h, address, text := behind(t, "nginx.conf")
	text = strings.NewReplacer("listen 443 ssl;", "listen "+address+";", "ssl_certificate ", "# ", "ssl_certificate_key ", "# ").Replace(text)
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(`daemon off;
master_process off;
worker_processes 1;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
`, "DIR", dir)+text+"}\n"), 0o600))
	runServer(t, address, path, "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log"))
	return h
}

// behindCaddy is behindNginx with a real Caddy, which asks as Traefik does.
func behindCaddy(t *testing.T) *house {
	t.Helper()
	path := frontServer(t, "caddy")
	h, address, text := behind(t, "Caddyfile")
	file := filepath.Join(t.TempDir(), "Caddyfile")
	text = "{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\toutput discard\n\t}\n}\n" + strings.Replace(text, "borger.example.dk", "http://"+address, 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	runServer(t, address, path, "run", "--adapter", "caddyfile", "--config", file)
	return h
}

func TestLoginBehindARealNginxWithAuthRequest(t *testing.T) {
	h := behindNginx(t)
	b := journey(h)
	p := b.do(http.MethodGet, "/dkeid-auth", nil, "X-Forwarded-Uri", "/open")
	require.Equal(h.t, http.StatusNotFound, p.StatusCode, "nobody asks from outside")
}

func TestLoginBehindARealCaddyWithForwardAuth(t *testing.T) { journey(behindCaddy(t)) }

// journey walks through a house behind another server.
func journey(h *house) *browser {
	t := h.t
	t.Helper()
	b := h.browser()
	require.Equal(t, "app", b.do(http.MethodGet, "/open/x", nil, "X-Dkeid-Identity", "forged").body)
	require.Empty(t, h.last().Header.Get("X-Dkeid-Identity"))
	b.do(http.MethodGet, "/open", nil, "X-Original-Url", "/admin", "X-Rewrite-Url", "/admin", "Forwarded", "host=evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Prefix", "/admin")
	for _, name := range []string{"X-Original-Url", "X-Rewrite-Url", "Forwarded", "X-Forwarded-Prefix"} {
		require.Empty(t, h.last().Header.Get(name), name)
	}
	require.Equal(t, strings.TrimPrefix(h.url, "http://"), h.last().Header.Get("X-Forwarded-Host"))

	p := b.get("/x/%C3%A6?a=1&b=%26", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "app", p.body, h.logs.String())
	require.Equal(t, "/x/%C3%A6?a=1&b=%26", p.Request.URL.RequestURI())
	require.Equal(t, "/x/%C3%A6?a=1&b=%26", h.last().RequestURI)
	require.Equal(t, "Ditlev Von Testesen", h.told()["name"])
	require.Empty(t, h.last().Header.Get("Cookie"))

	b.see("/cpr", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "2101270087", h.told()["cpr"], "a step-up")
	p = b.do(http.MethodPost, "/x", strings.NewReader("brød=1"), "X-Dkeid-Identity", "forged", "X_Dkeid_Identity", "forged", "Cookie", "kurv=1")
	require.Equal(t, "app", p.body)
	require.Equal(t, "POST", h.told()["htm"])
	require.Equal(t, "kurv=1", h.last().Header.Get("Cookie"))
	large := "kurv=" + strings.Repeat("x", 7000)
	require.Equal(t, http.StatusOK, b.do(http.MethodGet, "/x", nil, "Cookie", large).StatusCode)
	require.Equal(t, large, h.last().Header.Get("Cookie"))

	n := h.count()
	p = h.browser().do(http.MethodGet, "/x", nil, "Accept", "application/json", "X-Dkeid-Identity", "forged")
	require.Equal(t, http.StatusUnauthorized, p.StatusCode)
	for _, path := range []string{"/Admin", "//admin", "/open/%2e%2e/admin", "/admin;x", "/open%2f..%2fadmin"} {
		p = b.do(http.MethodGet, path, nil, "Accept", "application/json")
		require.Equal(t, http.StatusForbidden, p.StatusCode, path)
	}
	b.logOut()
	require.Equal(t, http.StatusUnauthorized, b.do(http.MethodGet, "/x", nil, "Accept", "application/json").StatusCode)
	require.Equal(t, n, h.count())
	return b
}

func TestWebSocketBehindARealNginx(t *testing.T) { overWebSocket(t, behindNginx(t)) }

func TestWebSocketBehindARealCaddy(t *testing.T) { overWebSocket(t, behindCaddy(t)) }

func overWebSocket(t *testing.T, h *house) {
	t.Helper()
	b := h.browser()
	b.logIn("/x")
	echoes(h)
	address := strings.TrimPrefix(h.url, "http://")
	_, err := h.dialAt(address, "/x", "", h.url)
	require.Error(t, err, "nobody is logged in")
	_, err = h.dialAt(address, "/x", b.cookies(), "https://evil.example")
	require.Error(t, err)
	c, err := h.dialAt(address, "/x", b.cookies(), h.url)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, websocket.Message.Send(c, "ærø"))
	var got string
	require.NoError(t, websocket.Message.Receive(c, &got))
	require.Equal(t, "ærø", got)
}

// The guide shows the configuration that is tried here.
func TestGuideShowsTheConfigurationThatIsTried(t *testing.T) {
	guide, err := os.ReadFile("../../docs/guides/proxy.md")
	require.NoError(t, err)
	for _, file := range []string{"nginx.conf", "traefik.yaml", "Caddyfile", "proxy.yaml", "node/verify.mjs"} {
		text, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		require.Contains(t, string(guide), "\n"+string(text)+"```\n", file)
	}
}
