package main_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// needs skips a test where a program is missing; with DKEID_NO_SKIP=1 it fails.
func needs(t *testing.T, what string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	toolstest.Missing(t, fmt.Sprintf("%s is missing", what))
	return ""
}

// vendorLibrary installs the vendor's browser library, as the lockfile pins it, and
// returns its bundle.
func vendorLibrary(t *testing.T) []byte {
	t.Helper()
	npm := needs(t, "npm", "npm")
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", "browser-app", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		toolstest.Missing(t, fmt.Sprintf("npm cannot install the library here: %v\n%s", err, bytes.TrimSpace(out)))
	}
	bundle, err := os.ReadFile(filepath.Join(dir, "node_modules", "@criipto", "auth-js", "dist", "criipto-auth.umd.js"))
	require.NoError(t, err)
	return bundle
}

// page is a single-page app: it logs in with the vendor's library, as a client
// without a secret, and shows what it got.
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<p id="state">nobody</p><button id="login">Log in</button>
<script src="/auth.js"></script><script>
onerror = text => show("error " + text);
const show = text => { const at = document.getElementById("state"); at.textContent = text; at.className = "done"; };
const auth = new CriiptoAuth({domain: %q, clientID: %q, store: sessionStorage, redirectUri: location.origin + "/", protocol: "http",
  responseType: "token", acrValues: "urn:grn:authn:dk:mitid:substantial", scope: "openid"});
document.getElementById("login").onclick = () => auth.redirect.authorize({redirectUri: location.origin + "/"}).catch(e => show("error " + e.message));
auth.redirect.match().then(got => { if (got && got.id_token) {
  const said = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(got.id_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0))));
  show("hello " + said.name + " at " + said.aud);
}}).catch(e => show("error " + e.message));
</script></html>`

// The vendor's own browser library finds the fake's metadata, pushes nothing it
// may not, and redeems its code with PKCE from a page on another port.
func TestVendorsBrowserLibraryLogsInAtTheFake(t *testing.T) {
	ctx := chromium(t)
	bundle := vendorLibrary(t)
	r, _, got := run(t, build(t), "-base-port", "0")
	defer r.stop(t, os.Interrupt)
	require.NotEmpty(t, got.Criipto.PublicClientID)
	domain := got.Criipto.Issuer[len("http://"):]
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(bundle)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, page, domain, got.Criipto.PublicClientID)
	}))
	defer app.Close()

	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for i, step := range []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(app.URL),
		realbrowser.Click("#login"),
		realbrowser.Click("#approve"),
		chromedp.WaitVisible(chromedp.CSS("#state.done")),
	} {
		soon, cancel := context.WithTimeout(ctx, time.Minute)
		err := chromedp.Do(soon, step)
		cancel()
		if err != nil {
			at, _ := chromedp.Run(ctx, chromedp.Location())
			text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
			t.Fatalf("step %d got stuck at %s: %v; the page says:\n%s", i, at, err, text)
		}
	}
	state, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#state")))
	require.NoError(t, err)
	require.Equal(t, "hello Ditlev Von Testesen at "+got.Criipto.PublicClientID, state)
}
