package signingtest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// The vendor's SDK, both clients, must take an order through its life at the fake.
func TestVendorSDK(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		toolstest.Missing(t, "node is not installed; apt install nodejs npm brings it")
	}
	if _, err := os.Stat(filepath.Join("testdata", "node", "node_modules", "@criipto", "signatures", "package.json")); err != nil {
		toolstest.Missing(t, "the vendor's SDK is not installed; npm ci --prefix signing/signingtest/testdata/node brings it")
	}
	s, _ := start(t)
	s.Verify().Next(mitidtest.Approve(mitidtest.Paiman()), mitidtest.Approve(mitidtest.Paiman()))
	judge := exec.CommandContext(t.Context(), node, "judge.js", s.Endpoint(), s.ClientID(), s.ClientSecret().Reveal(), s.Verify().Issuer()+"/signatures")
	judge.Dir = filepath.Join("testdata", "node")
	judge.Stdin = bytes.NewReader(contract())
	var complaints bytes.Buffer
	judge.Stderr = &complaints
	out, err := judge.Output()
	require.NoError(t, err, "%s", complaints.String())
	var saw struct {
		File, JWT, Name, Text string
		Size                  int
	}
	require.NoError(t, json.Unmarshal(out, &saw), "%s", out)
	sum := sha256.Sum256(contract())
	assert.Equal(t, hex.EncodeToString(sum[:]), saw.Text, "the message comes back in the token")
	assert.Equal(t, mitidtest.Paiman().Name, saw.Name)
	assert.Greater(t, saw.Size, len(contract()))

	sides := map[signingtest.Side]bool{}
	for _, r := range s.Requests() {
		sides[r.Side] = true
		if r.Side == signingtest.ApplicationSide {
			assert.Equal(t, "criipto-signatures-nodejs", r.Header.Get("Criipto-Sdk"))
		}
	}
	assert.True(t, sides[signingtest.ApplicationSide] && sides[signingtest.SignatorySide], "both clients called")
}
