package brokersuite

import (
	"encoding/base64"
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

// age tries proofs of age: an answer, and nothing about the person.
func (s *suite) age(t *testing.T) {
	probe := s.rig(t, mitidtest.Config{})
	if _, able := probe.broker.(mitid.AgeProver); !able {
		before := probe.fake.Count("")
		_, err := probe.client.Begin(t.Context(), ageRequest())
		require.True(t, probe.unsupported(err, "Request.Age"), "%v", err)
		assert.Equal(t, before, probe.fake.Count(""), "a refusal asks the broker nothing")
		return
	}
	t.Run("answers", s.ageAnswers)
	t.Run("nobody's login", s.ageIsNoLogin)
	t.Run("requests", s.ageRequests)
	t.Run("journeys", s.ageJourneys)
	t.Run("tamperings", s.ageTamperings)
}

func (s *suite) ageAnswers(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	r.client = r.newClient(claims.High) // the floor of logins does not hold here
	nobodyKnows := mitidtest.Citizen{Name: "Ursula Uden Fødselsdag"}
	for _, years := range []int{15, 16, 18, 21} {
		for _, c := range []struct {
			who  mitidtest.Citizen
			want mitid.AgeAnswer
		}{
			{mitidtest.Ditlev(), mitid.AgeReached},
			{mitidtest.Citizen{Name: "Gerda Med Adgangskode", BirthDate: "1950-05-17", Password: true}, mitid.AgeReached},
			{mitidtest.Citizen{BirthDate: "1979-03-31"}, mitid.AgeReached}, // a protected name
			{mitidtest.Protected(), mitid.AgeNotProven},                    // a birth date that lies ahead
			{mitidtest.WithoutCPR(), mitid.AgeReached},
			{mitidtest.Teenager(r.fake.Now()), map[bool]mitid.AgeAnswer{true: mitid.AgeReached, false: mitid.AgeNotReached}[years <= 17]},
			{nobodyKnows, mitid.AgeNotProven},
		} {
			l := r.must(mitid.Request{Age: years}, mitidtest.Approve(c.who))
			r.isAge(l, years, c.want)
			assert.Equal(t, c.want == mitid.AgeReached, l.Age.AtLeast(years))
			assert.False(t, l.Age.AtLeast(years+1), "an answer about another age")
		}
	}
	t.Run("on the birthday and the day before", func(t *testing.T) {
		today := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) // nobody of these is born on a leap day, and no day ends
		r := s.rig(t, mitidtest.Config{Now: func() time.Time { return today }})
		for days, want := range map[int]mitid.AgeAnswer{0: mitid.AgeReached, 1: mitid.AgeNotReached, -1: mitid.AgeReached} {
			who := mitidtest.Citizen{Name: "Fødselar", BirthDate: today.AddDate(-18, 0, days).Format(time.DateOnly)}
			r.isAge(r.must(ageRequest(), mitidtest.Approve(who)), 18, want)
		}
	})
}

// isAge asserts that l holds an answer and nothing about anybody.
func (r *rig) isAge(l *mitid.Login, years int, want mitid.AgeAnswer) {
	r.Helper()
	require.NotNil(r, l.Age)
	assert.Equal(r, years, l.Age.Asked)
	assert.Equal(r, want.String(), l.Age.Answer.String(), l.Age.Why)
	assert.Equal(r, want == mitid.AgeNotProven, l.Age.Why != "", "the reason is told where nothing is proven")
	assert.False(r, l.Age.At.IsZero())
	assert.Equal(r, r.broker.Callback().Name, l.Broker)
	assert.Equal(r, r.fake.Issuer(), l.Issuer)
	assert.False(r, l.Evidence.At.IsZero())
	r.isNobody(l)
}

