package mitidhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium returns a running browser that talks to this machine alone. A test that
// finds none is skipped; with DKEID_NO_SKIP=1 it fails.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const why = "no Chromium or Chrome is installed; install one to open the tabs of a real browser"
		if os.Getenv("DKEID_NO_SKIP") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("ignore-certificate-errors", true)) // of the test's own server
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx), "the browser does not start")
	return ctx
}

// A browser that opens many protected pages at once, as at its start with the
// tabs of yesterday: over HTTP/2 all requests leave together, and the broker takes
// a moment to answer each.
func TestChromiumOpensManyTabsAtOnceAndFinishesAnyOfThem(t *testing.T) {
	browser := chromium(t)
	for _, n := range []int{12, 20} {
		t.Run(fmt.Sprint(n, " tabs"), func(t *testing.T) {
			s := newSite(t, true, nil)
			broker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = w.Write([]byte("<p id=broker>The broker"))
			}))
			t.Cleanup(broker.Close)
			var mu sync.Mutex
			protocols, headers, arrived := map[string]int{}, 0, []string(nil)
			h2 := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				protocols[r.Proto]++
				headers = max(headers, len(r.Header.Get("Cookie")))
				if strings.HasPrefix(r.URL.Path, "/in/") {
					arrived = append(arrived, r.URL.Path)
				}
				mu.Unlock()
				s.handler.ServeHTTP(w, r)
			}))
			h2.EnableHTTP2 = true
			h2.StartTLS()
			t.Cleanup(h2.Close)
			s.issuer, s.slow, s.client.RedirectURL = broker.URL, 400*time.Millisecond, h2.URL+"/callback"
			s.replica()

			profile, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
			t.Cleanup(cancel)
			require.NoError(t, chromedp.Do(profile))
			tabs := make([]context.Context, n)
			for i := range tabs {
				tab, cancel := chromedp.NewContext(profile)
				t.Cleanup(cancel)
				require.NoError(t, chromedp.Do(tab))
				tab, end := context.WithTimeout(tab, time.Minute)
				t.Cleanup(end)
				tabs[i] = tab
			}
			var wait sync.WaitGroup
			failed := make([]error, n)
			for i, tab := range tabs {
				wait.Go(func() {
					failed[i] = chromedp.Do(tab, chromedp.Navigate(fmt.Sprintf("%s/in/skema/%02d?side=1", h2.URL, i)), chromedp.WaitVisible(chromedp.CSS("#broker")))
				})
			}
			wait.Wait()
			for _, err := range failed {
				require.NoError(t, err)
			}
			finish := func(i int) (where, text string) {
				at, err := chromedp.Run(tabs[i], chromedp.Evaluate[string]("location.href"))
				require.NoError(t, err)
				u, err := url.Parse(at)
				require.NoError(t, err)
				back := h2.URL + "/callback?" + url.Values{"code": {"c"}, "state": {u.Query().Get("state")}}.Encode()
				require.NoError(t, chromedp.Do(tabs[i], chromedp.Navigate(back)))
				where, err = chromedp.Run(tabs[i], chromedp.Evaluate[string]("location.href"))
				require.NoError(t, err)
				text, err = chromedp.Run(tabs[i], chromedp.Text(chromedp.CSS("body")))
				require.NoError(t, err)
				return where, text
			}
			// On a busy machine some requests leave after the first answers and are not of
			// the same moment: then the newest four are what counts.
			mu.Lock()
			which := arrived[n-1]
			if headers == 0 && n == 20 {
				which = arrived[0]
			}
			mu.Unlock()
			i, err := strconv.Atoi(strings.TrimPrefix(which, "/in/skema/"))
			require.NoError(t, err)
			where, text := finish(i)
			require.Equal(t, fmt.Sprintf("%s/in/skema/%02d?side=1", h2.URL, i), where, text)
			require.Equal(t, "{søren} substantial", strings.TrimSpace(text))
			require.Equal(t, 1, s.answers(), "one login was enough")

			mu.Lock()
			defer mu.Unlock()
			t.Logf("%d tabs over %v: a Cookie header of at most %d characters", n, protocols, headers)
			require.Equal(t, 0, protocols["HTTP/1.1"])
			require.Less(t, headers, 8000)
		})
	}
}
