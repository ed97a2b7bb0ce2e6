package main_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// walkFrom makes this binary a browser in another network namespace: it logs in at
// the app that the variable names, with the authority in the file behind a blank.
const walkFrom = "DKEID_TEST_WALK"

func TestMain(m *testing.M) {
	if job := os.Getenv(walkFrom); job != "" {
		app, ca, _ := strings.Cut(job, " ")
		if err := walk(app, ca); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	_ = os.RemoveAll(command.dir) // if empty, it is nothing
	os.Exit(code)
}

// walk prints what the app tells of the person.
func walk(app, ca string) error {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	res, err := c.Get(app + "/login")
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(os.Stdout, res.Body)
	return err
}

// asRoot returns how to run something as root, or skips; with DKEID_NO_SKIP=1 it
// fails.
func asRoot(t *testing.T) []string {
	t.Helper()
	if os.Geteuid() == 0 {
		return nil
	}
	if exec.Command("sudo", "-n", "true").Run() == nil {
		return []string{"sudo", "-n", "--preserve-env=" + walkFrom}
	}
	const why = "this needs root, or sudo without a password"
	toolstest.Missing(t, why)
	return nil
}

// Two network namespaces are what two containers are to each other: the app reaches
// the fakes over a network, under an address that is no loopback, and by TLS.
func TestAppAndFakesInTwoContainersLogSomebodyIn(t *testing.T) {
	needs(t, "ip (iproute2)", "ip")
	root := asRoot(t)
	cmd := func(args ...string) *exec.Cmd {
		args = append(append([]string{}, root...), args...)
		return exec.CommandContext(t.Context(), args[0], args[1:]...)
	}
	fakes, login := build(t), filepath.Join(t.TempDir(), "login")
	out, err := exec.Command("go", "build", "-o", login, "github.com/dkeid/dkeid/examples/login").CombinedOutput()
	require.NoError(t, err, string(out))

	id := strconv.Itoa(os.Getpid() % 100000)
	a, b, left, right := "dkeid-a-"+id, "dkeid-b-"+id, "dka"+id, "dkb"+id
	t.Cleanup(func() {
		for _, ns := range []string{a, b} {
			args := append(append([]string{}, root...), "ip", "netns", "delete", ns)
			_ = exec.Command(args[0], args[1:]...).Run()
		}
	})
	for i, line := range []string{
		"netns add " + a, "netns add " + b, "link add " + left + " type veth peer name " + right,
		"link set " + left + " netns " + a, "link set " + right + " netns " + b,
		"-n " + a + " addr add 198.18.7.1/30 dev " + left, "-n " + b + " addr add 198.18.7.2/30 dev " + right,
		"-n " + a + " link set " + left + " up", "-n " + b + " link set " + right + " up",
		"-n " + a + " link set lo up", "-n " + b + " link set lo up",
	} {
		if out, err := cmd(append([]string{"ip"}, strings.Fields(line)...)...).CombinedOutput(); err != nil {
			if i == 0 {
				toolstest.Missing(t, fmt.Sprintf("this machine makes no network namespaces: %s", out))
			}
			t.Fatalf("ip %s: %v\n%s", line, err, out)
		}
	}
	begin := func(ns string, args ...string) string {
		c := cmd(append([]string{"ip", "netns", "exec", ns}, args...)...)
		c.Stderr = os.Stderr
		pipe, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		t.Cleanup(func() {
			_ = c.Process.Signal(os.Interrupt)
			_ = c.Wait()
		})
		line, err := bufio.NewReader(pipe).ReadString('\n')
		require.NoError(t, err)
		return line
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	var got ready
	require.NoError(t, json.Unmarshal([]byte(begin(a, fakes, "-listen", "0.0.0.0", "-base-url", "https://198.18.7.1", "-tls", "-ca-file", ca, "-auto",
		"-client-secret", "shared by both")), &got))
	require.Equal(t, "https://198.18.7.1:9400", got.Criipto.Issuer)
	require.Equal(t, "shared by both", got.Criipto.ClientSecret)
	require.Equal(t, ca, got.CA)
	app := begin(b, login, "-issuer", got.Criipto.Issuer, "-client-id", got.Criipto.ClientID, "-client-secret", "shared by both", "-ca", ca, "-listen", "127.0.0.1:8080")
	require.Equal(t, "listening on http://127.0.0.1:8080\n", app)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := append(append([]string{}, root...), "ip", "netns", "exec", b, os.Args[0])
	browser := exec.CommandContext(ctx, args[0], args[1:]...)
	browser.Env = append(os.Environ(), walkFrom+"=http://127.0.0.1:8080 "+ca)
	said, err := browser.CombinedOutput()
	require.NoError(t, err, string(said))
	require.Contains(t, string(said), "Ditlev Von Testesen")
}

func TestFakesRefuseToBeReachedByAccident(t *testing.T) {
	file := build(t)
	for why, args := range map[string][]string{
		"needs -base-url":   {"-listen", "0.0.0.0"},
		"no IP address":     {"-listen", "fakes"},
		"-base-url is not":  {"-listen", "127.0.0.1", "-base-url", "http://fakes/path"},
		"https with -tls":   {"-tls", "-base-url", "http://fakes"},
		"-base-port":        {"-base-port", "0", "-base-url", "http://fakes"},
		"-ca-file needs":    {"-ca-file", filepath.Join(t.TempDir(), "ca.pem")},
		"-redirect is no":   {"-redirect", "app:8080/callback"},
		"http on a loop":    {"-sp-metadata", "http://app:8080/metadata"},
		"without a name":    {"-sp-metadata", "https://a:b@app.example/metadata"},
		"no such file":      {"-base-port", "0", "-sp-metadata", "/nowhere/sp.xml"},
		"-sp-metadata 1":    {"-base-port", "0", "-sp-metadata", "main.go"},
		"a port that is no": {"-base-url", "http://fakes:70000"},
	} {
		out, err := exec.CommandContext(t.Context(), file, args...).CombinedOutput()
		require.Error(t, err, why)
		require.Contains(t, string(out), why)
		require.NotContains(t, string(out), `"issuer"`)
	}
}

// The fakes of a compose file speak http in the app's own network namespace, with
// ports that are published under other numbers.
func TestFakesUnderAnotherPort(t *testing.T) {
	first := porttest.First(t, 9)
	r, _, got := run(t, build(t), "-base-port", strconv.Itoa(first), "-base-url", "http://127.0.0.1:19400", "-redirect", "https://app.acme.dk/callback")
	defer r.stop(t, os.Interrupt)
	require.Equal(t, "http://127.0.0.1:19400", got.Criipto.Issuer)
	require.Equal(t, "http://127.0.0.1:19401/op", got.NEB.Issuer)
	require.Equal(t, "http://127.0.0.1:19407/v1/graphql", got.Signatures.URL)
	require.Equal(t, "http://127.0.0.1:19408/metadata", got.NemLogin.Metadata)
	at := "http://127.0.0.1:" + strconv.Itoa(first)
	_, body := get(t, http.DefaultClient, at+"/.well-known/openid-configuration")
	require.Contains(t, body, `"token_endpoint":"http://127.0.0.1:19400/oauth2/token"`)
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for to, want := range map[string]int{"https://app.acme.dk/callback": http.StatusOK, "https://app.acme.dk/other": http.StatusBadRequest} {
		status, _ := get(t, c, at+"/oauth2/authorize?client_id="+got.Criipto.ClientID+"&redirect_uri="+to+"&response_type=code&scope=openid")
		require.Equal(t, want, status, to)
	}
}
