package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSignAtTheFakesCommand is how a suite in another language uses both commands: it
// posts the signer's page as a person would.
func TestSignAtTheFakesCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fakes")
	out, err := exec.Command("go", "build", "-o", file, "github.com/dkeid/dkeid/examples/fakes").CombinedOutput()
	require.NoError(t, err, string(out))
	fakes := exec.CommandContext(t.Context(), file, "-base-port", "0", "-auto")
	pipe, err := fakes.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, fakes.Start())
	defer func() { _ = fakes.Process.Kill(); _ = fakes.Wait() }()
	line, err := bufio.NewReader(pipe).ReadBytes('\n')
	require.NoError(t, err)
	var ready struct {
		Signatures struct {
			URL          string
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
			Issuer       string
			Audience     string
		}
	}
	require.NoError(t, json.Unmarshal(line, &ready))
	at, who := ready.Signatures, ditlev()

	d := newDesk(t, contract())
	r := start(t, func(link string) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		browser := &http.Client{Jar: jar}
		for _, form := range []string{"/login", "/sign"} {
			res, err := browser.PostForm(link+form, url.Values{"read": {"yes"}})
			require.NoError(t, err)
			page, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, http.StatusOK, res.StatusCode, string(page))
		}
	}, append(d.flags(), "-url", at.URL, "-client-id", at.ClientID, "-client-secret", at.ClientSecret, "-issuer", at.Issuer,
		"-audience", at.Audience, "-uuid", who.MitIDUUID(nil))...)
	require.Equal(t, 0, r.end(t), r.err.String())
	require.Contains(t, r.out.String(), "signed by Ditlev Von Testesen")
}
