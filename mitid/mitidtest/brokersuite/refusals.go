package brokersuite

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// outcomes are logins that the person or the broker ends.
func (s *suite) outcomes(t *testing.T) {
	m := s.rig(t, mitidtest.Config{}).traits()
	for _, o := range append(m.Outcomes,
		mitidtest.Ending{"the person cancels", mitidtest.Abort(), mitid.UserCancelled},
		mitidtest.Ending{"an error that nobody knows", mitidtest.Fail("fake_error_of_tomorrow", "rødgrød med fløde"), mitid.BrokerDeclined},
		mitidtest.Ending{"somebody types another CPR number", mitidtest.Approve(mitidtest.Ditlev()).Typing(mitidtest.Paiman().CPR), m.WrongCPR},
	) {
		t.Run(o.Title, func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			_, err := r.login(mitid.Request{CPR: mitid.CPRRequired}, o.As)
			r.expect(o.Want, err, o.Title)
			assert.Zero(t, r.countAt(r.fake.Endpoints().Token), "a refused login makes no further call")
		})
	}
}

// tamperings sends every tampering of the catalogue.
func (s *suite) tamperings(t *testing.T) {
	var slow sync.WaitGroup // all wait at the same time, before the others compete with them
	catalogue := slices.DeleteFunc(s.tamperingsOf(t), func(m mitidtest.Tampering) bool {
		return m.Stage == mitidtest.StageMatch || m.Stage == mitidtest.StageLogout || m.Request.Age != 0 // see abilities and age
	})
	for _, m := range catalogue {
		if m.Slow {
			slow.Go(func() { t.Run(m.Name, func(t *testing.T) { s.tampering(t, m) }) })
		}
	}
	slow.Wait()
	for _, m := range catalogue {
		if !m.Slow {
			t.Run(m.Name, func(t *testing.T) {
				t.Parallel()
				s.tampering(t, m)
			})
		}
	}
}

func (s *suite) tampering(t *testing.T, m mitidtest.Tampering) {
	r := s.rig(t, mitidtest.Config{TLS: m.TLS}, func(b *mitidtest.Broker) {
		if m.Slow {
			b.HTTPClient().Timeout = patience
		}
	})
	var bystander *mitid.Redirect
	if m.Warm {
		r.must(mitid.Request{})
	}
	if !slices.Contains(beginning, m.Stage) && m.Switch == nil && !m.Spoils(mitidtest.StageKeys) {
		bystander = r.begin(t.Context(), mitid.Request{}) // begun before, finished after
	}
	r.tamper(m)
	r.fake.ResetRequests()

	who := mitidtest.Ditlev()
	if m.Request.Capacity == claims.CapacityProfessional {
		who = mitidtest.CompanyEmployee()
	}
	rd, cb, l, err := r.spoilt(m, who)
	r.checkResult(l, err)
	if r.neverMet(m, err) {
		if r.unsupportedAt(m, err) {
			s.absent(t, "TransactionText")
		} else {
			s.absent(t, m.Stage.String())
		}
		return
	}
	if m.Stage == mitidtest.StageUserinfo && r.countAt(r.fake.Endpoints().Userinfo) == 0 || m.Stage == mitidtest.StagePAR && r.countAt(r.fake.Endpoints().PAR) == 0 {
		require.NoError(t, err)
		s.absent(t, m.Stage.String())
		return
	}
	r.expect(m.Want, err, m.Doc)
	if m.Want == accepted {
		r.isPerson(l, &who)
	} else {
		r.silence(m)
	}
	assert.Zero(t, r.elsewhere(), "the client went where a message told it to go")
	if rd != nil && mitid.KindOf(err) != mitid.StateInvalid && len(cb.Body) <= mitid.MaxCallbackBody { // a longer one names no login
		r.usedUp(rd, cb)
	}
	if bystander != nil && m.Delivery != mitidtest.DeliverLate {
		r.fake.Untamper()
		other := mitidtest.Paiman()
		l, err := r.client.Complete(t.Context(), bystander.State, r.walk(bystander, mitidtest.Approve(other)))
		require.NoError(t, err, "another login suffers")
		r.isPerson(l, &other)
	}
}

