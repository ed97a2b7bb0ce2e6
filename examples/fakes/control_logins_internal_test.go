package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
)

// app is a web app at one broker, without the web.
type app struct{ client *mitid.Client }

func newApp(t *testing.T, c *caller, broker string, now func() time.Time) *app {
	t.Helper()
	at := map[string]*application{"criipto": c.ready.Criipto, "neb": c.ready.NEB, "eident": c.ready.EIdent}[broker]
	b, err := dialect.Open(broker, dialect.Application{Issuer: at.Issuer, ClientID: at.ClientID, ClientSecret: mitid.NewSecret(at.ClientSecret), Now: now})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: b, RedirectURL: callback, Now: now})
	require.NoError(t, err)
	return &app{client}
}

// logIn has somebody answer on the broker's page, and returns how the login ended.
func (a *app) logIn(t *testing.T, answer func(p *person)) (*mitid.Login, error) {
	t.Helper()
	redirect, err := a.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	p := newPerson(t)
	p.visit(t, redirect.URL)
	if p.back == nil {
		answer(p)
	}
	require.NotNil(t, p.back, "the browser did not come back to the app: %s", p.body)
	return a.client.Complete(t.Context(), redirect.State, mitid.Callback{Method: http.MethodGet, RawQuery: p.back.RawQuery})
}

func picks(t *testing.T, name string) func(*person) {
	return func(p *person) { t.Helper(); p.pick(t, name) }
}

func controlsLogins(t *testing.T, c *caller) {
	for _, broker := range []string{"criipto", "neb", "eident"} {
		t.Run(broker, func(t *testing.T) {
			a := newApp(t, c, broker, nil)
			login, err := a.logIn(t, picks(t, "Paiman Petersen"))
			require.NoError(t, err)
			id := c.citizens(t)["Paiman Petersen"].ID
			assert.Equal(t, id, login.Identity.UUID.String())
			it := c.latest(t, broker)
			assert.Equal(t, "completed", it.State)
			assert.Equal(t, "Paiman Petersen", it.Who)
			assert.NotEmpty(t, it.Steps)

			c.tell(t, "PUT", "/control/v1/citizens/"+id+"/always", object{"act": "abort", "fakes": []string{broker}})
			_, err = a.logIn(t, picks(t, "Paiman Petersen"))
			assert.Equal(t, mitid.UserCancelled, mitid.KindOf(err), "%v", err)
			it = c.latest(t, broker)
			assert.Equal(t, "aborted", it.State)
			assert.Contains(t, it.Why, "rule for Paiman Petersen")
			_, err = a.logIn(t, picks(t, "Ditlev Von Testesen"))
			require.NoError(t, err, "the rule is for one person")
			c.tell(t, "DELETE", "/control/v1/citizens/"+id+"/always", nil)
			_, err = a.logIn(t, picks(t, "Paiman Petersen"))
			require.NoError(t, err)

			f := ask[fakeView](t, c, "POST", "/control/v1/fakes/"+broker+"/next", object{"outcomes": []object{
				{"act": "abort"}, {"act": "fail", "code": "server_error", "description": "æøå"}, {"act": "approve", "citizen": id},
			}})
			assert.Len(t, *f.Outcomes, 3)
			nobody := func(*person) { t.Helper(); t.Error("the page was shown") }
			_, err = a.logIn(t, nobody)
			assert.Equal(t, mitid.UserCancelled, mitid.KindOf(err))
			_, err = a.logIn(t, nobody)
			assert.Error(t, err)
			assert.Equal(t, "failed", c.latest(t, broker).State)
			_, err = a.logIn(t, nobody)
			assert.NoError(t, err)
			list := ask[struct{ Failures []failureView }](t, c, "GET", "/control/v1/fakes/"+broker+"/failures", nil)
			assert.NotEmpty(t, list.Failures)
		})
	}
	id := c.citizens(t)["Paiman Petersen"].ID
	for body, detail := range map[string]string{
		`{"outcomes":[]}`: "none", `{"outcomes":[{"act":"sover"}]}`: "approve, abort, fail", `{"outcomes":[{"act":"approve"}]}`: "citizen is missing",
		`{"outcomes":[{"act":"approve","citizen":"ukendt"}]}`: "no citizen", `{"outcomes":[{"act":"abort","code":"x"}]}`: "belong to fail",
		`{"outcomes":[{"act":"fail"}]}`: "code has from 1", `{"outcomes":[{"act":"fail","code":"x","for":"12345674"}]}`: "belong to approve",
		`{"outcomes":[{"act":"approve","citizen":"` + id + `","for":"12345674"}]}`:  "a company of this person",
		`{"outcomes":[{"act":"approve","citizen":"` + id + `","typing":"31129x"}]}`: "not a CPR number",
		`{"outcomes":[{"act":"abort","navn":"x"}]}`:                                 "/outcomes/0/navn", `{"outcomes":7}`: "wrong type", `{"outcomes":[],"outcomes":[]}`: "twice",
	} {
		status, got := c.send(t, "POST", "/control/v1/fakes/criipto/next", body)
		assert.GreaterOrEqual(t, status, 400, body)
		assert.Contains(t, got, detail, body)
	}
	assert.Empty(t, *ask[fakeView](t, c, "GET", "/control/v1/fakes/criipto", nil).Outcomes, "all or nothing")
}

