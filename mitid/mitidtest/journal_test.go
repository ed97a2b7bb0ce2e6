package mitidtest_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// ask sends an authorization request to the made-up broker, as any app could.
func ask(t *testing.T, fake *mitidtest.Broker, pairs ...string) {
	t.Helper()
	q := url.Values{"client_id": {fake.ClientID()}, "redirect_uri": {"https://app.example/callback"}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(fake.Origin() + "/authorize?" + q.Encode())
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
}

func TestLoginsAreBounded(t *testing.T) {
	fake := newSkov(t)
	for i := range 1030 {
		ask(t, fake, "state", strconv.Itoa(i), "client_id", "nobody")
	}
	all := fake.Logins()
	require.Len(t, all, 1024)
	assert.False(t, all[0].Begun.After(all[1023].Begun), "oldest first")
	ask(t, fake, "state", "opened again and again")
	for range 100 {
		ask(t, fake, "state", "opened again and again")
	}
	last := fake.Logins()[1023]
	require.Len(t, last.Steps, 64)
	assert.Contains(t, last.Steps[63].Text, "more happened")
}

func TestARefusalNamesTheRedirectURI(t *testing.T) {
	fake := newSkov(t)
	for uri, want := range map[string]string{
		"https://evil.test/æ?code=hemmeligt&cpr=2101270087": "https://evil.test/%C3%A6",
		"https://evil.test/210127-0087":                     "…",
		"https://evil.test/" + strings.Repeat("å", 300):     "https://evil.test/" + strings.Repeat("%C3%A5", 30) + "%C…",
		"://": "an address that cannot be read",
	} {
		ask(t, fake, "redirect_uri", uri)
		all := fake.Logins()
		last := all[len(all)-1]
		assert.Equal(t, mitidtest.LoginRefused, last.State)
		assert.Equal(t, "the app's redirect URI is not registered: "+want, last.Why)
		assert.NotContains(t, last.Steps[0].Text, "hemmeligt")
	}
}

// Two people may open the same address of an app that sends neither state nor nonce, one
// after the other.
func TestTheSameRequestAfterAnEndIsAnotherLogin(t *testing.T) {
	fake := newSkov(t)
	for range 2 {
		fake.Next(mitidtest.Abort())
		ask(t, fake)
	}
	assert.Len(t, fake.Logins(), 2)
}

func TestFailuresOfATestHoldNoNumber(t *testing.T) {
	fake := newSkov(t)
	fake.Next(mitidtest.Fail("server_error", "personen 210127-0087 findes ikke"))
	ask(t, fake)
	assert.Equal(t, "Next said Fail(…)", fake.Logins()[0].Why)
}

func TestLoginsFromSeveralSides(t *testing.T) {
	fake := newSkov(t)
	client := clientFor(fake)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				_, _ = mitidtest.Login(t, client, fake, mitid.Request{}) // a reset may come in between
			}
		})
		all.Go(func() {
			for i := range 10 {
				before := fake.Changes()
				for _, l := range fake.Logins() {
					_ = fake.Decide(l.ID, mitidtest.Abort()) // most have ended
				}
				_ = fake.Always(mitidtest.Paiman(), mitidtest.Abort())
				fake.Forget(mitidtest.Paiman())
				fake.Next()
				assert.GreaterOrEqual(t, fake.Changes(), before)
				if i == 5 {
					fake.Reset()
				}
			}
		})
	}
	all.Wait()
	fake.Reset()
	assert.Empty(t, fake.Logins())
	_, err := mitidtest.Login(t, client, fake, mitid.Request{})
	require.NoError(t, err)
}

// A decision from outside is not lost without a word when the browser never comes for it.
func TestADecisionThatNobodyFetchedIsToldApart(t *testing.T) {
	fake := newSkov(t)
	ask(t, fake, "state", "lukket vindue")
	require.NoError(t, fake.Decide(fake.Logins()[0].ID, mitidtest.Approve(mitidtest.Ditlev())))
	fake.Advance(16 * time.Minute)
	l := fake.Logins()[0]
	assert.Equal(t, mitidtest.LoginExpired, l.State)
	assert.Equal(t, "it was decided from outside of the browser, and the browser did not come back within 15 minutes", l.Why)
}
