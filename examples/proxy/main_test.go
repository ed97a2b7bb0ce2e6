package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
)

func TestCheckSaysWhatTheProxyWouldDo(t *testing.T) {
	fake := criiptotest.New(t)
	file := files(t, `
public_url: http://127.0.0.1:8080
upstream: {url: "http://127.0.0.1:3000"}
broker:
  name: criipto
  issuer: `+fake.Issuer()+`
  client_id: "`+fake.ClientID()+`"
  client_secret_file: DIR/secret
paths:
  - {path: /ærø, level: high, cpr: required}
  - {path: /, only: true, public: true}
`)
	require.NoError(t, os.WriteFile(strings.Replace(file, "proxy.yaml", "secret", 1), []byte(fake.ClientSecret().Reveal()), 0o600))
	var out strings.Builder
	err := run(t.Context(), []string{"-config", file, "-check"}, &out, io.Discard)
	text := out.String()
	require.NoError(t, err, text)
	for _, line := range []string{
		`people open  http://127.0.0.1:8080`, `the app is   http://127.0.0.1:3000`, `register http://127\.0\.0\.1:8080/\.dkeid/callback`,
		`(?m)^/\.dkeid and below +the proxy's own`, `(?m)^/ærø and below +high +private +required, passed on$`, `(?m)^/ +public`, `(?m)^/ and all else +substantial +private +no$`,
	} {
		require.Regexp(t, line, text)
	}
	require.NotContains(t, text, fake.ClientSecret().Reveal())

	require.NoError(t, fake.Close())
	require.Error(t, run(t.Context(), []string{"-config", file, "-check"}, io.Discard, io.Discard), "the broker does not answer")
	for _, args := range [][]string{{"-check"}, {"-config", "/nowhere"}, {"x"}, {"-listen", "0.0.0.0:0"}, {"-hemmelig"}} {
		require.Error(t, run(t.Context(), args, io.Discard, io.Discard), args)
	}
}

// With no more than the command, somebody sees it work.
func TestDemonstration(t *testing.T) {
	out := &logtest.Buffer{}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-listen", "127.0.0.1:0"}, out, io.Discard) }()
	var address string
	require.Eventually(t, func() bool {
		if m := regexp.MustCompile(`open (http://\S+) in a browser`).FindStringSubmatch(out.String()); m != nil {
			address = m[1]
		}
		return address != ""
	}, time.Minute, 10*time.Millisecond)
	res, err := http.Get(address)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "Ærø Bibliotek")
	stop()
	require.NoError(t, <-ended)
}

// From a file, for people and for other proxies.
func TestProxyFromAFile(t *testing.T) {
	file := files(t, strings.NewReplacer("_file: secret", "_file: DIR/secret", "acme.idura.broker", "127.0.0.1:1").Replace(smallFile)+`
listen: 127.0.0.1:0
trusted_proxies: [127.0.0.1]
forward_auth: {listen: "localhost:0"}
`)
	out, logs := &logtest.Buffer{}, &logtest.Buffer{}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-config", file}, out, logs) }()
	var at []string
	require.Eventually(t, func() bool {
		at = regexp.MustCompile(`listening on (\S+) for https://borger.example.dk\nproxies ask at (\S+)\n`).FindStringSubmatch(out.String())
		return at != nil
	}, time.Minute, 10*time.Millisecond)
	for address, status := range map[string]int{at[1] + "/.dkeid/health": http.StatusNoContent, at[1] + "/auth": http.StatusServiceUnavailable, at[2] + "/auth": http.StatusForbidden} {
		res, err := http.Get("http://" + address)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode, address)
	}
	stop()
	require.NoError(t, <-ended)
	require.Contains(t, logs.String(), "status=503", "the broker of the file does not answer")
}
