package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// An app in Node checks the identity with the code of the guide.
func TestAppInNodeChecksTheIdentity(t *testing.T) {
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("testdata/node/node_modules/jose")
	}
	if err != nil {
		const why = "node or jose is not installed; npm ci --prefix examples/proxy/testdata/node installs jose"
		toolstest.Missing(t, why)
	}
	h := newHouse(t)
	cmd := exec.CommandContext(t.Context(), node, "testdata/node/app.mjs")
	cmd.Env = append(os.Environ(), "PUBLIC_URL="+h.url)
	said := &logtest.Buffer{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, said)
	app := "http://127.0.0.1:" + strings.TrimSpace(port)
	h.set.Upstream.URL = app
	h.restart()
	b := h.browser()
	require.Equal(t, "nobody", b.get("/open").body)
	require.Equal(t, "Ditlev Von Testesen", b.get("/x", mitidtest.Approve(mitidtest.Ditlev())).body)
	r, err := http.NewRequest(http.MethodGet, app, nil)
	require.NoError(t, err)
	r.Header.Set("X-Dkeid-Identity", "eyJhbGciOiJub25lIn0.e30.")
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
}
