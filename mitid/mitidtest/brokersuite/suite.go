package brokersuite

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Test holds an adapter to every promise of mitid.Broker, sends it every tampering of the
// fake's catalogue, and watches the fake for calls that should not come. start starts a
// fake, such as criiptotest.Start.
// open returns the adapter under test, configured for the fake: its issuer, client id,
// secret, HTTP client and clock (fake.Now). It may change the fake's switches. It is called
// once for each fake, and again after each rotation of keys that the fake does not serve.
//
// An adapter refuses what it cannot carry with ErrUnsupported, and the suite does not try
// an ability that the adapter lacks; it says so in its log. demand names what this adapter
// must have, so that a lack of it fails the test: abilities
// ("TokenVerifier", "SessionEnder", "MatchCPR", "LogoutReceiver", "front channel
// logout"), fields of mitid.Request, whole ("CPRHint") or one case of the suite
// ("Locale/Danish"), and stages that its logins must pass ("par", "userinfo").
func Test[F mitidtest.Fake](t *testing.T, start func(mitidtest.Config) (F, error), open func(tb testing.TB, fake F) mitid.Broker, demand ...string) {
	s := &suite{demand: demand, start: func(cfg mitidtest.Config) (*mitidtest.Broker, func(testing.TB) mitid.Broker, error) {
		fake, err := start(cfg)
		if err != nil {
			return nil, nil, err
		}
		return fake.Engine(), func(tb testing.TB) mitid.Broker { return open(tb, fake) }, nil
	}}
	m := s.rig(t, mitidtest.Config{}).traits()
	require.True(t, m.Carried != nil && m.Subject != nil, "the dialect's Traits have no Carried or no Subject")
	known := s.tamperingsOf(t)
	for _, name := range demand {
		require.True(t, canBeDemanded(name, known), "the suite knows no %q that could be demanded", name)
	}
	t.Run("logins", s.logins)
	t.Run("people", s.people)
	t.Run("request", s.fields)
	t.Run("outcomes", s.outcomes)
	t.Run("tamperings", s.tamperings)
	t.Run("journeys", s.journeys)
	t.Run("applications", s.applications)
	t.Run("abilities", s.abilities)
	t.Run("age", s.age)
	t.Run("records", s.records)
	t.Run("rules", s.rules)
	t.Run("pages", s.pages)
	t.Run("reset", s.reset)
	t.Run("parallel", s.parallel)
}

type suite struct {
	start  func(mitidtest.Config) (*mitidtest.Broker, func(testing.TB) mitid.Broker, error)
	demand []string
}

// tamperingsOf returns the catalogue of the fake.
func (s *suite) tamperingsOf(t *testing.T) []mitidtest.Tampering {
	t.Helper()
	fake, _, err := s.start(mitidtest.Config{})
	require.NoError(t, err)
	defer func() { _ = fake.Close() }()
	return fake.Tamperings()
}

// absent logs that the adapter lacks what the suite would try now. If it was demanded, the
// test fails.
func (s *suite) absent(t *testing.T, name string) {
	t.Helper()
	field, _, _ := strings.Cut(name, "/")
	if slices.Contains(s.demand, name) || slices.Contains(s.demand, field) {
		t.Errorf("this adapter must have %s, and lacks it", name)
		return
	}
	t.Logf("this adapter lacks %s", name)
}

// The abilities that the suite tries. Beside them fields of mitid.Request and
// stages can be demanded.
const (
	tokenVerifier = "TokenVerifier"
	sessionEnder  = "SessionEnder"
	matchCPR      = "MatchCPR"
	logoutMessage = "LogoutReceiver"
	frontChannel  = "front channel logout"
)

func canBeDemanded(name string, known []mitidtest.Tampering) bool {
	if slices.ContainsFunc(known, func(m mitidtest.Tampering) bool { return m.Stage.String() == name }) {
		return true
	}
	field, _, _ := strings.Cut(name, "/")
	_, ok := reflect.TypeFor[mitid.Request]().FieldByName(field)
	return ok || slices.Contains([]string{tokenVerifier, sessionEnder, matchCPR, logoutMessage, frontChannel}, name)
}

// rig is one fake, the adapter under test and a client on top.
type rig struct {
	*testing.T
	suite  *suite
	open   func(testing.TB) mitid.Broker
	fake   *mitidtest.Broker
	broker mitid.Broker
	client *mitid.Client
}

// RedirectURL and LogoutURL are where the suite's logins and logouts return to. Nobody
// listens there. An adapter that registers an address with the broker (SAML) registers
// these.
const (
	RedirectURL = "https://app.example/callback"
	LogoutURL   = "https://app.example/bye"
)

// patience is how long the client waits for an answer that drips.
const patience = 2 * time.Second

func (s *suite) rig(t *testing.T, cfg mitidtest.Config, prepare ...func(*mitidtest.Broker)) *rig {
	t.Helper()
	cfg.AnyLoopbackRedirect, cfg.ExampleRedirects = true, true
	fake, open, err := s.start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	for _, p := range prepare {
		p(fake)
	}
	r := &rig{T: t, suite: s, open: open, fake: fake}
	r.reopen()
	return r
}

// reopen makes the adapter anew, with the keys that the fake has now.
func (r *rig) reopen() {
	r.Helper()
	r.broker = r.open(r)
	r.client = r.newClient(claims.Substantial)
}

