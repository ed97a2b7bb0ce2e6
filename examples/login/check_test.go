package main_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
)

// TestCheckEndsWithOneWhereNobodyCouldLogIn runs the command as an operator does.
func TestCheckEndsWithOneWhereNobodyCouldLogIn(t *testing.T) {
	file := build(t, "login")
	for _, d := range fakebroker.NamesOIDC() {
		fake := fakebroker.New(t, d)
		fake.AllowRedirect("https://kunde.invalid/callback")
		run := func(secret string, more ...string) (int, string) {
			cmd := exec.CommandContext(t.Context(), file, append([]string{"-broker", d, "-issuer", fake.Issuer(),
				"-client-id", fake.ClientID(), "-client-secret", secret, "-check"}, more...)...)
			out, _ := cmd.CombinedOutput()
			require.NotContains(t, string(out), secret)
			return cmd.ProcessState.ExitCode(), string(out)
		}
		code, text := run(fake.ClientSecret().Reveal(), "-redirect", "https://kunde.invalid/callback")
		require.Equal(t, 0, code, text)
		require.Contains(t, text, "fine: discovery: ")
		if fake.Name() == "eident" {
			require.Contains(t, text, "unproved: client: ")
			continue
		}
		require.Contains(t, text, "fine: client: ")

		code, text = run(fake.ClientSecret().Reveal(), "-redirect", "https://anden.invalid/callback")
		require.Equal(t, 1, code, text)
		require.Contains(t, text, "failed: redirect address: ")

		code, text = run("en anden hemmelighed æøå")
		require.Equal(t, 1, code, text)
		require.Contains(t, text, "failed: client: ")

		require.NoError(t, fake.Close())
		code, text = run(fake.ClientSecret().Reveal())
		require.Equal(t, 1, code, text)
		require.Contains(t, text, "failed: discovery: ")
	}
}
