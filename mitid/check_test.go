package mitid_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
)

func graded(r *mitid.Report, g mitid.Grade) []string {
	var about []string
	for _, f := range r.Findings {
		if f.Grade == g {
			about = append(about, f.About)
		}
	}
	return about
}

func TestACheckTellsWhatIsForATryAlone(t *testing.T) {
	b := newBench(t, func(c *mitid.Config) {
		c.RedirectURL, c.MinLevel = "http://localhost:8080/callback", claims.Low
	})
	r := b.Check(context.Background())
	require.Equal(t, []string{"redirect address", "state keys", "single use", "level"}, graded(r, mitid.Advice))
	require.Equal(t, []string{"broker"}, graded(r, mitid.Unproved), "this adapter has no Checker")
	require.True(t, r.OK())

	b = newBench(t, func(c *mitid.Config) {
		c.StateKeys = [][]byte{make([]byte, 32)}
		c.Once = oncePerTest{}
	})
	require.Empty(t, graded(b.Check(context.Background()), mitid.Advice))
}

type oncePerTest struct{}

func (oncePerTest) Use(context.Context, string, time.Time) (bool, error) { return true, nil }

func TestAReportThatFailedIsAnErrorOfItsKind(t *testing.T) {
	r := &mitid.Report{Broker: "stub", Findings: []mitid.Finding{
		{Grade: mitid.Advice, About: "level", What: "low", Do: "raise it"},
		{Grade: mitid.Failed, About: "client", Kind: mitid.ConfigInvalid, Code: "invalid_client", What: "PAR endpoint refused", Do: "compare the secret"},
		{Grade: mitid.Failed, About: "x", Kind: mitid.BrokerUnavailable},
	}}
	err := r.Err()
	require.ErrorIs(t, err, mitid.ErrConfigInvalid)
	require.EqualError(t, err, "mitid: check (stub): ConfigInvalid invalid_client: client: PAR endpoint refused; compare the secret")
	require.False(t, r.OK())
	require.Contains(t, r.String(), "failed: client: PAR endpoint refused (invalid_client)\n    compare the secret\n")
}

func TestACheckFindsAClockThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration
		want  mitid.Grade
	}{{0, mitid.Fine}, {30 * time.Second, mitid.Fine}, {-3 * time.Minute, mitid.Advice}, {3 * time.Minute, mitid.Advice}, {time.Hour, mitid.Failed}, {-time.Hour, mitid.Failed}} {
		fake := criiptotest.New(t)
		broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			Now: func() time.Time { return fake.Now().Add(c.ahead) }})
		require.NoError(t, err)
		client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback"})
		require.NoError(t, err)
		r := client.Check(t.Context())
		require.Contains(t, graded(r, c.want), "clock", "%s ahead: %s", c.ahead, r)
		require.Equal(t, c.want != mitid.Failed, r.OK())
	}
}

func TestACheckWhoseCallerLeftDoesNotPass(t *testing.T) {
	fake := criiptotest.New(t)
	client, err := mitid.New(mitid.Config{Broker: adapter(t, fake.Broker), RedirectURL: "https://app.example/callback"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := client.Check(ctx)
	require.False(t, r.OK())
	require.True(t, errors.Is(r.Err(), mitid.ErrBrokerUnavailable), "%v", r.Err())
}