func (r *rig) isNobody(l *mitid.Login) {
	r.Helper()
	assert.Equal(r, claims.Plain{}, claims.Plain(l.Identity), "a proof of age that names somebody")
	assert.Equal(r, claims.LevelUnknown, l.Level)
	assert.Nil(r, l.Claims)
	assert.Equal(r, mitid.Texts{}, l.Texts)
	assert.Empty(r, l.StepUp)
	ditlev := mitidtest.Ditlev()
	for _, token := range l.Evidence.Tokens {
		assert.Equal(r, "id_token", token.Use, "a token that could tell more")
		assert.NotEmpty(r, token.Key)
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token.Raw.Reveal(), ".")[1])
		require.NoError(r, err)
		text := string(raw)
		for _, private := range []string{"mitidtest.Ditlev", "2101270087", "1927-01-21", ditlev.UUID, r.traits().Subject(&ditlev, nil), strings.NewReplacer("{", "", "}", "", "-", "").Replace(r.traits().Subject(&ditlev, nil))} {
			assert.NotContains(r, text, private, "the evidence names the person")
		}
	}
}

func (s *suite) ageIsNoLogin(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	first := r.must(ageRequest(), mitidtest.Approve(mitidtest.Ditlev()))
	second := r.must(ageRequest(), mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, r.broker.Callback().ClientID, first.ClientID, "a proof of age says to which application it was given")
	require.Len(t, first.Evidence.Tokens, 1)
	require.Len(t, second.Evidence.Tokens, 1)
	assert.NotEqual(t, first.Evidence.Tokens[0].Raw.Reveal(), second.Evidence.Tokens[0].Raw.Reveal())
	ctx := t.Context()
	_, err := r.client.StepUp(ctx, first, mitid.Request{CPR: mitid.CPRRequired})
	r.expect(mitid.InputInvalid, err, "a step-up of a proof of age")
	if _, able := r.broker.(mitid.CPRMatcher); able {
		_, err = r.client.MatchCPR(ctx, first, mitidtest.Ditlev().CPR)
		r.expect(mitid.InputInvalid, err, "a CPR match of a proof of age")
	}
	if _, able := r.broker.(mitid.SessionEnder); able {
		_, err = r.client.EndSession(ctx, first, RedirectURL)
		r.expect(mitid.InputInvalid, err, "a logout of a proof of age")
	}
	if _, able := r.broker.(mitid.TokenVerifier); able {
		r.client = r.newClient(claims.Low)
		l, err := r.client.VerifyToken(ctx, first.Evidence.Tokens[0].Raw.Reveal())
		require.Error(t, err, "the token of a proof of age passes as a login")
		r.checkResult(l, err)
	}
	l := r.must(mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Nil(t, l.Age, "a login holds no proof of age")
	_, err = r.client.StepUp(ctx, l, ageRequest())
	r.expect(mitid.InputInvalid, err, "a proof of age as a step-up")
}

func (s *suite) ageRequests(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	uuid, _ := claims.ParseUUID(mitidtest.Ditlev().UUID)
	for field, q := range map[string]mitid.Request{
		"Age": {Age: 17}, "Age negative": {Age: -18}, "Age of a child": {Age: 1}, "Age large": {Age: 1 << 40},
		"Level": {Level: claims.Low}, "Capacity": {Capacity: claims.CapacityEither}, "CPR": {CPR: mitid.CPRIfPresent},
		"Address": {Address: true}, "Organisation": {Organisation: true}, "NemIDPID": {NemIDPID: true},
		"UUID": {UUID: uuid}, "CPRHint": {CPRHint: mitidtest.Ditlev().CPR}, "ReferenceText": {ReferenceText: "Øl"},
		"TransactionText": {TransactionText: mitid.Text{Body: "Øl"}}, "Action": {Action: mitid.Confirm},
		"Silent": {Silent: true}, "RevokeCPRConsent": {RevokeCPRConsent: true},
	} {
		if q.Age == 0 {
			q.Age = 18
		}
		_, err := r.client.Begin(t.Context(), q)
		r.expect(mitid.InputInvalid, err, field)
		assert.ErrorContains(t, err, "Request."+strings.Fields(field)[0])
	}
	assert.Zero(t, r.countAt(r.fake.Endpoints().PAR), "nothing of it left")
	r.must(mitid.Request{Age: 18, Locale: mitid.English}, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, "en", r.carried().Locale)
}

func (s *suite) ageJourneys(t *testing.T) {
	t.Run("somebody else's session proves nothing", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		r.rememberLogins()
		r.must(mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
		r.isAge(r.must(ageRequest(), mitidtest.Approve(mitidtest.Teenager(r.fake.Now()))), 18, mitid.AgeNotReached)
		assert.Equal(t, "login", r.carried().Prompt, "whoever holds the device is asked")
	})
	t.Run("the person cancels", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		_, err := r.login(ageRequest(), mitidtest.Abort())
		r.expect(mitid.UserCancelled, err, "cancel")
		assert.Zero(t, r.countAt(r.fake.Endpoints().Token))
	})
	t.Run("the answer to a login is none to an age", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		login, proof := r.begin(t.Context(), mitid.Request{}), r.begin(t.Context(), ageRequest())
		cb := r.walk(login, mitidtest.Approve(mitidtest.Ditlev()))
		l, err := r.client.Complete(t.Context(), proof.State, cb)
		r.checkResult(l, err)
		r.expect(mitid.StateInvalid, err, "another pending login's answer")
	})
	t.Run("once", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		rd := r.begin(t.Context(), ageRequest())
		cb := r.walk(rd, mitidtest.Approve(mitidtest.Ditlev()))
		l, err := r.client.Complete(t.Context(), rd.State, cb)
		require.NoError(t, err)
		r.isAge(l, 18, mitid.AgeReached)
		r.usedUp(rd, cb)
	})
	t.Run("too late", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		rd := r.begin(t.Context(), ageRequest())
		cb := r.walk(rd, mitidtest.Approve(mitidtest.Ditlev()))
		r.fake.Advance(time.Hour)
		l, err := r.client.Complete(t.Context(), rd.State, cb)
		r.checkResult(l, err)
		r.expect(mitid.StateInvalid, err, "an hour later")
	})
}

