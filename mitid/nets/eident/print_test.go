package eident_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

// TestNothingPrintsASecret: not a Config, not a key, not a Broker that was made of
// them.
func TestNothingPrintsASecret(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	const secret = "hemmelig-æøå"
	cfg := eident.Config{Issuer: issuer, ClientID: "MER2", ClientSecret: mitid.NewSecret(secret), DecryptionKeys: []eident.DecryptionKey{{KeyID: "enc", Key: key}}}
	b, err := eident.New(cfg)
	require.NoError(t, err)
	d := key.D.String()
	for _, v := range []any{cfg, &cfg, cfg.DecryptionKeys[0], b, *b} {
		var text bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&text, verb, v)
		}
		slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: timeless})).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&text, &slog.HandlerOptions{ReplaceAttr: timeless})).Info("x", "v", v)
		if j, err := json.Marshal(v); err == nil {
			text.Write(j)
		}
		require.NotContains(t, text.String(), secret)
		require.NotContains(t, text.String(), fmt.Sprintf("%x", secret))
		require.NotContains(t, text.String(), d)
	}
	require.NotContains(t, spew.Sdump(b), secret, "a Broker keeps the secret behind a function")
	_, err = json.Marshal(cfg)
	require.Error(t, err)
}

// timeless leaves the time out of log lines: its digits may be a canary's by chance.
func timeless(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
