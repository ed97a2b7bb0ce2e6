package main_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
)

type ready struct {
	CA      string      `json:"ca"`
	Criipto application `json:"criipto"`
	NEB     application `json:"neb"`
	EIdent  application `json:"eident"`

	Stralfors distributor `json:"stralfors"`
	PostNord  distributor `json:"postnord"`

	Signatures signatures `json:"signatures"`
	NemLogin   struct {
		Metadata string `json:"metadata"`
	} `json:"nemlogin"`

	Control struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	} `json:"control"`
}

type signatures struct {
	URL          string `json:"url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Issuer       string `json:"issuer"`
	Audience     string `json:"audience"`
}

type application struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`

	PublicClientID string `json:"public_client_id"`
}

// build returns the command, which is built once. TestMain removes it.
func build(t *testing.T) string {
	t.Helper()
	command.once.Do(func() {
		if command.dir, command.err = os.MkdirTemp("", "dkeid-fakes-test-"); command.err == nil {
			command.out, command.err = exec.Command("go", "build", "-o", filepath.Join(command.dir, "fakes"), ".").CombinedOutput()
		}
	})
	require.NoError(t, command.err, string(command.out))
	return filepath.Join(command.dir, "fakes")
}

var command struct {
	once sync.Once
	dir  string
	out  []byte
	err  error
}

// running is the command and what it still has to say.
type running struct {
	*exec.Cmd
	out *bufio.Reader
	err *bytes.Buffer
}

func run(t *testing.T, file string, args ...string) (*running, string, ready) {
	t.Helper()
	return runCommand(t, exec.CommandContext(t.Context(), file, args...))
}

func runCommand(t *testing.T, cmd *exec.Cmd) (*running, string, ready) {
	t.Helper()
	r := &running{Cmd: cmd, err: new(bytes.Buffer)}
	r.Stderr = r.err
	pipe, err := r.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, r.Start())
	t.Cleanup(func() { _ = r.Process.Kill() })
	r.out = bufio.NewReader(pipe)
	line, err := r.out.ReadString('\n')
	require.NoError(t, err)
	var got ready
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got), line)
	return r, line, got
}

// stop ends the command and returns what it said after its line.
func (r *running) stop(t *testing.T, s os.Signal) string {
	t.Helper()
	require.NoError(t, r.Process.Signal(s))
	rest, err := io.ReadAll(r.out)
	require.NoError(t, err)
	require.NoError(t, r.Wait(), "it ends well")
	require.Empty(t, r.err.String())
	return string(rest)
}

func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	res, err := c.Get(address)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestFakes(t *testing.T) {
	file := build(t)
	r, _, got := run(t, file, "-base-port", "0")
	require.Empty(t, got.CA)
	for _, fake := range []application{got.Criipto, got.NEB, got.EIdent} {
		require.NotEmpty(t, fake.ClientID)
		require.NotEmpty(t, fake.ClientSecret)
		require.Regexp(t, `^http://127\.0\.0\.1:[1-9][0-9]*(/op|/oidc)?$`, fake.Issuer)
		status, body := get(t, http.DefaultClient, fake.Issuer+"/.well-known/openid-configuration")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `"issuer":"`+fake.Issuer+`"`)
	}
	checkSignatures(t, http.DefaultClient, got, "http")
	require.Empty(t, r.stop(t, syscall.SIGTERM), "exactly one line")
	_, err := net.Dial("tcp", strings.TrimPrefix(got.Criipto.Issuer, "http://"))
	require.Error(t, err, "stopped")
}

// checkSignatures asks the signing service for the caller's orders.
func checkSignatures(t *testing.T, c *http.Client, got ready, scheme string) {
	t.Helper()
	at := got.Signatures
	require.Regexp(t, `^`+scheme+`://127\.0\.0\.1:[1-9][0-9]*/v1/graphql$`, at.URL)
	require.Equal(t, got.Criipto.Issuer, at.Issuer)
	require.Equal(t, got.Criipto.ClientID, at.Audience)
	for secret, status := range map[string]int{at.ClientSecret: http.StatusOK, "en anden æøå": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL, strings.NewReader(`{"query":"{viewer{__typename}}"}`))
		require.NoError(t, err)
		req.SetBasicAuth(at.ClientID, secret)
		req.Header.Set("Content-Type", "application/json")
		res, err := c.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, status, res.StatusCode, string(body))
		require.Equal(t, status == http.StatusOK, strings.Contains(string(body), `"__typename":"Application"`), string(body))
	}
}

func TestFakesWithTLS(t *testing.T) {
	r, line, got := run(t, build(t), "-base-port", "0", "-tls", "-auto")
	require.True(t, strings.HasPrefix(line, `{"ca":"`), line)
	require.Regexp(t, `^https://127\.0\.0\.1:[1-9][0-9]*$`, got.Criipto.Issuer)
	pem, err := os.ReadFile(got.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	status, _ := get(t, c, got.Criipto.Issuer+"/.well-known/jwks")
	require.Equal(t, http.StatusOK, status)
	checkSignatures(t, c, got, "https")
	require.Empty(t, r.stop(t, os.Interrupt))
	require.NoFileExists(t, got.CA)
}

func TestFakesOnAGivenPort(t *testing.T) {
	file := build(t)
	port := strconv.Itoa(porttest.First(t, 9))
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	require.NoError(t, err)

	out, err := exec.CommandContext(t.Context(), file, "-base-port", port).CombinedOutput()
	require.Error(t, err, "the port is taken")
	require.Contains(t, string(out), "fakes:")

	require.NoError(t, ln.Close())
	r, _, got := run(t, file, "-base-port", port)
	require.Equal(t, "http://127.0.0.1:"+port, got.Criipto.Issuer)
	r.stop(t, syscall.SIGTERM)
}

func TestFakesRefuse(t *testing.T) {
	file := build(t)
	for _, args := range [][]string{{"-base-port", "-1"}, {"-base-port", "70000"}, {"-base-port", "ni"}, {"-strange"}, {"-health", "http://127.0.0.1:1"}, {"-health", ":"}} {
		out, err := exec.CommandContext(t.Context(), file, args...).CombinedOutput()
		require.Error(t, err, args)
		require.NotContains(t, string(out), `"issuer"`)
	}
}
