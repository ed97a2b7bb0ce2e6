package brokersuite

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// record returns what the fake tells of the latest login, and asserts what holds for every
// record.
func (r *rig) record() mitidtest.LoginRecord {
	r.Helper()
	all := r.fake.Logins()
	require.NotEmpty(r, all, "the dialect does not call Follow")
	l := all[len(all)-1]
	assert.Len(r, l.ID, 32)
	assert.NotEmpty(r, l.Steps)
	assert.Equal(r, l.State == mitidtest.LoginWaiting, l.Ended.IsZero(), "Ended is zero while the login waits")
	said := l.Who + "\n" + l.Why
	for _, step := range l.Steps {
		assert.False(r, step.At.Before(l.Begun))
		said += "\n" + step.Text
	}
	secrets := []string{r.fake.ClientSecret().Reveal(), "eyJ", "code=", "SAMLart="}
	for _, c := range r.fake.Citizens() {
		if !c.CPR.IsZero() {
			secrets = append(secrets, c.CPR.Reveal(), c.CPR.Reveal()[:6]+"-"+c.CPR.Reveal()[6:])
		}
	}
	for _, q := range r.fake.Requests() {
		for _, name := range []string{"state", "nonce", "code", "code_verifier", "client_assertion", "RelayState", "TARGET"} {
			secrets = append(secrets, q.Param(name))
		}
		_, token, _ := strings.Cut(q.Header.Get("Authorization"), " ")
		secrets = append(secrets, token)
	}
	for _, secret := range secrets {
		if secret != "" {
			assert.NotContains(r, said, secret, "a record repeats what it must not")
		}
	}
	return l
}

// records are what the fake tells of logins.
func (s *suite) records(t *testing.T) {
	t.Run("completed", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		before := r.fake.Changes()
		r.must(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(mitidtest.Paiman()))
		l := r.record()
		assert.Equal(t, mitidtest.LoginCompleted, l.State, "%+v", l)
		assert.Equal(t, "Paiman Petersen", l.Who)
		assert.Empty(t, l.Why)
		assert.Greater(t, r.fake.Changes(), before)
		assert.Len(t, r.fake.Logins(), 1)
	})
	t.Run("approved", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if r.fake.Endpoints().Token == "" {
			return // the answer holds the assertion
		}
		rd := r.begin(t.Context(), mitid.Request{})
		cb := r.walk(rd)
		assert.Equal(t, mitidtest.LoginApproved, r.record().State)
		_, err := r.client.Complete(t.Context(), rd.State, cb)
		require.NoError(t, err)
		assert.Equal(t, mitidtest.LoginCompleted, r.record().State)
		assert.Len(t, r.fake.Logins(), 1)
	})
	t.Run("aborted", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		r.fake.Next(mitidtest.Abort())
		assert.Equal(t, []mitidtest.Outcome{mitidtest.Abort()}, r.fake.Queue())
		_, err := r.login(mitid.Request{})
		r.expect(mitid.UserCancelled, err, "the person cancels")
		l := r.record()
		assert.Equal(t, mitidtest.LoginAborted, l.State)
		assert.Equal(t, "Next said Abort", l.Why)
		assert.Empty(t, r.fake.Queue())
	})
	t.Run("failures", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		assert.NotEmpty(t, r.fake.Failures(), "the dialect's Profile has no Failures")
		for _, f := range r.fake.Failures() {
			r.fake.Next(f.Outcome())
			_, err := r.login(mitid.Request{})
			require.Error(t, err, f.Code)
			l := r.record()
			assert.Equal(t, mitidtest.LoginFailed, l.State)
			assert.Contains(t, l.Why, f.Code)
			assert.Contains(t, l.Why, f.Description)
			assert.True(t, f.Words.DA != "" && f.Words.EN != "" && f.Words.DA != f.Words.EN, "%s has no words", f.Code)
		}
	})
	t.Run("somebody types another CPR number", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		_, err := r.login(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(mitidtest.Ditlev()).Typing(mitidtest.Paiman().CPR))
		if err == nil || r.record().State == mitidtest.LoginCompleted {
			return // this broker asks nobody for a number
		}
		l := r.record()
		assert.Equal(t, mitidtest.LoginFailed, l.State)
		assert.Contains(t, l.Why, "the broker ended the login")
	})
	t.Run("refused", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		res, err := r.fake.HTTPClient().Get(r.fake.Origin() + r.fake.Endpoints().Authorize + "?client_id=nobody")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		l := r.record()
		assert.Equal(t, mitidtest.LoginRefused, l.State)
		assert.NotEmpty(t, l.Why)
	})
	t.Run("a pushed request is refused", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if r.fake.Endpoints().PAR == "" {
			return
		}
		r.fake.SetClient(r.fake.ClientID(), mitid.NewSecret("another"))
		_, err := r.client.Begin(t.Context(), mitid.Request{})
		if err == nil {
			return // this adapter pushes nothing
		}
		l := r.record()
		assert.Equal(t, mitidtest.LoginRefused, l.State)
		assert.Contains(t, l.Why, "invalid_client")
	})
	t.Run("with a wrong secret", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		rd := r.begin(t.Context(), mitid.Request{})
		cb := r.walk(rd)
		secret := r.fake.ClientSecret()
		r.fake.SetClient(r.fake.ClientID(), mitid.NewSecret("another"))
		_, err := r.client.Complete(t.Context(), rd.State, cb)
		if err == nil {
			return // nothing is fetched
		}
		r.fake.SetClient(r.fake.ClientID(), secret)
		l := r.record()
		assert.Equal(t, mitidtest.LoginFailed, l.State)
		assert.NotEmpty(t, l.Why)
	})
	t.Run("by a session", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if remember := r.traits().RememberLogins; remember != nil {
			remember()
		}
		browser := r.fake.NewBrowser()
		for range 2 {
			rd := r.begin(t.Context(), mitid.Request{})
			cb, err := browser.Walk(t.Context(), rd, mitidtest.Approve(mitidtest.Paiman()))
			require.NoError(t, err)
			_, err = r.client.Complete(t.Context(), rd.State, cb)
			require.NoError(t, err)
			l := r.record()
			assert.Equal(t, mitidtest.LoginCompleted, l.State)
			assert.Equal(t, "Paiman Petersen", l.Who, "also where a session answers")
		}
		assert.Len(t, r.fake.Logins(), 2)
	})
	t.Run("redeemed twice", s.redeemedTwice)
	t.Run("spoilt", s.spoiltRecord)
}

