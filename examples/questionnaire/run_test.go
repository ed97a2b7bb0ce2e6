package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8080", o.Listen)
	assert.Equal(t, claims.Substantial, o.Level)
	assert.Contains(t, o.Assignments, web.Assignment{Claim: "name", Property: "fname"})
	assert.Contains(t, o.Assignments, web.Assignment{Claim: "cpr", Property: "cpr"})
	assert.Equal(t, "stralfors", o.Distributor)
	assert.NotEmpty(t, o.Admins, "the people of the fake broker may administrate")
	o, err = parseOptions([]string{"-business", "-level", "high", "-public-url", "https://svar.example/", "-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, claims.CapacityEither, o.Identity)
	assert.Equal(t, "https://svar.example", o.PublicURL)
	assert.Empty(t, o.Admins, "beside a real broker nobody may, unless somebody says who")
	o, err = parseOptions([]string{"-assign", "family_name=lname, cpr=cpr"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, []web.Assignment{{Claim: "family_name", Property: "lname"}, {Claim: "cpr", Property: "cpr"}}, o.Assignments)

	for name, args := range map[string][]string{
		"administrator":    {"-admin", "12345674"},
		"level":            {"-level", "medium"},
		"broker":           {"-broker", "acme"},
		"client id":        {"-issuer", "https://a.example"},
		"age alone":        {"-age-client-id", "x", "-age-client-secret", "y"},
		"no age secret":    {"-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y", "-age-client-id", "z"},
		"stray secret":     {"-client-secret", "x"},
		"SAML elsewhere":   {"-entity-id", "https://saml.example"},
		"OIDC at NemLogIn": {"-broker", "nemlogin", "-client-id", "x"},
		"key":              {"-db", "a.db"},
		"public address":   {"-public-url", "https://a.example/path"},
		"no address":       {"-public-url", "a.example"},
		"argument":         {"serve"},
		"distributor":      {"-distributor", "dove"},
		"post alone":       {"-post-url", "https://post.example", "-post-cert", "c", "-post-key", "k", "-post-system", "1", "-post-material", "1"},
		"half a post":      {"-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y", "-post-url", "https://post.example"},
		"stray post":       {"-post-system", "1"},
		"post status":      {"-post-status-url", "https://post.example/{client}"},
		"status elsewhere": {"-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y", "-post-url", "https://post.example", "-post-cert", "c", "-post-key", "k", "-post-system", "1", "-post-material", "1", "-post-status-url", "https://post.example/{client}"},
		"letters without numbers": {"-broker", "nemlogin", "-entity-id", "https://saml.example", "-idp-metadata", "m", "-sp-key", "k", "-sp-cert", "c", "-private",
			"-post-url", "https://post.example", "-post-cert", "c", "-post-key", "k", "-post-system", "1", "-post-material", "1"},
		"fakes that are not there": {"-fakes", "none"},
		"fakes and a broker":       {"-fakes", "none", "-issuer", "https://a.example"},
		"half a signing":           {"-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y", "-sign-url", "https://sign.example"},
		"signing alone":            {"-sign-url", "https://sign.example", "-sign-client-id", "x", "-sign-client-secret", "y", "-sign-issuer", "https://a.example", "-sign-audience", "z"},
		"stray signing":            {"-sign-test"},
		"unknown claim":            {"-assign", "shoe_size=size"},
		"no property":              {"-assign", "name"},
		"without cpr":              {"-assign", "name=fname"},
		"twice one claim":          {"-assign", "name=a,name=b,cpr=cpr"},
		"twice one target":         {"-assign", "name=a,country=a,cpr=cpr"},
	} {
		_, err := parseOptions(args, io.Discard)
		assert.Error(t, err, name)
	}
}

// TestRun starts the program as a person does, and ends it.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	fake := criiptotest.New(t)
	mailboxes := map[string]string{}
	post := stralforstest.New(t)
	for name, pem := range map[string][]byte{"post.cert": post.CertPEM(), "post.key": post.KeyPEM(), "post.ca": post.CA()} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem, 0o600))
	}
	signer := signingtest.New(t)
	atFake := []string{"-issuer", fake.Issuer(), "-client-id", fake.ClientID(), "-client-secret", fake.ClientSecret().Reveal()}
	for name, args := range map[string][]string{
		"demonstration": {},
		"own post": append([]string{"-post-url", post.URL(), "-post-cert", filepath.Join(dir, "post.cert"), "-post-key", filepath.Join(dir, "post.key"),
			"-post-ca", filepath.Join(dir, "post.ca"), "-post-system", post.System(), "-post-material", string(post.Materials()[0])}, atFake...),
		"postnord": {"-distributor", "postnord", "-broker", "neb"},
		"own signing": append([]string{"-sign-url", signer.Endpoint(), "-sign-client-id", signer.ClientID(), "-sign-client-secret", signer.ClientSecret().Reveal(),
			"-sign-issuer", signer.Verify().Issuer(), "-sign-audience", signer.Verify().ClientID(), "-sign-test", "-sign-cpr"}, atFake...),
		"own broker": append([]string{"-db", filepath.Join(dir, "a.db"), "-key", filepath.Join(dir, "a.key")}, atFake...),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, stdout := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), stdout, io.Discard) }()
			lines := bufio.NewScanner(out)
			address := ""
			for address == "" && lines.Scan() {
				if rest, ok := strings.CutPrefix(lines.Text(), "open "); ok {
					address, _, _ = strings.Cut(rest, " ")
				}
				if rest, ok := strings.CutPrefix(lines.Text(), "e-Boks is imitated at "); ok {
					mailboxes[name], _, _ = strings.Cut(rest, ";")
				}
			}
			go func() { _, _ = io.Copy(io.Discard, out) }()
			res, err := http.Get(address)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Contains(t, string(body), "Log ind med MitID")
			assert.Equal(t, !strings.HasPrefix(name, "own"), strings.Contains(string(body), "MitID er efterlignet"))
			assert.Equal(t, !strings.HasPrefix(name, "own") || name == "own signing", strings.Contains(string(body), "card-aftale"))
			assert.Equal(t, name != "own broker" && name != "own signing", strings.Contains(string(body), "får du en kvittering i din e-Boks"))
			if !strings.HasPrefix(name, "own") {
				res, err := http.Get(mailboxes[name])
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				assert.Contains(t, string(body), "Paiman Petersen", "everybody has a mailbox")
			}
			res, err = http.Get(address + "/login") // follows the redirect to the broker's page
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode)
			cancel()
			assert.NoError(t, <-ended)
			_ = stdout.Close()
		})
	}
	assert.NotContains(t, mailboxes, "own broker", "whom a real broker knows gets no letter from a fake")
	assert.FileExists(t, filepath.Join(dir, "a.key"))
	left, err := filepath.Glob(filepath.Join(dir, "questionnaire-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the temporary file is gone")
}

