package neb_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// loggedIn is a completed login.
func (w *wire) loggedIn(t *testing.T) *mitid.Login {
	t.Helper()
	l, err := w.login(t, mitid.Request{}, nil)
	require.NoError(t, err)
	w.calls = nil
	return l
}

func TestStepUpAsksForTheScopeAndForNoNewLogin(t *testing.T) {
	w := newWire(t, true, nil)
	l := w.loggedIn(t)
	w.now = start.Add(14 * time.Minute)
	rd, err := w.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	q := w.sent(t, rd)
	golden(t, "stepup/cpr", readable(q))

	n := cprtest.Number(3)
	stepped, err := w.finish(t, rd, q.Get("nonce"), func() { w.userinfo["dk.cpr"] = n.Reveal() })
	require.NoError(t, err)
	require.Equal(t, n, stepped.Identity.CPR)

	rd, err = w.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	_, err = w.finish(t, rd, w.sent(t, rd).Get("nonce"), func() {
		w.idToken["sub"], w.userinfo["sub"] = person+"0", person+"0"
	})
	require.ErrorIs(t, err, mitid.ErrTokenInvalid, "another person's session answered")
}

func TestStepUpForAHigherLevelIsANewLogin(t *testing.T) {
	w := newWire(t, true, nil)
	l := w.loggedIn(t)
	w.now = start.Add(time.Hour)
	rd, err := w.StepUp(context.Background(), l, mitid.Request{Level: claims.High, CPR: mitid.CPRRequired})
	require.NoError(t, err)
	golden(t, "stepup/level", readable(w.sent(t, rd)))
}

func TestALateStepUpIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := newWire(t, true, nil)
	l := w.loggedIn(t)
	w.now = start.Add(15 * time.Minute)
	for _, r := range []mitid.Request{{CPR: mitid.CPRIfPresent}, {Address: true}, {NemIDPID: true}} {
		_, err := w.StepUp(context.Background(), l, r)
		require.ErrorIs(t, err, mitid.ErrInteractionRequired)
	}
	_, err := w.MatchCPR(context.Background(), l, cprtest.Number(1))
	require.ErrorIs(t, err, mitid.ErrInteractionRequired)
	require.Empty(t, w.calls)

	for _, r := range []mitid.Request{{}, {CPR: mitid.CPRRequired, Fresh: true}} {
		_, err := w.StepUp(context.Background(), l, r)
		require.NoError(t, err, "needs no CPR page, or logs in anew")
	}
}

func TestMatchCPR(t *testing.T) {
	n := cprtest.Number(1)
	for name, c := range map[string]struct {
		status int
		body   string
		match  bool
		want   error
	}{
		"yes":                     {200, `{"cprNumberMatch":true}`, true, nil},
		"no":                      {200, `{"cprNumberMatch":false}`, false, nil},
		"yes as text":             {200, `{"cprNumberMatch":"true"}`, true, nil},
		"no as text":              {200, `{"cprNumberMatch":"false"}`, false, nil},
		"tries used up":           {400, `{"errorMessage":"Cpr Match exceeded. Only 3 tries is allowed within a session."}`, false, mitid.ErrCPRMismatch},
		"tries used up, with 200": {200, `{"errorMessage":"Cpr Match exceeded. Only 3 tries is allowed within a session."}`, false, mitid.ErrCPRMismatch},
		"missing":                 {400, `{"errorMessage":"Missing Cpr parameter"}`, false, mitid.ErrBrokerDeclined},
		"token over":              {401, ``, false, mitid.ErrInteractionRequired},
		"forbidden":               {403, ``, false, mitid.ErrConfigInvalid},
		"out of order":            {503, `<html>`, false, mitid.ErrBrokerUnavailable},
		"throttled":               {429, ``, false, mitid.ErrBrokerUnavailable},
		"HTML":                    {200, `<html>Vedligehold på Ærø</html>`, false, mitid.ErrBrokerUnavailable},
		"neither":                 {200, `{}`, false, mitid.ErrResponseInvalid},
		"a number":                {200, `{"cprNumberMatch":1}`, false, mitid.ErrResponseInvalid},
		"twice":                   {200, `{"cprNumberMatch":false,"cprNumberMatch":true}`, false, mitid.ErrResponseInvalid},
		"yes and an error":        {200, `{"cprNumberMatch":true,"errorMessage":"x"}`, false, mitid.ErrBrokerDeclined},
		"yes with 400":            {400, `{"cprNumberMatch":true}`, false, mitid.ErrBrokerDeclined},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, true, nil)
			l := w.loggedIn(t)
			w.match = func() (int, string) { return c.status, c.body }
			match, err := w.MatchCPR(context.Background(), l, n)
			require.ErrorIs(t, err, c.want)
			require.Equal(t, c.match, match)
			require.Equal(t, []string{`{"cpr":"` + n.Reveal() + `"}`}, w.matched, "asked once")
			require.Empty(t, canary.Leaks(err, n.Reveal(), "eyJ.access"))
		})
	}
}

func TestMatchCPRNeedsTheAccessTokenAndAnOrdinaryNumber(t *testing.T) {
	w := newWire(t, true, nil)
	l := w.loggedIn(t)
	_, err := w.MatchCPR(context.Background(), l, cprtest.Replacement(1))
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
	l.Evidence = mitid.Evidence{}
	_, err = w.MatchCPR(context.Background(), l, cprtest.Number(1))
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
	require.Empty(t, w.calls)
}

func TestEndSession(t *testing.T) {
	w := newWire(t, true, nil)
	l := w.loggedIn(t)
	rd, err := w.EndSession(context.Background(), l, "https://app.example.dk/bye")
	require.NoError(t, err)
	require.Equal(t, issuer+"/connect/endsession?id_token_hint="+l.Evidence.Tokens[0].Raw.Reveal()+
		"&post_logout_redirect_uri=https%3A%2F%2Fapp.example.dk%2Fbye&state="+rd.Handle, rd.URL)

	w.now = start.Add(5 * time.Minute) // the hint is no longer good
	rd, err = w.EndSession(context.Background(), l, "https://app.example.dk/bye")
	require.NoError(t, err)
	require.NotContains(t, rd.URL, "id_token_hint")
	_, err = w.EndSession(context.Background(), l, "http://evil.example/")
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
}

// The hint holds no fact about the person, whatever was asked for.
func TestTheLogoutHintHoldsNoCPR(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.TransactionToken = true })
	n := cprtest.Number(2)
	l, err := w.login(t, mitid.Request{CPR: mitid.CPRRequired}, func() { w.userinfo["dk.cpr"], w.transact["dk.cpr"] = n.Reveal(), n.Reveal() })
	require.NoError(t, err)
	rd, err := w.EndSession(context.Background(), l, "https://app.example.dk/bye")
	require.NoError(t, err)
	require.NotContains(t, rd.URL, b64(n.Reveal())[:10])
	require.Contains(t, rd.URL, l.Evidence.Tokens[0].Raw.Reveal())
	require.Equal(t, "id_token", l.Evidence.Tokens[0].Use)
}
