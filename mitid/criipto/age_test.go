package criipto_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func ageClient(t *testing.T, fake *criiptotest.Broker, change func(*criipto.Config)) *mitid.Client {
	t.Helper()
	b := configured(change)(t, fake)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: fake.Now})
	require.NoError(t, err)
	return c
}

func TestAgeWhereAnIntermediaryOwnsTheScope(t *testing.T) {
	fake := criiptotest.New(t)
	c := ageClient(t, fake, func(cfg *criipto.Config) { cfg.ScopeInHint, cfg.ACRInHint = true, true })
	l, err := mitidtest.Login(t, c, fake, mitid.Request{Age: 21}, mitidtest.Approve(mitidtest.Ditlev()))
	require.NoError(t, err)
	require.True(t, l.Age.AtLeast(21))
	for _, q := range fake.Requests() {
		if q.Form.Has("login_hint") {
			require.Equal(t, "country:DK acr_values:urn:age-verification scope:is_over_21", q.Form.Get("login_hint"))
			require.Equal(t, "openid", q.Form.Get("scope"))
		}
	}
}

func TestAgeAsksTheUserinfoEndpointNothing(t *testing.T) {
	fake := criiptotest.New(t)
	c := ageClient(t, fake, func(cfg *criipto.Config) { cfg.Userinfo = true })
	l, err := mitidtest.Login(t, c, fake, mitid.Request{Age: 18})
	require.NoError(t, err)
	require.True(t, l.Age.AtLeast(18))
	require.Zero(t, fake.Count("/oauth2/userinfo"))
}

func TestFreshAgeIsHeldToTheTimeThatTheBrokerTells(t *testing.T) {
	fake := criiptotest.New(t)
	c := ageClient(t, fake, func(*criipto.Config) {})
	_, err := mitidtest.Login(t, c, fake, mitid.Request{Age: 18, Fresh: true})
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow, "the broker tells no time")
	fake.Configure(func(s *criiptotest.Settings) { s.AgeInstant = true })
	l, err := mitidtest.Login(t, c, fake, mitid.Request{Age: 18, Fresh: true})
	require.NoError(t, err)
	require.WithinDuration(t, fake.Now(), l.Age.At, time.Minute)

	who := mitidtest.Ditlev()
	fake.Configure(func(s *criiptotest.Settings) { s.AgeInstant = false })
	who.Extra = map[string]any{"authenticationinstant": fake.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}
	_, err = mitidtest.Login(t, c, fake, mitid.Request{Age: 18, Fresh: true}, mitidtest.Approve(who))
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow, "somebody proved it an hour ago")
}

func TestAgeThatTheBrokerDoesNotAnswer(t *testing.T) {
	fake := criiptotest.New(t)
	fake.Configure(func(s *criiptotest.Settings) { s.AgeAbsent = true })
	l, err := mitidtest.Login(t, ageClient(t, fake, func(*criipto.Config) {}), fake, mitid.Request{Age: 15})
	require.NoError(t, err)
	require.Equal(t, mitid.AgeNotProven, l.Age.Answer)
	require.False(t, l.Age.AtLeast(15))
}
