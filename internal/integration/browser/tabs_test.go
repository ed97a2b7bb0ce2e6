package browser

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// slowBroker is a broker without a wire that takes a moment to begin.
type slowBroker struct {
	issuer  string
	answers atomic.Int32
}

func (b *slowBroker) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{Name: "slow", Issuer: b.issuer, Method: http.MethodGet, State: "state"}
}

func (b *slowBroker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	select {
	case <-time.After(400 * time.Millisecond):
	case <-ctx.Done():
	}
	return &mitid.Redirect{URL: b.issuer + "/authorize?state=" + a.Handle}, nil
}

func (b *slowBroker) Complete(_ context.Context, a *mitid.Attempt, _ mitid.Callback) (*mitid.Assertion, error) {
	b.answers.Add(1)
	return &mitid.Assertion{Echo: a.Nonce, Identity: claims.Identity{
		Capacity: claims.CapacityPrivate, Subject: "{søren}", Levels: claims.Levels{LoA: claims.Substantial}, AuthTime: a.Now,
	}}, nil
}

// behind is an app that says who is logged in, behind a login at the broker.
func behind(t *testing.T, broker mitid.Broker, callback string) http.Handler {
	t.Helper()
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: callback})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/in/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := mitidhttp.FromContext(r.Context())
		_, _ = io.WriteString(w, who.Identity.Subject)
	})))
	return mux
}

// A browser that opens many protected pages at once, as at its start with the
// tabs of yesterday: over HTTP/2 all requests leave together, and the broker takes
// a moment to answer each.
func TestChromiumOpensManyTabsAtOnceAndFinishesAnyOfThem(t *testing.T) {
	for _, n := range []int{12, 20} {
		t.Run(fmt.Sprint(n, " tabs"), func(t *testing.T) {
			page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = w.Write([]byte("<p id=broker>The broker"))
			}))
			t.Cleanup(page.Close)
			var app http.Handler
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
				app.ServeHTTP(w, r)
			}))
			h2.EnableHTTP2 = true
			h2.StartTLS()
			t.Cleanup(h2.Close)
			broker := &slowBroker{issuer: page.URL}
			app = behind(t, broker, h2.URL+"/callback")

			profile, cancel := chromedp.NewContext(start(t), chromedp.WithNewBrowserContext())
			t.Cleanup(cancel)
			require.NoError(t, chromedp.Do(profile))
			tabs := make([]context.Context, n)
			for i := range tabs {
				tab, cancel := chromedp.NewContext(profile)
				t.Cleanup(cancel)
				require.NoError(t, chromedp.Do(tab))
				tab, end := context.WithTimeout(tab, 5*time.Minute)
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
			require.Equal(t, "{søren}", strings.TrimSpace(text))
			require.EqualValues(t, 1, broker.answers.Load(), "one login was enough")

			mu.Lock()
			defer mu.Unlock()
			t.Logf("%d tabs over %v: a Cookie header of at most %d characters", n, protocols, headers)
			require.Equal(t, 0, protocols["HTTP/1.1"])
			require.Less(t, headers, 8000)
		})
	}
}