// countAt returns how many requests an endpoint got: none if the broker lacks it.
func (r *rig) countAt(endpoint string) int {
	if endpoint == "" {
		return 0
	}
	return r.fake.Count(endpoint)
}

// calledAt asserts that an endpoint, if the broker has it, got n requests.
func (r *rig) calledAt(n int, endpoint, why string) {
	r.Helper()
	if endpoint != "" {
		assert.Equal(r, n, r.fake.Count(endpoint), why)
	}
}

// discovers reports whether the adapter fetches the broker's metadata and keys, as OpenID
// Connect has it. Otherwise they are part of its Config (SAML).
func (r *rig) discovers() bool { return r.fake.Endpoints().Discovery != "" }

// stateKey seals the suite's attempts, so that several clients can share them.
func stateKey() [][]byte { return [][]byte{[]byte("conformance suite, 32 bytes long! ")[:32]} }

func (r *rig) newClient(floor claims.Level) *mitid.Client {
	r.Helper()
	c, err := mitid.New(mitid.Config{Broker: r.broker, RedirectURL: RedirectURL, StateKeys: stateKey(), MinLevel: floor, Now: r.fake.Now})
	require.NoError(r, err)
	return c
}

// login calls mitidtest.Login, and asserts what holds for every result.
func (r *rig) login(q mitid.Request, as ...mitidtest.Outcome) (*mitid.Login, error) {
	r.Helper()
	l, err := mitidtest.Login(r, r.client, r.fake, q, as...)
	r.checkResult(l, err)
	r.checkBrowser()
	return l, err
}

// must is login for a login that must succeed.
func (r *rig) must(q mitid.Request, as ...mitidtest.Outcome) *mitid.Login {
	r.Helper()
	l, err := r.login(q, as...)
	require.NoError(r, err)
	return l
}

// checkResult asserts that there is a login or an error and never both, and that the
// error has a kind and repeats nothing.
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

// checkSilent asserts that err prints no secret, token, number or name.
func (r *rig) checkSilent(err error) {
	r.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		text := fmt.Sprintf(verb, err)
		for _, secret := range []string{r.fake.ClientSecret().Reveal(), "2101270087", "210127-0087", "mitidtest.Ditlev", "eyJ", "<script", "code="} {
			assert.NotContains(r, text, secret, "an error printed with %s repeats what it must not", verb)
		}
	}
}

// expect asserts that err is of a kind; 0 stands for no error.
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
func (r *rig) params() mitidtest.Request {
	r.Helper()
	var last mitidtest.Request
	for _, q := range r.fake.Requests() {
		switch mitidtest.NormalizePath(q.Path) {
		case r.fake.Endpoints().PAR:
			last = q
		case r.fake.Endpoints().Authorize:
			if q.Query.Get("request_uri") == "" && q.Form.Get("request_uri") == "" {
				last = q
			}
		}
	}
	return last
}

// carried returns what the latest authorization request asked for.
func (r *rig) carried() mitidtest.Carried { return r.traits().Carried(r.params()) }

// unsupported reports whether err refuses a field as one that this broker cannot
// carry, and asserts what holds for such a refusal. title names the case of the field.
func (r *rig) unsupported(err error, field string, title ...string) bool {
	r.Helper()
	if mitid.KindOf(err) != mitid.Unsupported {
		return false
	}
	text := err.Error()
	assert.Contains(r, text, r.broker.Callback().Name, "the refusal names the broker")
	assert.Contains(r, text, field, "the refusal names the field")
	r.suite.absent(r.T, strings.Join(append([]string{field}, title...), "/"))
	return true
}

// checkBrowser asserts that nothing which the browser carried to the broker holds a CPR
// number or the client's secret.
func (r *rig) checkBrowser() {
	r.Helper()
	for _, q := range r.fake.Requests() {
		if mitidtest.NormalizePath(q.Path) != r.fake.Endpoints().Authorize || q.Method != http.MethodGet {
			continue
		}
		text := q.Query.Encode()
		for _, who := range []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Paiman()} {
			assert.NotContains(r, text, who.CPR.Reveal(), "the browser carries a CPR number")
		}
		assert.NotContains(r, text, url.QueryEscape(r.fake.ClientSecret().Reveal()), "the browser carries the client secret")
	}
}

// begin starts a login, and asserts what holds for every redirect.
func (r *rig) begin(ctx context.Context, q mitid.Request) *mitid.Redirect {
	r.Helper()
	rd, err := r.client.Begin(ctx, q)
	require.NoError(r, err)
	require.NotEmpty(r, rd.URL)
	for _, private := range []string{"2101270087", "210127-0087", "2712589100"} {
		assert.NotContains(r, rd.URL, private, "the browser carries a CPR number")
	}
	assert.False(r, strings.Contains(rd.URL, r.fake.ClientSecret().Reveal()), "the browser carries the client secret")
	return rd
}

// walk calls mitidtest.Walk, which must succeed.
func (r *rig) walk(rd *mitid.Redirect, as ...mitidtest.Outcome) mitid.Callback {
	r.Helper()
	cb, err := mitidtest.Walk(r.Context(), r.fake, rd, as...)
	require.NoError(r, err)
	return cb
}

func (r *rig) traits() mitidtest.Traits { return r.fake.Dialect().Traits() }

// tamper carries out a tampering of the catalogue.
func (r *rig) tamper(m mitidtest.Tampering) {
	r.Helper()
	require.NoError(r, r.fake.Tamper(m.Name))
}

// accepted is the Want of a tampering that must not be refused.
const accepted mitid.Kind = 0
