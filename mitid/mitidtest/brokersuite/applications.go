package brokersuite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// neighbour is the same adapter for another application of the same broker.
type neighbour struct{ mitid.Broker }

func (n neighbour) Callback() mitid.CallbackRule {
	r := n.Broker.Callback()
	r.ClientID += "-2"
	return r
}

// applications share broker, redirect address and keys, and nothing else.
func (s *suite) applications(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	other, err := mitid.New(mitid.Config{Broker: neighbour{r.broker}, RedirectURL: RedirectURL, StateKeys: stateKey(), Now: r.fake.Now})
	require.NoError(t, err)

	rd := r.begin(t.Context(), mitid.Request{})
	cb := r.walk(rd)
	_, err = other.Complete(t.Context(), rd.State, cb)
	r.expect(mitid.StateInvalid, err, "a login that another application began")
	assert.Zero(t, r.countAt(r.fake.Endpoints().Token), "the code went to the broker")
	l, err := r.client.Complete(t.Context(), rd.State, cb)
	require.NoError(t, err)
	assert.Equal(t, r.fake.ClientID(), l.ClientID, "the login does not say whose it is")

	_, err = other.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	r.expect(mitid.InputInvalid, err, "a step-up from another application's login")
	foreign := *l
	for _, id := range []string{"", l.ClientID + "-2"} {
		foreign.ClientID = id
		before := r.fake.Count("")
		_, err = r.client.StepUp(t.Context(), &foreign, mitid.Request{})
		r.expect(mitid.InputInvalid, err, "a step-up from another application's login")
		if _, ok := r.broker.(mitid.SessionEnder); ok {
			_, err = r.client.EndSession(t.Context(), &foreign, RedirectURL)
			r.expect(mitid.InputInvalid, err, "a logout of another application's login")
		}
		if _, ok := r.broker.(mitid.CPRMatcher); ok {
			_, err = r.client.MatchCPR(t.Context(), &foreign, mitidtest.Ditlev().CPR)
			r.expect(mitid.InputInvalid, err, "a CPR match with another application's login")
		}
		assert.Equal(t, before, r.fake.Count(""), "the broker was asked")
	}
}
