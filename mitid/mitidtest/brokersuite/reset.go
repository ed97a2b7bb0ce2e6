package brokersuite

import (
	"io"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// state is what a fake shows of itself.
type state struct {
	Discovery, Keys, Page, Key, ClientID, Secret, Waiting string
	Citizens                                              []mitidtest.Citizen
	Rules                                                 []mitidtest.Rule
	Queue                                                 []mitidtest.Outcome
	Requests, Count, Logins                               int
	Now                                                   time.Time
	Redirect                                              bool
}

// foreignRedirect is an address that no fake of the suite accepts by itself.
const foreignRedirect = "https://app.other.test/callback"

var random = regexp.MustCompile(`[0-9a-f]{32}`) // visits and nonces

func (r *rig) state() state {
	r.Helper()
	s := state{
		Key: r.fake.Keys().Active().ID, ClientID: r.fake.ClientID(), Secret: r.fake.ClientSecret().Reveal(), Waiting: r.fake.Waiting(),
		Citizens: r.fake.Citizens(), Rules: r.fake.Rules(), Queue: r.fake.Queue(), Now: r.fake.Now(), Redirect: r.fake.RedirectAllowed(foreignRedirect),
		Requests: len(r.fake.Requests()), Count: r.fake.Count(""), Logins: len(r.fake.Logins()),
	}
	s.Discovery, s.Keys = r.get(r.fake.Endpoints().Discovery), r.get(r.fake.Endpoints().Keys)
	s.Page = random.ReplaceAllString(r.sit().page, "…")
	return s
}

// get returns what the fake answers at an endpoint, if the broker has it.
func (r *rig) get(endpoint string) string {
	r.Helper()
	if endpoint == "" {
		return ""
	}
	res, err := r.fake.HTTPClient().Get(r.fake.Origin() + endpoint)
	require.NoError(r, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(r, err)
	return string(body)
}

// reset asserts that a fake which was used is as new after Reset.
func (s *suite) reset(t *testing.T) {
	start := time.Now()
	r := s.rig(t, mitidtest.Config{Now: func() time.Time { return start }})
	r.fake.ResetRequests()
	r.fake.RememberStart() // the adapter may have registered
	before := r.state()
	r.fake.Reset()

	r.fake.Add(mitidtest.Citizen{Name: "Nis Ærøbo"})
	m := r.traits()
	for _, change := range append([]func(){m.RememberLogins, m.SendCPRUninvited}, spellings(m)...) {
		if change != nil {
			change()
		}
	}
	browser := r.fake.NewBrowser()
	rd := r.begin(t.Context(), mitid.Request{})
	_, err := browser.Walk(t.Context(), rd, mitidtest.Approve(mitidtest.Paiman()))
	require.NoError(t, err)
	late := r.begin(t.Context(), mitid.Request{})
	cb, err := browser.Walk(t.Context(), late, mitidtest.Approve(mitidtest.Paiman()))
	require.NoError(t, err)
	page := r.sit()
	require.NoError(t, r.fake.Always(mitidtest.Paiman(), mitidtest.Abort()))
	r.fake.Next(mitidtest.Abort(), mitidtest.Fail("fake_error_of_tomorrow"))
	r.tamper(r.fake.Tamperings()[0])
	r.fake.RotateKeys()
	r.fake.Advance(time.Hour)
	r.fake.AllowRedirect(foreignRedirect)
	r.fake.SetClient("somebody-else", mitid.NewSecret("blåbærgrød"))
	changes := r.fake.Changes()

	r.fake.Reset()
	assert.Greater(t, r.fake.Changes(), changes)
	assert.Equal(t, 410, page.decided(), "a page of before")
	r.fake.ResetRequests()
	after := r.state()
	assert.Equal(t, before, after)
	if r.fake.Endpoints().Token != "" {
		_, err = r.client.Complete(t.Context(), late.State, cb)
		require.Error(t, err, "a code of before")
	}
	name := func(as mitidtest.Citizen) string {
		rd := r.begin(t.Context(), mitid.Request{})
		cb, err := browser.Walk(t.Context(), rd, mitidtest.Approve(as))
		require.NoError(t, err)
		l, err := r.client.Complete(t.Context(), rd.State, cb)
		require.NoError(t, err)
		return l.Identity.Name.Full
	}
	assert.Equal(t, mitidtest.Ditlev().Name, name(mitidtest.Ditlev()), "the session of before is gone")
	if m.RememberLogins != nil {
		assert.Equal(t, mitidtest.Paiman().Name, name(mitidtest.Paiman()), "the switch for single sign-on is off again")
	}
}

func spellings(m mitidtest.Traits) []func() {
	var all []func()
	for _, change := range m.Spellings {
		all = append(all, change)
	}
	return all
}