func controlsWaitingLogins(t *testing.T, c *caller) {
	a := newApp(t, c, "criipto", nil)
	id := c.citizens(t)["Paiman Petersen"].ID
	decided := func(action string, body object) error {
		_, err := a.logIn(t, func(p *person) {
			it := c.latest(t, "criipto")
			assert.Equal(t, "waiting", it.State)
			assert.Equal(t, []string{"approve", "abort", "fail"}, it.Actions)
			at := "/control/v1/activity/" + it.ID + "/"
			status, detail := c.send(t, "POST", at+"deliver", "{}")
			assert.Equal(t, http.StatusConflict, status)
			assert.Contains(t, detail, "approve, abort, fail")
			c.tell(t, "POST", at+action, body)
			p.press(t, "cancel") // without scripts, the next button goes on
		})
		it := c.latest(t, "criipto")
		assert.Empty(t, it.Actions)
		status, _ := c.send(t, "POST", "/control/v1/activity/"+it.ID+"/abort", "{}")
		assert.Equal(t, http.StatusConflict, status, "it has ended")
		return err
	}
	assert.NoError(t, decided("approve", object{"citizen": id}))
	assert.Equal(t, mitid.UserCancelled, mitid.KindOf(decided("abort", object{})))
	assert.Error(t, decided("fail", object{"code": "access_denied", "description": "mitid_internal_error"}))
	status, _ := c.send(t, "POST", "/control/v1/activity/criipto:ukendt/abort", "{}")
	assert.Equal(t, http.StatusNotFound, status)
}

func controlsTampering(t *testing.T, c *caller) {
	for _, broker := range []string{"criipto", "neb", "eident"} {
		a := newApp(t, c, broker, nil)
		all := ask[struct{ Tamperings []tamperingView }](t, c, "GET", "/control/v1/fakes/"+broker+"/tamperings", nil).Tamperings
		i := slices.IndexFunc(all, func(v tamperingView) bool { return v.Name == "wrong-nonce" })
		require.GreaterOrEqual(t, i, 0)
		f := ask[fakeView](t, c, "POST", "/control/v1/fakes/"+broker+"/tamperings", object{"name": "wrong-nonce"})
		assert.Equal(t, "wrong-nonce", *f.Tampering)
		_, err := a.logIn(t, picks(t, "Ditlev Von Testesen"))
		assert.Equal(t, all[i].Want, mitid.KindOf(err).String(), "%v", err)
		assert.Contains(t, c.latest(t, broker).Why, "wrong-nonce")
		_, err = a.logIn(t, picks(t, "Ditlev Von Testesen"))
		require.NoError(t, err, "once")

		c.tell(t, "POST", "/control/v1/fakes/"+broker+"/tamperings", object{"name": "expired"})
		c.tell(t, "DELETE", "/control/v1/fakes/"+broker+"/tamperings", nil)
		_, err = a.logIn(t, picks(t, "Ditlev Von Testesen"))
		require.NoError(t, err, "taken back")
		c.tell(t, "POST", "/control/v1/fakes/"+broker+"/keys", object{})
		_, err = a.logIn(t, picks(t, "Ditlev Von Testesen"))
		require.NoError(t, err, "the client fetches the new key")
	}
	status, detail := c.send(t, "POST", "/control/v1/fakes/criipto/tamperings", `{"name":"wrong-nonse"}`)
	assert.Equal(t, http.StatusNotFound, status)
	assert.Contains(t, detail, `did you mean "wrong-nonce"?`)
}
