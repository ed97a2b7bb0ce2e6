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
