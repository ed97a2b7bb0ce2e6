package mitid_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
)

// stub is a broker without a wire: it answers what the test puts in, so that the
// Client's own rules can be seen alone.
type stub struct {
	method   string
	issuer   string
	clientID string
	begun    *mitid.Attempt
	assert   func(a *mitid.Attempt) (*mitid.Assertion, error)
	complete int
}

func (s *stub) Callback() mitid.CallbackRule {
	r := mitid.CallbackRule{Name: "stub", Issuer: s.issuer, ClientID: s.clientID, Method: s.method, State: "state"}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	return r
}

func (s *stub) Begin(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	s.begun = a
	return &mitid.Redirect{URL: "https://broker.example/authorize?state=" + a.Handle}, nil
}

func (s *stub) Complete(_ context.Context, a *mitid.Attempt, _ mitid.Callback) (*mitid.Assertion, error) {
	s.complete++
	return s.assert(a)
}

// person is a valid assertion for a.
func person(a *mitid.Attempt) *mitid.Assertion {
	return &mitid.Assertion{
		Echo: a.Nonce,
		Identity: claims.Identity{
			Capacity: claims.CapacityPrivate, Subject: "{sub}", UUID: uuid("74ffcd31-fbaf-4c33-bdac-169f25c1e416"), CPR: number,
			Name: &claims.Name{Full: "Søren Ærø Ågård"}, Levels: claims.Levels{LoA: claims.Substantial}, AuthTime: a.Now,
		},
	}
}

var number = cprtest.Number(1)

func uuid(s string) claims.UUID {
	u, err := claims.ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bench is a client over a stub, with a clock that moves by hand.
type bench struct {
	*mitid.Client
	stub *stub
	now  time.Time
}

func newBench(t testing.TB, change func(*mitid.Config)) *bench {
	t.Helper()
	b := &bench{stub: &stub{issuer: "https://broker.example"}, now: start}
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) { return person(a), nil }
	cfg := mitid.Config{Broker: b.stub, RedirectURL: "https://app.example/callback", Now: func() time.Time { return b.now }}
	if change != nil {
		change(&cfg)
	}
	c, err := mitid.New(cfg)
	require.NoError(t, err)
	b.Client = c
	return b
}

func (b *bench) begin(t testing.TB, r mitid.Request) *mitid.Redirect {
	t.Helper()
	rd, err := b.Begin(context.Background(), r)
	require.NoError(t, err)
	return rd
}

func (b *bench) answer(rd *mitid.Redirect, extra ...string) (*mitid.Login, error) {
	q := url.Values{"state": {rd.Handle}, "code": {"c"}}.Encode()
	for _, e := range extra {
		q += "&" + e
	}
	return b.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: q})
}

func digitsOf(n cpr.Number) string { return n.Reveal() }
