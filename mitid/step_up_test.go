package mitid_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

func TestAskingForACPRNumberDoesNotLowerTheLevelOfTheLogin(t *testing.T) {
	level := claims.High
	b := newBench(t, nil)
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Identity.Levels.LoA = level
		return as, nil
	}
	l, err := b.answer(b.begin(t, mitid.Request{Level: claims.High}))
	require.NoError(t, err)
	for _, asked := range []claims.Level{claims.LevelUnknown, claims.Low, claims.Substantial, claims.High} {
		rd, err := b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired, Level: asked})
		require.NoError(t, err)
		require.Equal(t, claims.High, b.stub.begun.Request.Level)
		require.False(t, b.stub.begun.Request.Fresh, "the same level needs no new login")
		level = claims.Substantial
		_, err = b.answer(rd)
		require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
		level = claims.High
	}
}

// ableStub is a stub that steps up in a way of its own.
type ableStub struct{ *stub }

func (s ableStub) StepUp(_ context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	s.begun = a
	return &mitid.Redirect{URL: "https://broker.example/step-up?from=" + l.StepUp}, nil
}

func TestStepUpGoesTheBrokersOwnWayAndNobodyLogsInAgain(t *testing.T) {
	b := newBench(t, nil)
	able := newBench(t, func(cfg *mitid.Config) { cfg.Broker = ableStub{b.stub} })
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.StepUp = "t1"
		return as, nil
	}
	l, err := able.answer(able.begin(t, mitid.Request{}))
	require.NoError(t, err)
	rd, err := able.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	require.Equal(t, "https://broker.example/step-up?from=t1", rd.URL)
	require.True(t, b.stub.begun.Request.UUID.IsZero(), "nobody is re-authenticated")
	require.Equal(t, l.Identity.Subject, b.stub.begun.ExpectSubject)

	rd, err = b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	require.Contains(t, rd.URL, "/authorize", "a broker without the ability logs in again")
	require.Equal(t, l.Identity.UUID, b.stub.begun.Request.UUID)
}
