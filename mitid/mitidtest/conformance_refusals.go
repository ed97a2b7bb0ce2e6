package mitidtest

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// outcomes are logins that the person or the broker ends.
func (s *suite) outcomes(t *testing.T) {
	m := s.rig(t, Config{}).fake.wire.manners()
	for _, o := range append(m.Outcomes,
		Ending{"the person cancels", Abort(), mitid.UserCancelled},
		Ending{"an error that nobody knows", Fail("fake_error_of_tomorrow", "rødgrød med fløde"), mitid.BrokerDeclined},
		Ending{"somebody types another CPR number", Approve(Ditlev()).Typing(Paiman().CPR), m.WrongCPR},
	) {
		t.Run(o.Title, func(t *testing.T) {
			r := s.rig(t, Config{})
			_, err := r.login(mitid.Request{CPR: mitid.CPRRequired}, o.As)
			r.expect(o.Want, err, o.Title)
			assert.Zero(t, r.fake.Count(r.fake.Endpoints().Token), "a refused login makes no further call")
		})
	}
}

// tamperings sends every tampering of the catalogue.
func (s *suite) tamperings(t *testing.T) {
	var slow sync.WaitGroup // all wait at the same time, before the others compete with them
	catalogue := slices.DeleteFunc(TamperingsOf(s.dialect), func(m Tampering) bool {
		return m.Stage == StageMatch || m.Stage == StageLogout || m.Request.Age != 0 // see abilities and age
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

func (s *suite) tampering(t *testing.T, m Tampering) {
	r := s.rig(t, Config{TLS: m.TLS}, func(b *Broker) {
		if m.Slow {
			b.listener.client.Timeout = patience
		}
	})
	var bystander *mitid.Redirect
	if m.Warm {
		r.must(mitid.Request{})
	}
	if m.Stage >= StageCallback && m.Stage != StageKeys && m.settings == nil && m.spoil.jwks == nil {
		bystander = r.begin(t.Context(), mitid.Request{}) // begun before, finished after
	}
	r.fake.apply(m)
	r.fake.ResetRequests()

	who := Ditlev()
	if m.Request.Capacity == claims.CapacityProfessional {
		who = CompanyEmployee()
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
	if m.Stage == StageUserinfo && r.fake.Count(r.fake.Endpoints().Userinfo) == 0 || m.Stage == StagePAR && r.fake.Count(r.fake.Endpoints().PAR) == 0 {
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
	if rd != nil && mitid.KindOf(err) != mitid.StateInvalid {
		r.usedUp(rd, cb)
	}
	if bystander != nil && m.spoil.journey != late {
		r.fake.Untamper()
		other := Paiman()
		l, err := r.client.Complete(t.Context(), bystander.State, r.walk(bystander, Approve(other)))
		require.NoError(t, err, "another login suffers")
		r.isPerson(l, &other)
	}
}

// neverMet reports whether a login did not ask for what a tampering spoils, or had
// the broker refuse to carry the request, or read another source of the facts.
func (r *rig) neverMet(m Tampering, err error) bool {
	r.fake.mu.Lock()
	waiting := m.Stage == StageUserinfoToken && r.fake.spoil.facts != nil ||
		m.Stage == StageTransactionToken && r.fake.spoil.approval != nil || m.Stage == StageOCSP && r.fake.spoil.ocsp != nil
	r.fake.mu.Unlock()
	switch {
	case r.unsupportedAt(m, err):
		return true
	case waiting, m.Stage == StageUserinfoToken && r.fake.Count(r.fake.Endpoints().Userinfo) > 0:
		require.NoError(r, err)
		return true
	}
	return false
}

// unsupportedAt: the tampering's request is one that the adapter cannot carry.
func (r *rig) unsupportedAt(m Tampering, err error) bool {
	return m.Request.TransactionText.Body != "" && mitid.KindOf(err) == mitid.Unsupported
}

// spoilt walks a login that a tampering waits for.
func (r *rig) spoilt(m Tampering, who Citizen) (*mitid.Redirect, mitid.Callback, *mitid.Login, error) {
	ctx := r.Context()
	rd, err := r.client.Begin(ctx, m.Request)
	if err != nil {
		return nil, mitid.Callback{}, nil, err
	}
	cb := r.walk(rd, Approve(who))
	l, err := Complete(ctx, r.client, r.fake, rd, cb, m.Request)
	return rd, cb, l, err
}

// silence: what was refused at a stage makes none of the calls of later stages.
func (r *rig) silence(m Tampering) {
	r.Helper()
	at := r.fake.Endpoints()
	later := []string{at.Userinfo} // which may be asked for a claim that is missing
	if m.Stage <= StageCallback {
		later = append(later, at.Token)
	}
	if m.Stage <= StageDiscovery {
		later = append(later, at.PAR, at.Authorize)
	}
	if m.Stage >= StageUserinfo || m.spoil.journey == twice || m.Want == mitid.ClaimMissing {
		later = nil
	}
	for _, path := range later {
		if path == "" {
			continue
		}
		assert.Zero(r, r.fake.Count(path), "a refused login calls %s", path)
	}
	assert.LessOrEqual(r, r.fake.Count(r.fake.Endpoints().Token), 1, "a code is sent once")
	assert.LessOrEqual(r, r.fake.Count(r.fake.Endpoints().Keys), 2, "keys are fetched once, and once more for an unknown key id")
}

// elsewhere counts the requests that only a tampered answer could cause.
func (r *rig) elsewhere() int {
	n := 0
	for _, q := range r.fake.Requests() {
		if len(q.Path) >= len(pathElsewhere) && q.Path[:len(pathElsewhere)] == pathElsewhere {
			n++
		}
	}
	return n
}

// usedUp: the same answer again is refused, without a call.
func (r *rig) usedUp(rd *mitid.Redirect, cb mitid.Callback) {
	r.Helper()
	before := r.fake.Count("")
	l, err := r.client.Complete(r.Context(), rd.State, cb)
	r.checkResult(l, err)
	r.expect(mitid.StateInvalid, err, "an answered login is answered again")
	assert.Equal(r, before, r.fake.Count(""), "a used login causes a call")
}
