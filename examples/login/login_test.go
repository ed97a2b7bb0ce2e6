package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

var programs string // the folder of what build has compiled

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "dkeid-login-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(programs)
	os.Exit(code)
}

// build compiles a command of this repository, once.
func build(t *testing.T, folder string) string {
	t.Helper()
	file := filepath.Join(programs, folder)
	if _, err := os.Stat(file); err == nil {
		return file
	}
	out, err := exec.Command("go", "build", "-o", file, "github.com/dkeid/dkeid/examples/"+folder).CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

// start runs a command until the test ends and returns its first line.
func start(t *testing.T, file string, args ...string) (line string, errors *logtest.Buffer) {
	t.Helper()
	errors = new(logtest.Buffer)
	cmd := exec.CommandContext(t.Context(), file, args...)
	cmd.Stderr = errors
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, errors.String())
	return strings.TrimSuffix(line, "\n"), errors
}

// app runs the login against fake and returns its address.
func app(t *testing.T, file string, at mitidtest.Fake, flags ...string) (string, *logtest.Buffer) {
	t.Helper()
	fake := at.Engine()
	line, errors := start(t, file, append([]string{"-broker", fake.Name(), "-issuer", fake.Issuer(), "-client-id", fake.ClientID(),
		"-client-secret", fake.ClientSecret().Reveal(), "-listen", "127.0.0.1:0"}, flags...)...)
	base, ok := strings.CutPrefix(line, "listening on ")
	require.True(t, ok, line)
	require.Regexp(t, `^http://127\.0\.0\.1:[1-9][0-9]*$`, base)
	return base, errors
}

func read(t *testing.T, res *http.Response, err error) (int, string) {
	t.Helper()
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "application/json", res.Header.Get("Content-Type"), string(body))
	return res.StatusCode, strings.TrimSpace(string(body))
}

func TestLogin(t *testing.T) {
	file := build(t, "login")
	fake := criiptotest.New(t)
	paiman := mitidtest.Approve(mitidtest.Paiman())

	t.Run("redirects", func(t *testing.T) {
		base, _ := app(t, file, fake)
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		begun, err := c.Get(base + "/login")
		require.NoError(t, err)
		_ = begun.Body.Close()
		require.Equal(t, http.StatusFound, begun.StatusCode)
		fake.Next(paiman)
		broker, err := c.Get(begun.Header.Get("Location"))
		require.NoError(t, err)
		_ = broker.Body.Close()
		require.True(t, strings.HasPrefix(broker.Header.Get("Location"), base+"/callback?"))
		done, err := c.Get(broker.Header.Get("Location"))
		require.NoError(t, err)
		_ = done.Body.Close()
		require.Equal(t, http.StatusFound, done.StatusCode)
		require.Equal(t, "/me", done.Header.Get("Location"))
		res, err := c.Get(base + "/me")
		status, body := read(t, res, err)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `"full":"Paiman Petersen"`)
	})
	t.Run("nobody", func(t *testing.T) {
		base, _ := app(t, file, fake)
		res, err := http.Get(base + "/me")
		status, body := read(t, res, err)
		require.Equal(t, http.StatusUnauthorized, status)
		require.Equal(t, `{"error":"InteractionRequired"}`, body)
	})
	t.Run("strange callback", func(t *testing.T) {
		base, errors := app(t, file, fake)
		before := fake.Count("/oauth2/token")
		res, err := http.Get(base + "/callback?code=canary&state=canary")
		status, body := read(t, res, err)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, `{"error":"StateInvalid"}`, body)
		require.Empty(t, res.Cookies())
		require.Equal(t, before, fake.Count("/oauth2/token"))
		require.NotContains(t, errors.String(), "canary")
	})
	t.Run("cancelled", func(t *testing.T) {
		base, _ := app(t, file, fake)
		b := fake.NewBrowser()
		res, err := b.Visit(t.Context(), base+"/login", mitidtest.Abort())
		status, body := read(t, res, err)
		require.Equal(t, http.StatusForbidden, status)
		require.Equal(t, `{"error":"UserCancelled"}`, body)
		res, err = b.Visit(t.Context(), base+"/me")
		status, _ = read(t, res, err)
		require.Equal(t, http.StatusUnauthorized, status)
	})
	for name, c := range map[string]struct {
		flags    []string
		has, not []string
	}{
		"nothing asked":   {nil, []string{`"kind":"private"`, `"subject":`, `"uuid":`, `"loa":"substantial"`}, []string{"2712589100", `"cpr"`, `"address"`}},
		"CPR not shown":   {[]string{"-cpr"}, []string{`"full":"Paiman Petersen"`}, []string{"2712589100", `"cpr"`}},
		"CPR shown":       {[]string{"-cpr", "-show-cpr"}, []string{`"cpr":"2712589100"`}, nil},
		"show not asked":  {[]string{"-show-cpr"}, nil, []string{"2712589100"}},
		"address":         {[]string{"-address"}, []string{"Hillerød", `"municipality_code":"0173"`}, []string{"2712589100"}},
		"level high":      {[]string{"-level", "high"}, []string{`"loa":"high"`}, nil},
		"level low":       {[]string{"-level", "low"}, []string{`"loa":"`}, nil},
		"level of choice": {[]string{"-level", "substantial"}, []string{`"loa":"substantial"`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			base, errors := app(t, file, fake, c.flags...)
			res, err := fake.NewBrowser().Visit(t.Context(), base+"/login", paiman)
			status, body := read(t, res, err)
			require.Equal(t, http.StatusOK, status, body)
			require.True(t, json.Valid([]byte(body)))
			for _, w := range c.has {
				require.Contains(t, body, w)
			}
			for _, w := range c.not {
				require.NotContains(t, body, w)
			}
			require.NotContains(t, errors.String(), "2712589100")
		})
	}
	t.Run("no CPR number", func(t *testing.T) {
		base, _ := app(t, file, fake, "-cpr")
		res, err := fake.NewBrowser().Visit(t.Context(), base+"/login", mitidtest.Approve(mitidtest.WithoutCPR()))
		status, body := read(t, res, err)
		require.GreaterOrEqual(t, status, 400)
		require.Regexp(t, `^{"error":"[A-Za-z]+"}$`, body)
	})
	t.Run("too low", func(t *testing.T) {
		base, _ := app(t, file, fake)
		res, err := fake.NewBrowser().Visit(t.Context(), base+"/login", mitidtest.Approve(mitidtest.PasswordUser()))
		status, body := read(t, res, err)
		require.Equal(t, http.StatusForbidden, status)
		require.Equal(t, `{"error":"AssuranceTooLow"}`, body)
	})
}

