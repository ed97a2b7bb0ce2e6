package main

import (
	"flag"
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
		main() // ends the program
	}
	_ = flag.Set("test.parallel", "12") // the tests wait more than they work
	os.Exit(m.Run())
}

func command(t *testing.T, in string, args ...string) (out string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), asCommand+"=1"), strings.NewReader(in)
	text, err := cmd.CombinedOutput()
	return string(text), err
}

var id = regexp.MustCompile(`(?m)^letter ([0-9a-f-]{36})$`)

func TestALetterToTheFake(t *testing.T) {
	t.Parallel()
	out, err := command(t, "")
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
	out, err := command(t, number.Reveal()+"\n", args...)
	require.NoError(t, err, out)
	require.Contains(t, out, "delivered digital")
	require.NotContains(t, out, number.Reveal())
	got := fake.Letters(eboks.Person(number))
	require.Len(t, got, 1)
	require.Equal(t, "Din måler bliver skiftet", got[0].Title)

	// Each run is a letter of its own.
	out, err = command(t, number.Reveal(), args...)
	require.NoError(t, err, out)
	require.Len(t, fake.Letters(eboks.Person(number)), 2)

	for in, want := range map[string]string{"": "no digits", "123": "digit", "Åse": "cpr"} {
		out, err = command(t, in, args...)
		require.ErrorContains(t, err, "exit status 2")
		require.Contains(t, out, want)
		require.NotContains(t, out, "panic")
	}
	out, err = command(t, number.Reveal(), append(args, "-cert", "findes-ikke.pem")...)
	require.ErrorContains(t, err, "exit status 2")
	require.Contains(t, out, "findes-ikke.pem")
}

// A PDF and a number, on the command line and on the standard input.
func TestALetterInAFile(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, false)
	number := cprtest.Number(9003).Reveal()
	file := filepath.Join(f.path, "andet brev æøå.pdf")
	for i, c := range []struct{ in, to string }{{"", number}, {number + "\n", "-"}} {
		out, err := command(t, c.in, append(d.args, "-to", c.to, "-title", "Støtte til rødgrød", file)...)
		require.NoError(t, err, out)
		require.Contains(t, out, "delivered digital")
		require.NotContains(t, out, number)
		ids, doubled := d.letters()
		require.Equal(t, i+1, ids)
		require.Zero(t, doubled)
		taken := d.first(id.FindStringSubmatch(out)[1])
		require.Equal(t, number, taken.number)
		require.Equal(t, "Støtte til rødgrød", taken.title)
		require.Equal(t, pdf("smørrebrød"), taken.document)
	}
	// Without a distributor everybody has a mailbox at the fake.
	out, err := command(t, "", "-to", number, "-title", "Støtte", file)
	require.NoError(t, err, out)
	require.Contains(t, out, "delivered digital")

	d.change(func(d *double) { d.refuses = func(string) int { return 400 } })
	out, err = command(t, number, append(d.args, "-to", "-", "-title", "Støtte", file)...)
	require.ErrorContains(t, err, "exit status 1", out)
	require.Contains(t, out, "Rejected")
}

func TestFlagsThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string][]string{
		"-list a.csv":                          {"-list needs -db"},
		"-db a.db":                             {"-db belongs to -list"},
		"-list a.csv -db a.db -to 1 -title å":  {"-list goes with none of"},
		"-list a.csv -db a.db -log-lag 1s":     {"-log-lag"},
		"a.pdf":                                {"go together"},
		"-title å":                             {"go together"},
		"-title å a.pdf b.pdf":                 {"one file at most"},
		"-title å -text a.txt a.pdf":           {"not both"},
		"-ukendt":                              {"-help lists them"},
		"-distributor stralfors":               {"-distributor-url, -cert, -key, -system, -material"},
		"-distributor-url https://127.0.0.1:1": {"-cert, -key, -system, -material"},
		"-dedupes -cert c.pem -client x":       {"-distributor-url, -key, -system, -material", "belong to -distributor postnord"},
		"-distributor dao -distributor-url x -cert c -key k -system s -material 1":                                                    {"-distributor is stralfors or postnord"},
		"-distributor-url https://127.0.0.1:1 -cert findes-ikke -key k -system s -material 1 -ca findes-heller-ikke":                  {"-cert and -key: ", "-ca: "},
		"-distributor postnord -distributor-url https://127.0.0.1:1 -cert c -key k -system s -material 1 -ca /dev/null -list æ -db ø": {"-ca: the file holds no certificate"},
	} {
		out, err := command(t, "", strings.Fields(flags)...)
		require.ErrorContains(t, err, "exit status 2", flags)
		for _, w := range want {
			require.Contains(t, out, w, flags)
		}
	}
	for _, db := range []string{"mysql://a:hemmeligt@b/c", "POSTGRES://a:hemmeligt@b/c", "sqlite://hemmeligt.db", "host=b user=a password=hemmeligt dbname=c", "user = a hemmeligt", "postgres:hemmeligt"} {
		out, err := command(t, "", "-list", "a.csv", "-db", db)
		require.ErrorContains(t, err, "exit status 2", db)
		require.Contains(t, out, "begins with postgres://", db)
		require.NotContains(t, out, "hemmeligt")
	}
	out, err := command(t, "", "-help")
	require.NoError(t, err)
	require.Contains(t, out, "-list")
	require.Regexp(t, `-wait duration\n.*taken it in \(default 1m0s\)`, out)
}
