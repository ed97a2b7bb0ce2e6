package main_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
)

// TestATokenBeyondLoopback: whoever is not on this machine must know the token, which is
// another one each time.
func TestATokenBeyondLoopback(t *testing.T) {
	program := build(t)
	tokens := make(map[string]bool)
	for range 2 {
		port := strconv.Itoa(porttest.First(t, 10))
		r, _, got := run(t, program, "-base-port", port, "-listen", "0.0.0.0", "-base-url", "http://127.0.0.1:"+port, "-control")
		assert.Len(t, got.Control.Token, 32)
		tokens[got.Control.Token] = true
		for token, want := range map[string]int{"": 401, got.Control.Token: 204} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, got.Control.URL+"/control/v1/reset", strings.NewReader("{}"))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, res.Body)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, want, res.StatusCode)
		}
		require.Empty(t, r.stop(t, syscall.SIGTERM))
	}
	assert.Len(t, tokens, 2)
}