func TestLoginAtEveryBroker(t *testing.T) {
	file := build(t, "login")
	for _, d := range append(fakebroker.NamesOIDC(), "eident-saml") {
		t.Run(d, func(t *testing.T) {
			fake := fakebroker.New(t, d)
			base, errors := app(t, file, fake, "-broker", d, "-cpr", "-show-cpr")
			_, err := fake.Application(base) // over SAML the fake must know the app
			require.NoError(t, err)
			b := fake.NewBrowser()
			res, err := b.Visit(t.Context(), base+"/login", mitidtest.Approve(mitidtest.Ditlev()))
			status, body := read(t, res, err)
			require.Equal(t, http.StatusOK, status, body)
			require.Contains(t, body, `"cpr":"2101270087"`)
			require.Contains(t, body, `"full":"Ditlev Von Testesen"`)
			require.NotContains(t, errors.String(), "2101270087")
			res, err = fake.NewBrowser().Visit(t.Context(), base+"/login", mitidtest.Abort())
			status, body = read(t, res, err)
			require.Equal(t, http.StatusForbidden, status)
			require.Equal(t, `{"error":"UserCancelled"}`, body)
		})
	}
}

func TestLoginTrustsTheGivenAuthority(t *testing.T) {
	file := build(t, "login")
	fake, err := criiptotest.Start(mitidtest.Config{TLS: true, AnyLoopbackRedirect: true})
	require.NoError(t, err)
	defer func() { _ = fake.Close() }()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, fake.CA(), 0o600))
	base, _ := app(t, file, fake, "-ca", ca)
	res, err := fake.NewBrowser().Visit(t.Context(), base+"/login")
	status, body := read(t, res, err)
	require.Equal(t, http.StatusOK, status, body)

	base, _ = app(t, file, fake)
	res, err = http.Get(base + "/login")
	status, body = read(t, res, err)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, `{"error":"BrokerUnavailable"}`, body)
}

func TestLoginRefusesToStart(t *testing.T) {
	file := build(t, "login")
	good := []string{"-issuer", "https://broker.example", "-client-id", "æ", "-client-secret", "canary-secret", "-listen", "127.0.0.1:0"}
	for name, flags := range map[string][]string{
		"http issuer":       {"-issuer", "http://broker.example"},
		"no issuer":         {"-issuer", ""},
		"no client id":      {"-client-id", ""},
		"no secret":         {"-client-secret", ""},
		"strange broker":    {"-broker", "nets"},
		"strange level":     {"-level", "highest"},
		"listens to others": {"-listen", "0.0.0.0:0"},
		"no such file":      {"-ca", "/nowhere/ca.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), file, append(append([]string{}, good...), flags...)...).CombinedOutput()
			require.Error(t, err)
			require.NotContains(t, string(out), "listening")
			require.NotContains(t, string(out), "canary-secret")
			require.NotEmpty(t, out)
		})
	}
}

func TestLoginAgainstTheFakesCommand(t *testing.T) {
	line, _ := start(t, build(t, "fakes"), "-base-port", "0", "-auto")
	var ready struct {
		Criipto struct {
			Issuer       string `json:"issuer"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		} `json:"criipto"`
	}
	require.NoError(t, json.Unmarshal([]byte(line), &ready))
	listening, _ := start(t, build(t, "login"), "-issuer", ready.Criipto.Issuer, "-client-id", ready.Criipto.ClientID,
		"-client-secret", ready.Criipto.ClientSecret, "-listen", "127.0.0.1:0")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar}
	res, err := c.Get(strings.TrimPrefix(listening, "listening on ") + "/login")
	status, body := read(t, res, err)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Ditlev Von Testesen")
}

func TestMainStaysSmall(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	require.Less(t, bytes.Count(source, []byte("\n")), 120)
}