// TestDemonstration is what the README promises of one command: log in, answer,
// and see the letter arrive.
func TestDemonstration(t *testing.T) {
	t.Parallel()
	c, address := demonstration(t, "Leveret")
	_, box, err := read(c.Get(address + mailboxPath))
	require.NoError(t, err)
	assert.Contains(t, box, "Indbakke: "+mitidtest.Citizens()[0].Name)
	assert.Contains(t, box, "Ulæst")
}

// launch starts the program and returns what it says, by the first words. The program ends with the test.
func launch(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), stdout, io.Discard)
		_ = stdout.Close()
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	said := map[string]string{}
	for lines := bufio.NewScanner(out); said["open"] == "" && lines.Scan(); {
		for _, start := range []string{"MitID is imitated at", "e-Boks is imitated at", "open"} {
			if rest, ok := strings.CutPrefix(lines.Text(), start+" "); ok {
				said[start] = strings.TrimRight(strings.Fields(rest)[0], ";")
			}
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return said
}

// demonstration starts the program, hands in as the first person, and waits until the letter has come so far. The
// program ends with the test.
func demonstration(t *testing.T, state string, args ...string) (c *http.Client, address string) {
	said := launch(t, args...)
	require.Equal(t, "helbred", survey.Catalogue()[0].Slug, "the first card is the one with the number")
	c, at, err := handIn(said["open"], said["MitID is imitated at"], 0, "Rødgrød på Ærø")
	require.NoError(t, err)
	record := said["open"] + strings.TrimSuffix(at, "/done")
	require.Eventually(t, func() bool {
		_, page, err := read(c.Get(record))
		return err == nil && strings.Contains(page, `data-testid="letter-state">`+state+`<`)
	}, patience, 100*time.Millisecond)
	return c, said["open"]
}

func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	require.NoError(t, os.WriteFile(bad, []byte("nothing useful"), 0o600))
	real := []string{"-issuer", "https://a.example", "-client-id", "x", "-client-secret", "y"}
	for name, args := range map[string][]string{
		"an address it cannot have":            {"-listen", "127.0.0.1:99999"},
		"a bad key file":                       {"-key", bad},
		"a bad database":                       {"-key", filepath.Join(dir, "k"), "-db", dir},
		"a database that is not there":         {"-key", filepath.Join(dir, "k"), "-db", "postgres://nobody:secret@/none?host=" + dir},
		"no certificates":                      append(real, "-ca", bad),
		"no such file":                         append(real, "-ca", filepath.Join(dir, "none")),
		"no client certificate":                append(real, "-post-url", "https://post.example", "-post-cert", bad, "-post-key", bad, "-post-system", "1", "-post-material", "1"),
		"a signing service without an address": append(real, "-sign-url", "sign", "-sign-client-id", "x", "-sign-client-secret", "y", "-sign-issuer", "https://a.example", "-sign-audience", "z"),
		"no authorities for signing":           append(real, "-sign-ca", bad, "-sign-url", "https://sign.example", "-sign-client-id", "x", "-sign-client-secret", "y", "-sign-issuer", "https://a.example", "-sign-audience", "z"),
		"a plain broker":                       {"-issuer", "http://a.example", "-client-id", "x", "-client-secret", "y"},
		"a service provider without files":     {"-broker", "nemlogin", "-entity-id", "https://saml.example"},
		"a service provider with bad files":    {"-broker", "nemlogin", "-entity-id", "https://saml.example", "-idp-metadata", bad, "-sp-key", bad, "-sp-cert", bad},
		"a plain address":                      append(real, "-public-url", "http://svar.example"),
	} {
		err := run(t.Context(), append([]string{"-listen", "127.0.0.1:0"}, args...), io.Discard, io.Discard)
		assert.Error(t, err, name)
	}
	assert.ErrorContains(t, run(t.Context(), []string{"-listen", ":0"}, io.Discard, io.Discard), "-listen 127.0.0.1:8080", "what to do instead")
	assert.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}