// neverMet reports whether a login did not ask for what a tampering spoils, or had
// the broker refuse to carry the request, or read another source of the facts.
func (r *rig) neverMet(m mitidtest.Tampering, err error) bool {
	bypassed := r.traits().Bypassed
	switch {
	case r.unsupportedAt(m, err):
		return true
	case bypassed != nil && bypassed(m.Stage):
		require.NoError(r, err)
		return true
	}
	return false
}

// unsupportedAt reports whether the adapter cannot carry the request of a tampering.
func (r *rig) unsupportedAt(m mitidtest.Tampering, err error) bool {
	return m.Request.TransactionText.Body != "" && mitid.KindOf(err) == mitid.Unsupported
}

// spoilt walks a login that a tampering waits for.
func (r *rig) spoilt(m mitidtest.Tampering, who mitidtest.Citizen) (*mitid.Redirect, mitid.Callback, *mitid.Login, error) {
	ctx := r.Context()
	rd, err := r.client.Begin(ctx, m.Request)
	if err != nil {
		return nil, mitid.Callback{}, nil, err
	}
	cb := r.walk(rd, mitidtest.Approve(who))
	l, err := mitidtest.Complete(ctx, r.client, r.fake, rd, cb, m.Request)
	return rd, cb, l, err
}

// beginning are the stages before the browser comes back, and beforeUserinfo those
// before userinfo may be asked.
var (
	beginning      = []mitidtest.Stage{mitidtest.StageTLS, mitidtest.StageDiscovery, mitidtest.StagePAR}
	beforeUserinfo = append(slices.Clone(answering), beginning...)
)

// silence asserts that a login refused at a stage makes no call of a later stage.
func (r *rig) silence(m mitidtest.Tampering) {
	r.Helper()
	at := r.fake.Endpoints()
	later := []string{at.Userinfo} // which may be asked for a claim that is missing
	if slices.Contains(append(beginning, mitidtest.StageCallback), m.Stage) {
		later = append(later, at.Token)
	}
	if m.Stage == mitidtest.StageTLS || m.Stage == mitidtest.StageDiscovery {
		later = append(later, at.PAR, at.Authorize)
	}
	if !slices.Contains(beforeUserinfo, m.Stage) || m.Delivery == mitidtest.DeliverTwice || m.Want == mitid.ClaimMissing {
		later = nil
	}
	for _, path := range later {
		if path == "" {
			continue
		}
		assert.Zero(r, r.fake.Count(path), "a refused login calls %s", path)
	}
	assert.LessOrEqual(r, r.countAt(r.fake.Endpoints().Token), 1, "a code is sent once")
	assert.LessOrEqual(r, r.countAt(r.fake.Endpoints().Keys), 2, "keys are fetched once, and once more for an unknown key id")
}

// elsewhere counts the requests that only a tampered answer could cause.
func (r *rig) elsewhere() int {
	n := 0
	for _, q := range r.fake.Requests() {
		if _, elsewhere := mitidtest.CutElsewhere(q.Path); elsewhere {
			n++
		}
	}
	return n
}

// usedUp asserts that the same answer is refused the second time, without a call.
func (r *rig) usedUp(rd *mitid.Redirect, cb mitid.Callback) {
	r.Helper()
	before := r.fake.Count("")
	l, err := r.client.Complete(r.Context(), rd.State, cb)
	r.checkResult(l, err)
	want := mitid.StateInvalid
	if r.broker.Callback().HoldsStatement {
		want = mitid.Replay
	}
	r.expect(want, err, "an answered login is answered again")
	assert.Equal(r, before, r.fake.Count(""), "a used login causes a call")
}
