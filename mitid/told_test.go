package mitid_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestOperatorFindsTheBrokersWordsInDetailAndTheStatusBesideThem(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			var log bytes.Buffer
			fake := newFake(t, d)
			c, err := mitid.New(mitid.Config{Broker: adapter(t, fake), RedirectURL: "https://app.example/callback", Now: fake.Now, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
			require.NoError(t, err)
			require.NoError(t, fake.Tamper("token-endpoint-html-403"))
			_, err = mitidtest.Login(t, c, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
			require.ErrorIs(t, err, mitid.ErrBrokerUnavailable)
			var e *mitid.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 403, e.Status)
			assert.Contains(t, e.Detail.Reveal(), "Vedligeholdelse")
			assert.Contains(t, err.Error(), "token endpoint gave no JSON (HTTP 403)")
			assert.Contains(t, log.String(), `"status":403`)
			for _, printed := range []string{log.String(), fmt.Sprintf("%v %+v %#v", err, e, e)} {
				assert.NotContains(t, printed, "Vedligeholdelse")
			}
		})
	}
}

func TestWordsOfAnAdaptersFaultReachTheCallerUnprinted(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	b.stub.assert = func(*mitid.Attempt) (*mitid.Assertion, error) {
		e := fault.New(fault.ConfigInvalid, "token endpoint refused (HTTP 400)")
		e.Status = 400
		return nil, e.Saying("invalid_client: forkert hemmelighed, 2101270087")
	}
	_, err := b.answer(rd)
	var e *mitid.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 400, e.Status)
	assert.Equal(t, "invalid_client: forkert hemmelighed, 2101270087", e.Detail.Reveal())
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", e, e, e, e.LogValue()), "2101270087")
}

func TestLateTokenOfAFrontEndIsToldFromAForgedOne(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			fake := newFake(t, d)
			c, err := mitid.New(mitid.Config{Broker: adapter(t, fake), RedirectURL: "https://app.example/callback", Now: fake.Now})
			require.NoError(t, err)
			l, err := mitidtest.Login(t, c, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
			require.NoError(t, err)
			raw := l.Evidence.Tokens[0].Raw.Reveal()
			_, err = c.VerifyToken(context.Background(), raw)
			require.NoError(t, err)
			fake.Advance(8 * time.Hour)
			_, err = c.VerifyToken(context.Background(), raw)
			require.ErrorIs(t, err, mitid.ErrTokenExpired)
			require.ErrorIs(t, err, mitid.ErrTokenInvalid, "and no new alarm")
			require.Equal(t, mitid.TokenInvalid, mitid.KindOf(err))
			assert.False(t, mitid.KindOf(err).Temporary())
			forged := []byte(raw)
			forged[len(forged)-10] ^= 1
			_, err = c.VerifyToken(context.Background(), string(forged))
			require.ErrorIs(t, err, mitid.ErrTokenInvalid)
			require.NotErrorIs(t, err, mitid.ErrTokenExpired)
		})
	}
	require.ErrorIs(t, mitid.ErrTokenExpired, mitid.ErrTokenInvalid)
	require.NotErrorIs(t, mitid.ErrTokenInvalid, mitid.ErrTokenExpired)
}

func TestRefusalOfAnAttemptSaysWhichKindItIs(t *testing.T) {
	a := &mitid.Attempt{Level: claims.High, ExpectSubject: "{sub}", Now: start}
	for _, c := range []struct {
		facts mitid.Facts
		want  error
	}{
		{mitid.Facts{Subject: "{other}", Level: claims.High, Capacity: claims.CapacityPrivate}, mitid.ErrTokenInvalid},
		{mitid.Facts{Subject: "{sub}", Level: claims.Low, Capacity: claims.CapacityPrivate}, mitid.ErrAssuranceTooLow},
		{mitid.Facts{Subject: "{sub}", Level: claims.High}, mitid.ErrClaimInvalid},
	} {
		err := a.Admit(c.facts)
		require.ErrorIs(t, err, c.want)
		assert.NotEqual(t, mitid.Kind(0), mitid.KindOf(err))
		for _, other := range []error{mitid.ErrTokenInvalid, mitid.ErrAssuranceTooLow, mitid.ErrClaimInvalid, mitid.ErrTokenExpired} {
			if other != c.want {
				assert.NotErrorIs(t, err, other)
			}
		}
	}
	_, err := claims.Identity{Subject: digitsOf(number)}.Cleared()
	require.ErrorIs(t, err, mitid.ErrClaimInvalid)
	require.ErrorIs(t, err, claims.ErrClaimInvalid)
	_, err = mitid.Callback{Method: "GET", RawQuery: "%zz"}.Values()
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
}
