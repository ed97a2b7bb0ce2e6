package brokersuite

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// plainBroker is an adapter without its optional abilities. It keeps the latest
// attempt.
type plainBroker struct {
	mitid.Broker
	begun *mitid.Attempt
}

func (b *plainBroker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	b.begun = a
	return b.Broker.Begin(ctx, a)
}

// stepUpBroker is an adapter with the ability to step up and no other.
type stepUpBroker struct {
	plainBroker
	mitid.StepUpper
}

func (b *stepUpBroker) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	b.begun = a
	return b.StepUpper.StepUp(ctx, a, l)
}

// stepUpLevels asserts that a step-up asks for the level of the login that it replaces,
// and takes nothing below.
func (s *suite) stepUpLevels(t *testing.T) {
	t.Run("by logging in again", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		plain := &plainBroker{Broker: r.broker}
		r.broker, r.client = plain, r.clientOf(plain, claims.Substantial)
		r.stepUpKeepsLevel(func() *mitid.Attempt { return plain.begun })
	})
	t.Run("by the broker's own way", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		upper, ok := r.broker.(mitid.StepUpper)
		if !ok {
			t.Log("this broker has no step-up of its own")
			return
		}
		able := &stepUpBroker{plainBroker{Broker: r.broker}, upper}
		r.broker, r.client = able, r.clientOf(able, claims.Substantial)
		r.stepUpKeepsLevel(func() *mitid.Attempt { return able.begun })
	})
}

func (r *rig) stepUpKeepsLevel(begun func() *mitid.Attempt) {
	who := mitidtest.Ditlev()
	l := r.must(mitid.Request{Level: claims.High}, mitidtest.Approve(who))
	require.Equal(r, claims.High, l.Level)
	rd, err := r.client.StepUp(r.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	if r.unsupported(err, "UUID") {
		return
	}
	require.NoError(r, err)
	assert.Equal(r, claims.High, begun().Level, "the floor of the step-up is below the login")
	assert.Equal(r, claims.High, begun().Request.Level, "the step-up asks for less than the login has")
	who.Level = claims.Substantial
	lower, err := r.client.Complete(r.Context(), rd.State, r.walk(rd, mitidtest.Approve(who)))
	r.checkResult(lower, err)
	if err != nil {
		r.expect(mitid.AssuranceTooLow, err, "a step-up answered below the level of its login")
		return
	}
	assert.Equal(r, claims.High, lower.Level, "the step-up took the level away")
}

// lateStepUp asserts that a step-up which comes too late for the broker is refused before
// anything is sent.
func (s *suite) lateStepUp(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	who := mitidtest.Paiman()
	l := r.must(mitid.Request{}, mitidtest.Approve(who))
	r.fake.Advance(16 * time.Minute)
	before := r.fake.Count("")
	rd, err := r.client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	if r.unsupported(err, "UUID") {
		return
	}
	if err != nil {
		r.expect(mitid.InteractionRequired, err, "a step-up that comes too late")
		r.checkSilent(err)
		assert.Equal(t, before, r.fake.Count(""), "what is too late is not sent")
		return
	}
	raised, err := r.client.Complete(t.Context(), rd.State, r.walk(rd, mitidtest.Approve(who)))
	r.checkResult(raised, err)
	require.NoError(t, err, "a step-up that was sent leads nowhere")
	assert.Equal(t, l.Identity.Subject, raised.Identity.Subject)
	assert.Equal(t, who.CPR, raised.Identity.CPR)
}

// clientOf is newClient for another adapter than the one under test.
func (r *rig) clientOf(b mitid.Broker, floor claims.Level) *mitid.Client {
	r.Helper()
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: RedirectURL, StateKeys: stateKey(), MinLevel: floor, Now: r.fake.Now})
	require.NoError(r, err)
	return c
}

// tokenFloor asserts that a token of a front end must reach the client's level.
func (s *suite) tokenFloor(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	if _, ok := r.broker.(mitid.TokenVerifier); !ok {
		t.Log("this adapter verifies no tokens of front ends")
		return
	}
	r.client = r.newClient(claims.Low)
	for _, c := range []struct {
		who  mitidtest.Citizen
		want claims.Level
	}{{mitidtest.PasswordUser(), claims.Low}, {mitidtest.Ditlev(), claims.Substantial}} {
		l := r.must(mitid.Request{Level: c.want}, mitidtest.Approve(c.who))
		require.Equal(t, c.want, l.Level)
		token := l.Evidence.Tokens[0].Raw.Reveal()
		for _, floor := range []claims.Level{claims.Low, claims.Substantial, claims.High} {
			got, err := r.newClient(floor).VerifyToken(t.Context(), token)
			r.checkResult(got, err)
			if floor > c.want {
				r.expect(mitid.AssuranceTooLow, err, "a token of level "+c.want.String()+" at the floor "+floor.String())
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Level)
		}
	}
}

// foreignLogin asserts that a login of another broker or issuer, or of nobody, is refused.
func (s *suite) foreignLogin(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	who := mitidtest.Ditlev()
	own := r.must(mitid.Request{}, mitidtest.Approve(who))
	otherBroker, otherIssuer, nobody := *own, *own, *own
	otherBroker.Broker += "2"
	otherIssuer.Issuer += "/2"
	nobody.Identity.Subject = ""
	calls := map[string]func(*mitid.Login) error{
		"MatchCPR": func(l *mitid.Login) error {
			match, err := r.client.MatchCPR(t.Context(), l, who.CPR)
			assert.False(t, match && err != nil, "an answer beside an error")
			return err
		},
		"EndSession": func(l *mitid.Login) error {
			rd, err := r.client.EndSession(t.Context(), l, RedirectURL)
			assert.False(t, rd != nil && err != nil, "a redirect beside an error")
			return err
		},
		"StepUp": func(l *mitid.Login) error {
			rd, err := r.client.StepUp(t.Context(), l, mitid.Request{})
			assert.False(t, rd != nil && err != nil, "a redirect beside an error")
			return err
		},
	}
	_, matches := r.broker.(mitid.CPRMatcher)
	_, ends := r.broker.(mitid.SessionEnder)
	before := r.fake.Count("")
	for call, do := range calls {
		want := mitid.InputInvalid
		if call == "MatchCPR" && !matches || call == "EndSession" && !ends {
			want = mitid.Unsupported
		}
		for title, l := range map[string]*mitid.Login{"another broker's": &otherBroker, "another issuer's": &otherIssuer, "nobody's": &nobody, "empty": {}, "none": nil} {
			err := do(l)
			r.expect(want, err, call+" with a login that is "+title)
			r.checkSilent(err)
		}
	}
	assert.Equal(t, before, r.fake.Count(""), "a foreign login causes calls to the broker")
}
