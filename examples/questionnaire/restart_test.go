package main

import (
	"bufio"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/internal/porttest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// killedApp tells a child process its flags, one a line.
const killedApp = "QUESTIONNAIRE_TEST_APP"

// TestTheStoryGoesOnAfterAKill kills the whole program (-9) at every stage of one person's
// story and starts it again on the same database. TestOnPostgreSQL does the same there.
// What a kill in the middle of one step does is tried by
// TestNoLetterIsLostOrDoubledByAKill and TestNoSignatureIsLostOrDoubledByAKill.
func TestTheStoryGoesOnAfterAKill(t *testing.T) {
	if args := os.Getenv(killedApp); args != "" {
		require.NoError(t, run(t.Context(), strings.Split(args, "\n"), os.Stdout, io.Discard))
		return
	}
	t.Parallel()
	storyGoesOn(t, filepath.Join(t.TempDir(), "svar på øen.db"))
}

func storyGoesOn(t *testing.T, db string) {
	broker, err := fakebroker.Start("criipto", calledAeroe(), mitidtest.Config{AnyLoopbackRedirect: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = broker.Close() })
	// PostNord recognises a letter that it had. At Strålfors, a letter that a kill may have
	// stopped on its way waits a quarter of an hour for the distributor's log.
	post, err := startFakePost("postnord", broker.Citizens(), ebokstest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = post.Close() })
	signer, dir, listen := signingtest.New(t), t.TempDir(), porttest.Address(t)
	for name, pem := range map[string][]byte{"cert": post.CertPEM(), "key": post.KeyPEM(), "ca": post.CA()} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem, 0o600))
	}
	app := &killed{t: t, args: []string{"-listen", listen, "-db", db, "-key", filepath.Join(dir, "nøgler"),
		"-issuer", broker.Issuer(), "-client-id", broker.ClientID(), "-client-secret", broker.ClientSecret().Reveal(),
		"-distributor", "postnord", "-post-client", post.ClientID(), "-post-url", post.URL(), "-post-cert", filepath.Join(dir, "cert"), "-post-key", filepath.Join(dir, "key"), "-post-ca", filepath.Join(dir, "ca"),
		"-post-system", post.System(), "-post-material", string(post.Materials()[0]),
		"-sign-url", signer.Endpoint(), "-sign-client-id", signer.ClientID(), "-sign-client-secret", signer.ClientSecret().Reveal(),
		"-sign-issuer", signer.Verify().Issuer(), "-sign-audience", signer.Verify().ClientID(), "-sign-test"}}
	app.start()
	t.Cleanup(app.kill)
	again := func() { app.kill(); app.start() }
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c, base, who := &http.Client{Jar: jar}, "http://"+listen, mitidtest.Citizens()[0]

	// The login is under way, and again at the page for the CPR number.
	_, page, err := read(c.Get(base + agreementPath))
	require.NoError(t, err)
	again()
	page = atFake(t, c, broker.Issuer(), page, url.Values{"citizen": {"0"}, "do": {"person"}})
	number := regexp.MustCompile(`data-testid="cpr-own">([^<]+)<`).FindStringSubmatch(page)
	require.NotNil(t, number)
	again()
	page = atFake(t, c, broker.Issuer(), page, url.Values{"cpr": {number[1]}, "do": {"cpr"}})
	assert.Contains(t, page, who.Name)

	// The form is open. There is no distributor, so that the letters of the story stay queued.
	owner := ownerField.FindStringSubmatch(page)
	require.NotNil(t, owner, page)
	again()
	require.NoError(t, post.Always("refused-connection"))
	given := agreementAnswers()
	given.Set("owner", owner[1])
	at, page, err := read(c.PostForm(base+agreementPath, given))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(at, "/done"), page)
	record := base + strings.TrimSuffix(at, "/done")
	see := func(what string) {
		t.Helper()
		require.Eventually(t, func() bool {
			_, page, err = read(c.Get(record))
			return err == nil && strings.Contains(page, what)
		}, patience, 50*time.Millisecond, "%s", what)
	}

	// The order is placed, and the letter about it queued.
	see(`data-testid="sign-state">Venter på dig<`)
	see(`data-testid="letter-state">Sendes om lidt<`)
	signature := base + signatureHref.FindStringSubmatch(page)[1]
	again()
	post.Behave()
	see(`data-testid="letter-state">Modtaget af e-Boks<`)

	// It is signed while the program is dead, and nobody hears the service.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := c.Get(signature + "/sign")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	c.CheckRedirect = nil
	app.kill()
	require.NoError(t, signer.SignAs(t.Context(), res.Header.Get("Location"), who))
	app.start()
	_, page, err = read(c.Get(signature + "/back")) // where the service sends the person
	require.NoError(t, err)
	assert.Contains(t, page, `data-testid="sign-state">Underskrevet<`)
	see(`data-testid="status">Underskrevet<`)
	assert.Equal(t, 1, signer.Count("createSignatureOrder"))
	assert.Equal(t, 1, post.Total())
}

// atFake sends a page of the fake broker, and returns where that leads.
func atFake(t *testing.T, c *http.Client, broker, page string, with url.Values) string {
	t.Helper()
	form := fakeForm.FindStringSubmatch(page)
	require.NotNil(t, form, page)
	with.Set("visit", form[2])
	_, page, err := read(c.PostForm(broker+html.UnescapeString(form[1]), with))
	require.NoError(t, err)
	return page
}

// killed is the program as a process of its own.
type killed struct {
	t    *testing.T
	args []string
	cmd  *exec.Cmd
}

// start returns when the program answers.
func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.Command(os.Args[0], "-test.run=^TestTheStoryGoesOnAfterAKill$", "-test.timeout=10m")
	k.cmd.Env = append(os.Environ(), killedApp+"="+strings.Join(k.args, "\n"))
	out, err := k.cmd.StdoutPipe()
	require.NoError(k.t, err)
	require.NoError(k.t, k.cmd.Start())
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said = lines.Text(); strings.HasPrefix(said, "open ") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	k.t.Fatalf("the program does not start: %s", said)
}

// kill ends it without a word of warning.
func (k *killed) kill() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}
