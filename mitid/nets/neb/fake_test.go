package neb_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// open returns a client of the fake.
func open(tb testing.TB, fake *nebtest.Broker, change func(*neb.Config)) *mitid.Client {
	if change == nil {
		change = func(*neb.Config) {}
	}
	c, err := mitid.New(mitid.Config{Broker: configured(change)(tb, fake), RedirectURL: "http://127.0.0.1/callback", Now: fake.Now})
	require.NoError(tb, err)
	return c
}

// A text is approved by either carrier and comes back.
func TestTextsAtTheFake(t *testing.T) {
	for name, change := range map[string]func(*neb.Config){
		"sign text":      nil,
		"signed request": func(c *neb.Config) { c.SignRequests, c.TextCarrier = true, neb.RequestObject },
		"signed, pushed": func(c *neb.Config) { c.SignRequests = true },
	} {
		t.Run(name, func(t *testing.T) {
			fake := nebtest.New(t)
			c := open(t, fake, change)
			_, err := mitidtest.Login(t, c, fake, mitid.Request{})
			require.NoError(t, err)
			for _, text := range []mitid.Text{{Body: "Jeg køber Ærø"}, {Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b></p>"}} {
				l, err := mitidtest.Login(t, c, fake, mitid.Request{TransactionText: text, ReferenceText: "Køb", Action: mitid.Sign})
				require.NoError(t, err, "although the broker has a session of this person")
				require.Equal(t, text, *l.Texts.Transaction)
				require.Equal(t, "Køb", l.Texts.Reference.Body)
			}
		})
	}
}

// browse finishes a login in a browser that keeps its sessions.
func browse(t *testing.T, c *mitid.Client, w *mitidtest.Browser, rd *mitid.Redirect, as ...mitidtest.Outcome) (*mitid.Login, error) {
	t.Helper()
	cb, err := w.Walk(t.Context(), rd, as...)
	require.NoError(t, err)
	return c.Complete(t.Context(), rd.State, cb)
}

// The CPR number later, without a second login: on the broker's page, and by the
// match API with its three tries.
func TestCPRLaterAtTheFake(t *testing.T) {
	fake := nebtest.New(t)
	c, w := open(t, fake, nil), fake.NewBrowser()
	person := mitidtest.Citizen{Name: "Åse Ærø", CPR: cprtest.Number(5)}
	rd, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	l, err := browse(t, c, w, rd, mitidtest.Approve(person))
	require.NoError(t, err)
	require.True(t, l.Identity.CPR.IsZero())

	fake.Advance(14 * time.Minute)
	match, err := c.MatchCPR(t.Context(), l, person.CPR)
	require.NoError(t, err)
	require.True(t, match)
	rd, err = c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	stepped, err := browse(t, c, w, rd, mitidtest.Approve(person))
	require.NoError(t, err)
	require.Equal(t, person.CPR, stepped.Identity.CPR)
	require.Equal(t, l.Identity.AuthTime, stepped.Identity.AuthTime, "nobody logged in a second time")

	match, err = c.MatchCPR(t.Context(), l, cprtest.Number(6))
	require.NoError(t, err)
	require.False(t, match)
	_, err = c.MatchCPR(t.Context(), l, cprtest.Number(7))
	require.NoError(t, err)
	for range 2 {
		_, err = c.MatchCPR(t.Context(), l, person.CPR)
	}
	require.ErrorIs(t, err, mitid.ErrCPRMismatch)

	fake.Advance(time.Minute)
	before := len(fake.Requests())
	_, err = c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.ErrorIs(t, err, mitid.ErrInteractionRequired)
	require.Len(t, fake.Requests(), before, "what is late is not sent")
}

func TestBackChannelLogoutAtTheFake(t *testing.T) {
	fake := nebtest.New(t)
	c := open(t, fake, nil)
	l, err := mitidtest.Login(t, c, fake, mitid.Request{})
	require.NoError(t, err)
	token, err := fake.LogoutToken(l.Identity.Subject)
	require.NoError(t, err)
	lo, err := c.ReceiveLogout(t.Context(), mitid.Callback{Method: "POST", Body: []byte("logout_token=" + url.QueryEscape(token))})
	require.NoError(t, err)
	require.Equal(t, l.Identity.Subject, lo.Subject)
	require.Equal(t, l.Identity.SessionID, lo.SessionID)

	query, err := fake.LogoutQuery(l.Identity.Subject)
	require.NoError(t, err)
	lo, err = c.ReceiveLogout(t.Context(), mitid.Callback{Method: "GET", RawQuery: query})
	require.NoError(t, err)
	require.Equal(t, l.Identity.SessionID, lo.SessionID)
}
