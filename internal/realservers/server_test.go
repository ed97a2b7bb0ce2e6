package realservers

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// openDir is a folder that a server's children can read under another user.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dkeid-server-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	return dir
}

// program finds one of Debian's servers.
func program(t *testing.T, name string) string {
	t.Helper()
	return toolstest.Program(t, name, name+" is not installed: the client is not tried against it")
}

// start starts a server with this configuration, in which DIR and ADDRESS are filled
// in, and returns the address. The arguments see the file as CONFIG.
func start(t *testing.T, dir, config, path string, args ...string) string {
	t.Helper()
	address := porttest.Address(t)
	fill := strings.NewReplacer("DIR", dir, "ADDRESS", address, "CONFIG", filepath.Join(dir, "config"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config"), []byte(fill.Replace(config)), 0o600))
	for i := range args {
		args[i] = fill.Replace(args[i])
	}
	cmd := exec.Command(path, args...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // its children end with it
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	listens := func() bool {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	gone := func() bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	}
	require.Eventually(t, func() bool { return listens() || gone() }, 2*time.Minute, 20*time.Millisecond, "%s does not listen", path)
	if gone() {
		log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
		t.Fatalf("%s ended: %s%s", path, said.String(), log)
	}
	return address
}

// app is what stands behind a server. It reads every body whole, and counts.
type app struct {
	server *httptest.Server

	mu    sync.Mutex
	calls int
	bytes int64
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := new(app)
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		if err == nil {
			a.calls++
			a.bytes += n
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(a.server.Close)
	return a
}

// seen returns how many calls arrived since it was asked before, and their bytes.
func (a *app) seen() (calls int, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	calls, bytes = a.calls, a.bytes
	a.calls, a.bytes = 0, 0
	return calls, bytes
}

func (a *app) address() string { return a.server.Listener.Addr().String() }

// nginx starts one that demands a certificate, with its own defaults, in front of an app.
func nginx(t *testing.T, p *pki, a *app, protocols string) string {
	t.Helper()
	path := program(t, "nginx")
	return "https://" + start(t, p.dir, `daemon off;
master_process off;
worker_processes 1;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	server {
		listen ADDRESS ssl;
		ssl_certificate DIR/server.pem;
		ssl_certificate_key DIR/server.key;
		ssl_client_certificate DIR/clients.pem;
		ssl_verify_client on;
		ssl_verify_depth 2;
		ssl_protocols `+protocols+`;
		location / { proxy_pass http://`+a.address()+`; }
	}
}
`, path, "-p", "DIR", "-c", "CONFIG", "-e", "DIR/error.log")
}

// apache starts one that demands a certificate in this folder, "/" for the whole host,
// in front of an app.
func apache(t *testing.T, p *pki, a *app, protocol, folder string) string {
	t.Helper()
	path := program(t, "apache2")
	demand := "SSLVerifyClient require\n"
	if folder != "/" {
		demand = "<Location " + folder + ">\n" + demand + "</Location>\n"
	}
	user := ""
	if os.Getuid() == 0 { // it does not work as root
		user = "User www-data\nGroup www-data\n"
	}
	return "https://" + start(t, p.dir, `ServerRoot DIR
ServerName localhost
DefaultRuntimeDir DIR
PidFile DIR/pid
ErrorLog DIR/error.log
Listen ADDRESS
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
`+user+`StartServers 1
KeepAlive On
MaxKeepAliveRequests 0
SSLSessionCache none
SSLEngine on
SSLCertificateFile DIR/server.pem
SSLCertificateKeyFile DIR/server.key
SSLCACertificateFile DIR/clients.pem
SSLVerifyDepth 2
SSLProtocol -all +`+protocol+`
`+demand+`ProxyPass / http://`+a.address()+`/
`, path, "-d", "DIR", "-f", "CONFIG", "-DFOREGROUND")
}