// answering are the stages of an answer, from the callback to the keys that verify it.
var answering = []mitidtest.Stage{mitidtest.StageCallback, mitidtest.StageToken, mitidtest.StageIDToken, mitidtest.StageKeys}

// ageTamperings asserts that a spoilt answer proves no age. The tamperings with logins
// spoil a proof of age too.
func (s *suite) ageTamperings(t *testing.T) {
	for _, m := range s.tamperingsOf(t) {
		switch {
		case m.Request.Age != 0:
		case m.Slow, m.Warm, m.TLS, m.Switch != nil, m.Delivery != mitidtest.DeliverAtOnce, !slices.Contains(answering, m.Stage):
			continue
		case m.Request.Level != claims.LevelUnknown, m.Request.CPR != mitid.CPRNo, m.Request.Fresh, m.Request.ReferenceText != "", m.Request.TransactionText != mitid.Text{}:
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			r := s.rig(t, mitidtest.Config{})
			r.tamper(m)
			l, err := r.login(ageRequest(), mitidtest.Approve(mitidtest.Ditlev()))
			r.expect(m.Want, err, m.Doc)
			if err != nil {
				return
			}
			if m.Request.Age == 0 {
				r.isAge(l, 18, mitid.AgeReached)
				return
			}
			r.isAge(l, 18, mitid.AgeNotProven)
			named := strings.HasPrefix(m.Name, "age-with-") || m.Name == "age-in-a-login"
			assert.Equal(t, named, len(l.Evidence.Tokens) == 0, "a token that names somebody is not kept, another is")
		})
	}
}

// ageRequest asks for a proof of age.
func ageRequest() mitid.Request { return mitid.Request{Age: 18} }

// rememberLogins makes the broker remember who logged in, where it does not always.
func (r *rig) rememberLogins() {
	if remember := r.traits().RememberLogins; remember != nil {
		remember()
	}
}