// redeemedTwice repeats the app's token request.
func (s *suite) redeemedTwice(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	token := r.fake.Endpoints().Token
	if token == "" || !r.discovers() {
		return // only OpenID Connect names the code in a form
	}
	r.must(mitid.Request{})
	all := r.fake.Requests()
	i := slices.IndexFunc(all, func(q mitidtest.Request) bool { return mitidtest.NormalizePath(q.Path) == token })
	require.GreaterOrEqual(t, i, 0)
	form := all[i].Form
	for _, secret := range []string{"wrong-" + r.fake.ClientSecret().Reveal(), r.fake.ClientSecret().Reveal()} {
		form.Set("client_id", r.fake.ClientID())
		form.Set("client_secret", secret)
		res, err := r.fake.HTTPClient().PostForm(r.fake.Origin()+token, form)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.GreaterOrEqual(t, res.StatusCode, http.StatusBadRequest)
		l := r.record()
		assert.Equal(t, mitidtest.LoginCompleted, l.State, "the login itself was completed")
		assert.Contains(t, l.Why, "a second time")
		assert.Len(t, r.fake.Logins(), 1)
	}
}

// spoiltRecord lets tamperings of each stage spoil a login, and asserts that the record says
// which one did.
func (s *suite) spoiltRecord(t *testing.T) {
	seen := map[mitidtest.Stage]bool{}
	for _, m := range s.tamperingsOf(t) {
		early := slices.Contains([]mitidtest.Stage{mitidtest.StageTLS, mitidtest.StageDiscovery, mitidtest.StagePAR, mitidtest.StageKeys, mitidtest.StageLogout, mitidtest.StageMatch}, m.Stage)
		if early || seen[m.Stage] || m.Slow || m.Want == accepted || m.Request != (mitid.Request{}) || m.Switch != nil || !m.Spoils(m.Stage) {
			continue
		}
		r := s.rig(t, mitidtest.Config{})
		r.tamper(m)
		assert.Equal(t, m.Name, r.fake.Waiting())
		_, err := r.login(mitid.Request{Level: claims.Substantial})
		if r.fake.Waiting() != "" || err == nil {
			continue // this login does not come by there, or the adapter does not read it in this way of its
		}
		assert.Contains(t, r.record().Why, "the tampering "+m.Name+" spoilt", "%+v", r.record())
		seen[m.Stage] = true
	}
	assert.NotEmpty(t, seen)
}

// rules are what every login of a person ends in.
func (s *suite) rules(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	paiman, ditlev := mitidtest.Paiman(), mitidtest.Ditlev()
	require.NoError(t, r.fake.Always(paiman, mitidtest.Fail("fake_error_of_tomorrow")))
	require.NoError(t, r.fake.Always(paiman, mitidtest.Abort()), "replaces the first")
	assert.Equal(t, []mitidtest.Rule{{Citizen: paiman, Outcome: mitidtest.Abort()}}, r.fake.Rules())
	for range 2 {
		_, err := r.login(mitid.Request{}, mitidtest.Approve(paiman))
		r.expect(mitid.UserCancelled, err, "a rule for Paiman")
		l := r.record()
		assert.Equal(t, "a rule for Paiman Petersen: Abort", l.Why)
		assert.Equal(t, "Paiman Petersen", l.Who)
		r.fake.Next(mitidtest.Approve(paiman))
		_, err = r.login(mitid.Request{})
		r.expect(mitid.UserCancelled, err, "a rule for Paiman, by Next")
	}
	r.must(mitid.Request{}, mitidtest.Approve(ditlev))
	_, err := r.login(mitid.Request{}, mitidtest.Fail("fake_error_of_tomorrow"))
	r.expect(mitid.BrokerDeclined, err, "nobody was picked, so no rule applies")
	r.fake.Forget(paiman)
	r.fake.Forget(ditlev) // has none
	assert.Empty(t, r.fake.Rules())
	r.must(mitid.Request{}, mitidtest.Approve(paiman))

	employee := mitidtest.CompanyEmployee()
	require.NoError(t, r.fake.Always(employee, mitidtest.Approve(employee).For(employee.Companies[1].CVR)))
	l, err := r.login(mitid.Request{Capacity: claims.CapacityProfessional}, mitidtest.Approve(employee))
	if r.unsupported(err, "Capacity") {
		return
	}
	require.NoError(t, err)
	assert.Equal(t, employee.Companies[1].CVR, l.Identity.Organisation.CVR.String())

	stranger := mitidtest.Citizen{Name: "Nis Ærøbo"}
	require.ErrorContains(t, r.fake.Always(stranger, mitidtest.Abort()), "one of Citizens")
	require.ErrorContains(t, r.fake.Always(paiman, mitidtest.Approve(ditlev)), "somebody else")
	r.fake.Add(stranger)
	require.NoError(t, r.fake.Always(stranger, mitidtest.Abort()))
}
