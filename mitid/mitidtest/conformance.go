package mitidtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// TestBroker is TestBrokerOf for adapters of Criipto.
func TestBroker(t *testing.T, open func(tb testing.TB, fake *Broker) mitid.Broker) {
	TestBrokerOf(t, Criipto, open)
}

// TestBrokerOf is the conformance suite of the seam: it holds an adapter of a
// dialect to every promise of mitid.Broker, sends it every tampering of the
// catalogue, and watches the fake for calls that should not come. open returns
// the adapter under test, configured for the fake: its issuer, client id, secret,
// HTTP client and clock (fake.Now). It may change the fake's switches, and is
// called once for each fake.
//
// What an adapter cannot carry it refuses with ErrUnsupported; the suite says so
// in its log.
func TestBrokerOf(t *testing.T, d Dialect, open func(tb testing.TB, fake *Broker) mitid.Broker) {
	s := &suite{d, open}
	t.Run("logins", s.logins)
	t.Run("request", s.fields)
	t.Run("outcomes", s.outcomes)
	t.Run("tamperings", s.tamperings)
	t.Run("journeys", s.journeys)
	t.Run("abilities", s.abilities)
	t.Run("age", s.age)
	t.Run("parallel", s.parallel)
}

type suite struct {
	dialect Dialect
	open    func(tb testing.TB, fake *Broker) mitid.Broker
}

// rig is one fake, the adapter under test and a client on top.
type rig struct {
	*testing.T
	fake   *Broker
	broker mitid.Broker
	client *mitid.Client
}

// redirectURL is where the suite's logins return to. Nobody listens there.
const redirectURL = "https://app.example/callback"

// patience is the time limit against answers that drip.
const patience = 2 * time.Second

func (s *suite) rig(t *testing.T, cfg Config, prepare ...func(*Broker)) *rig {
	t.Helper()
	cfg.AnyLoopbackRedirect = true
	fake := newFake(t, s.dialect, cfg)
	for _, p := range prepare {
		p(fake)
	}
	r := &rig{T: t, fake: fake, broker: s.open(t, fake)}
	r.client = r.newClient(claims.Substantial)
	return r
}

// stateKey seals the suite's attempts, so that several clients can share them.
func stateKey() [][]byte { return [][]byte{[]byte("conformance suite, 32 octets long")[:32]} }

func (r *rig) newClient(floor claims.Level) *mitid.Client {
	r.Helper()
	c, err := mitid.New(mitid.Config{Broker: r.broker, RedirectURL: redirectURL, StateKeys: stateKey(), MinLevel: floor, Now: r.fake.Now})
	require.NoError(r, err)
	return c
}

// login is Login, and holds the result to what every result must be.
func (r *rig) login(q mitid.Request, as ...Outcome) (*mitid.Login, error) {
	r.Helper()
	l, err := Login(r, r.client, r.fake, q, as...)
	r.checkResult(l, err)
	return l, err
}

// must is login where a refusal would be the fault.
func (r *rig) must(q mitid.Request, as ...Outcome) *mitid.Login {
	r.Helper()
	l, err := r.login(q, as...)
	require.NoError(r, err)
	return l
}

// checkResult: a login or an error, never both; an error of the vocabulary that
// repeats nothing.
func (r *rig) checkResult(l *mitid.Login, err error) {
	r.Helper()
	if err == nil {
		require.NotNil(r, l)
		return
	}
	require.Nil(r, l, "a login beside an error")
	require.NotZero(r, mitid.KindOf(err), "the error has no kind: %v", err)
	r.checkSilent(err)
}

// checkSilent: no secret, token, number or name in what an error prints.
func (r *rig) checkSilent(err error) {
	r.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		text := fmt.Sprintf(verb, err)
		for _, secret := range []string{r.fake.ClientSecret(), "2101270087", "210127-0087", "Ditlev", "eyJ", "<script", "code="} {
			assert.NotContains(r, text, secret, "an error printed with %s repeats what it must not", verb)
		}
	}
}

// expect holds an error against a kind; 0 expects none.
func (r *rig) expect(want mitid.Kind, err error, doc string) {
	r.Helper()
	if want == accepted {
		require.NoError(r, err, "%s: refusing it is the fault", doc)
		return
	}
	require.Error(r, err, "%s: it was accepted", doc)
	assert.Equal(r, want.String(), mitid.KindOf(err).String(), "%s: %v", doc, err)
}

// params returns the parameters of the latest authorization request, wherever
// they travelled.
func (r *rig) params() Request {
	r.Helper()
	var last Request
	for _, q := range r.fake.Requests() {
		switch route(q.Path) {
		case r.fake.paths().par:
			last = q
		case r.fake.paths().authorize:
			if q.Query.Get("request_uri") == "" && q.Form.Get("request_uri") == "" {
				last = q
			}
		}
	}
	return last
}

// carried returns what the latest authorization request asked for.
func (r *rig) carried() carried { return r.fake.wire.manners().carried(r.params()) }

func (q Request) param(name string) string {
	return or(q.Params.Get(name), or(q.Form.Get(name), q.Query.Get(name)))
}

// unsupported reports whether err refuses a field as one that this broker cannot
// carry, and holds the refusal to its form.
func (r *rig) unsupported(err error, field string) bool {
	r.Helper()
	if mitid.KindOf(err) != mitid.Unsupported {
		return false
	}
	text := err.Error()
	assert.Contains(r, text, r.broker.Callback().Name, "the refusal names the broker")
	assert.Contains(r, text, field, "the refusal names the field")
	r.Logf("%s: refused as unsupported", field)
	return true
}

// begin starts a login and holds the redirect to its form.
func (r *rig) begin(ctx context.Context, q mitid.Request) *mitid.Redirect {
	r.Helper()
	rd, err := r.client.Begin(ctx, q)
	require.NoError(r, err)
	require.NotEmpty(r, rd.URL)
	for _, private := range []string{"2101270087", "210127-0087", "2712589100"} {
		assert.NotContains(r, rd.URL, private, "the browser carries a CPR number")
	}
	assert.False(r, strings.Contains(rd.URL, r.fake.ClientSecret()), "the browser carries the client secret")
	return rd
}

// walk is Walk where a failure is the suite's.
func (r *rig) walk(rd *mitid.Redirect, as ...Outcome) mitid.Callback {
	r.Helper()
	cb, err := Walk(r.Context(), r.fake, rd, as...)
	require.NoError(r, err)
	return cb
}
