package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// asCommand makes the test binary the command itself.
const asCommand = "DKEID_TEST_RUNS_AS_SEND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func send(t *testing.T, in string, args ...string) (out string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), asCommand+"=1"), strings.NewReader(in)
	text, err := cmd.CombinedOutput()
	return string(text), err
}

var id = regexp.MustCompile(`(?m)^letter ([0-9a-f-]{36})$`)

func TestALetterToTheFake(t *testing.T) {
	out, err := send(t, "")
	require.NoError(t, err, out)
	require.Regexp(t, id, out)
	require.Regexp(t, `(?s)accepted\n.*queued\n.*accepted digital\n.*delivered digital\n$`, out)
}

// Real settings, given by flags, to a distributor whose authority the machine knows.
func TestALetterOfARealAgreement(t *testing.T) {
	fake, err := stralforstest.Start(ebokstest.Config{Settings: ebokstest.Settings{Ready: 1, Taken: 2, Delivered: 3}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	t.Setenv("SSL_CERT_FILE", file("ca.pem", string(fake.CA())))
	args := []string{
		"-distributor-url", fake.URL(), "-system", fake.System(), "-material", "1002", "-from", "Ærøskøbing Fjernvarme",
		"-cert", file("cert.pem", string(fake.CertPEM())), "-key", file("key.pem", string(fake.KeyPEM())),
		"-text", file("brev.txt", "Din måler bliver skiftet\n\nKære Åse\n\nVi kommer på torsdag.\n\nhttps://example.dk/maaler\n"),
	}
	number := cprtest.Number(9001)
	out, err := send(t, number.Reveal()+"\n", args...)
	require.NoError(t, err, out)
	require.Contains(t, out, "delivered digital")
	require.NotContains(t, out, number.Reveal())
	got := fake.Letters(eboks.Person(number))
	require.Len(t, got, 1)
	require.Equal(t, "Din måler bliver skiftet", got[0].Title)

	// Each run is a letter of its own.
	out, err = send(t, number.Reveal(), args...)
	require.NoError(t, err, out)
	require.Len(t, fake.Letters(eboks.Person(number)), 2)

	for in, want := range map[string]string{"": "empty", "123": "", "Åse": ""} {
		out, err = send(t, in, args...)
		require.Error(t, err, want)
		require.NotContains(t, out, "panic")
	}
	out, err = send(t, number.Reveal(), append(args, "-cert", "findes-ikke.pem")...)
	require.Error(t, err)
	require.Contains(t, out, "findes-ikke.pem")
}
