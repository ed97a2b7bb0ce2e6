package brokersuite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// checks asserts that Client.Check reports what a login would meet.
func (s *suite) checks(t *testing.T) {
	if _, ok := s.rig(t, mitidtest.Config{}).broker.(mitid.Checker); !ok {
		t.Log("this adapter cannot be checked")
		return
	}
	if probe := s.rig(t, mitidtest.Config{}); !probe.discovers() {
		assert.True(t, probe.check().OK(), "%s", probe.check())
		assert.Zero(t, probe.fake.Count(""), "there is nothing to ask the broker")
		return
	}
	t.Run("all is well", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		for range 2 {
			before := r.fake.Count("")
			report := r.check()
			assert.True(t, report.OK(), "%s", report)
			for _, about := range []string{"discovery", "clock", "keys"} {
				assert.Equal(t, mitid.Fine, r.found(report, about).Grade, "%s", report)
			}
			client, calls := r.found(report, "client"), 2
			if r.pushes() {
				assert.Equal(t, mitid.Fine, client.Grade)
				calls = 3
			} else {
				assert.Equal(t, mitid.Unproved, client.Grade, "what cannot be proved is said")
			}
			assert.Equal(t, calls, r.fake.Count("")-before, "every check asks anew, and no more than it says")
		}
		assert.Zero(t, r.countAt(r.fake.Endpoints().Authorize)+r.countAt(r.fake.Endpoints().Token), "what was pushed is not used")
		discovery, keys := r.countAt(r.fake.Endpoints().Discovery), r.countAt(r.fake.Endpoints().Keys)
		r.must(mitid.Request{})
		assert.Equal(t, discovery, r.countAt(r.fake.Endpoints().Discovery), "the first login finds discovery fetched")
		assert.Equal(t, keys, r.countAt(r.fake.Endpoints().Keys), "and the keys")
	})
	t.Run("the broker is down", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		require.NoError(t, r.fake.Close())
		r.mustFail(r.check(), "discovery", mitid.BrokerUnavailable)
	})
	t.Run("the broker goes down after a good check", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		require.True(t, r.check().OK())
		require.NoError(t, r.fake.Close())
		r.mustFail(r.check(), "discovery", mitid.BrokerUnavailable)
	})
	t.Run("another secret", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		r.fake.SetClient(r.fake.ClientID(), mitid.NewSecret("another secret"))
		report := r.check()
		if !r.pushes() || r.carriesNoSecret() {
			assert.Equal(t, mitid.Unproved, r.found(report, "client").Grade)
			return
		}
		r.mustFail(report, "client", mitid.ConfigInvalid)
	})
	t.Run("another client", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		r.fake.SetClient(r.fake.ClientID()+"0", r.fake.ClientSecret())
		if report := r.check(); r.pushes() {
			r.mustFail(report, "client", mitid.ConfigInvalid)
		}
	})
	t.Run("a redirect address that is not registered", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		c, err := mitid.New(mitid.Config{Broker: r.broker, RedirectURL: "https://elsewhere.invalid/callback", StateKeys: stateKey(), Now: r.fake.Now})
		require.NoError(t, err)
		r.client = c
		if report := r.check(); r.pushes() && r.params().Form.Get("request") == "" { // a signed request may name any address
			r.mustFail(report, "redirect address", mitid.ConfigInvalid)
		}
	})
	for _, m := range s.tamperingsOf(t) {
		if m.Warm || m.TLS || m.Slow || m.Side != mitidtest.BrokerSide || !slices.Contains([]mitidtest.Stage{mitidtest.StageDiscovery, mitidtest.StagePAR}, m.Stage) {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			r.tamper(m)
			report := r.check()
			if m.Want == accepted {
				assert.True(t, report.OK(), "%s: %s", m.Doc, report)
				return
			}
			assert.Equal(t, m.Want.String(), mitid.KindOf(report.Err()).String(), "%s: %s", m.Doc, report)
			r.checkSilent(report.Err())
		})
	}
}

// check calls Client.Check, and asserts what holds for every report.
func (r *rig) check() *mitid.Report {
	r.Helper()
	report := r.client.Check(r.Context())
	require.NotNil(r, report)
	require.NotEmpty(r, report.Findings)
	rule := r.broker.Callback()
	assert.Equal(r, rule.Name, report.Broker)
	assert.Equal(r, rule.Issuer, report.Issuer)
	for _, f := range report.Findings {
		assert.NotEmpty(r, f.About)
		assert.NotEmpty(r, f.What, f.About)
		assert.Equal(r, f.Grade == mitid.Fine, f.Do == "", "%s: what is not fine says what to do", f.About)
		assert.Equal(r, f.Grade == mitid.Failed, f.Kind != 0, "%s: what failed has a kind", f.About)
	}
	assert.Equal(r, report.OK(), report.Err() == nil)
	for _, text := range []string{report.String(), fmt.Sprintf("%v %+v %#v", report, report, report)} {
		for _, secret := range []string{r.fake.ClientSecret().Reveal(), "eyJ", "urn:ietf:params:oauth:request_uri", "code_challenge="} {
			assert.False(r, strings.Contains(text, secret), "a report holds what it must not")
		}
	}
	return report
}

func (r *rig) found(report *mitid.Report, about string) mitid.Finding {
	r.Helper()
	i := slices.IndexFunc(report.Findings, func(f mitid.Finding) bool { return f.About == about })
	require.GreaterOrEqual(r, i, 0, "nothing about %s: %s", about, report)
	return report.Findings[i]
}

func (r *rig) mustFail(report *mitid.Report, about string, want mitid.Kind) {
	r.Helper()
	assert.False(r, report.OK(), "%s", report)
	r.expect(want, report.Err(), about)
	r.checkSilent(report.Err())
	assert.Equal(r, mitid.Failed, r.found(report, about).Grade, "%s", report)
}

// pushes reports whether the adapter has pushed a request.
func (r *rig) pushes() bool {
	return r.fake.Endpoints().PAR != "" && r.countAt(r.fake.Endpoints().PAR) > 0
}

// carriesNoSecret reports whether the client is known by something else.
func (r *rig) carriesNoSecret() bool {
	return r.params().Form.Has("client_assertion")
}
