package brokersuite

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// journeys are attacks that take more than one login.
func (s *suite) journeys(t *testing.T) {
	t.Run("a foreign answer leaves the login pending", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		mine, theirs := r.begin(t.Context(), mitid.Request{}), r.begin(t.Context(), mitid.Request{})
		cb := r.walk(mine)
		_, err := r.client.Complete(t.Context(), theirs.State, cb)
		r.expect(mitid.StateInvalid, err, "the answer came to another browser")
		_, err = r.client.Complete(t.Context(), "", cb)
		r.expect(mitid.StateInvalid, err, "the answer came to a browser that began nothing")
		assert.Zero(t, r.countAt(r.fake.Endpoints().Token))
		_, err = r.client.Complete(t.Context(), mine.State, cb)
		require.NoError(t, err)
		_, err = r.client.Complete(t.Context(), theirs.State, r.walk(theirs))
		require.NoError(t, err)
	})
	t.Run("two brokers are mixed up", func(t *testing.T) {
		honest, attacker := s.rig(t, mitidtest.Config{}), s.rig(t, mitidtest.Config{})
		rd := honest.begin(t.Context(), mitid.Request{})
		cb := honest.walk(rd)
		l, err := attacker.client.Complete(t.Context(), rd.State, cb)
		attacker.checkResult(l, err)
		honest.expect(mitid.IssuerMismatch, err, "an answer of one broker at the callback of another")
		assert.Zero(t, honest.countAt(honest.fake.Endpoints().Token)+attacker.countAt(attacker.fake.Endpoints().Token), "the code goes to neither")
	})
	t.Run("a thousand unknown key ids", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		verifier, ok := r.broker.(mitid.TokenVerifier)
		if !ok {
			s.absent(t, tokenVerifier)
			return
		}
		token := r.must(mitid.Request{}).Evidence.Tokens[0].Raw.Reveal()
		_, rest, _ := strings.Cut(token, ".")
		before := r.countAt(r.fake.Endpoints().Keys)
		for range 1000 {
			header := `{"typ":"JWT","alg":"RS256","kid":"` + strings.ToUpper(rand.Text()) + `"}`
			_, err := verifier.VerifyToken(t.Context(), base64.RawURLEncoding.EncodeToString([]byte(header))+"."+rest)
			require.Error(t, err)
		}
		assert.LessOrEqual(t, r.countAt(r.fake.Endpoints().Keys)-before, 1, "one useless fetch a cool-down")
		_, err := r.client.VerifyToken(t.Context(), token)
		require.NoError(t, err, "honest tokens suffer")
	})
	t.Run("tokens that are too large", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if _, ok := r.broker.(mitid.TokenVerifier); !ok {
			s.absent(t, tokenVerifier)
			return
		}
		r.must(mitid.Request{})
		before := r.fake.Count("")
		for title, raw := range map[string]string{"5 MB": strings.Repeat("A", 5<<20), "a million dots": strings.Repeat(".", 1_000_000), "empty": "", "two dots": ".."} {
			_, err := r.client.VerifyToken(t.Context(), raw)
			r.expect(mitid.TokenInvalid, err, title)
		}
		assert.Equal(t, before, r.fake.Count(""))
	})
}

// parallel makes many logins at once, each of another person.
func (s *suite) parallel(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	const logins = 64
	var wg sync.WaitGroup
	for i := range logins {
		wg.Go(func() {
			who := mitidtest.Citizen{Name: fmt.Sprintf("Bølge %d Ærø-Ålborg", i), UUID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), BirthDate: "1990-02-28"}
			l, err := mitidtest.Login(r, r.client, r.fake, mitid.Request{}, mitidtest.Approve(who))
			if assert.NoError(r, err) {
				r.isPerson(l, &who)
			}
		})
	}
	wg.Wait()
	r.calledAt(logins, r.fake.Endpoints().Token, "one token call for each")
	r.calledAt(1, r.fake.Endpoints().Discovery, "discovery is fetched once, however many wait")
	r.calledAt(1, r.fake.Endpoints().Keys, "keys are fetched once, however many wait")
}

// abilities are the optional interfaces of an adapter.
func (s *suite) abilities(t *testing.T) {
	t.Run(tokenVerifier, func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.Ditlev()
		l := r.must(mitid.Request{}, mitidtest.Approve(who))
		again, err := r.client.VerifyToken(t.Context(), l.Evidence.Tokens[0].Raw.Reveal())
		if mitid.KindOf(err) == mitid.Unsupported {
			s.absent(t, tokenVerifier)
			return
		}
		require.NoError(t, err)
		if m := r.traits(); m.BareIDToken {
			assert.Equal(t, m.Subject(&who, nil), again.Identity.Subject)
			assert.Equal(t, l.Level, again.Level)
			return
		}
		r.isPerson(again, &who)
	})
	t.Run(sessionEnder, func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		l := r.must(mitid.Request{})
		rd, err := r.client.EndSession(t.Context(), l, LogoutURL)
		if mitid.KindOf(err) == mitid.Unsupported {
			s.absent(t, sessionEnder)
			return
		}
		require.NoError(t, err)
		if r.traits().LogoutMessage != nil {
			r.answered(rd)
			return
		}
		if !r.traits().LogoutHint {
			assert.NotContains(t, rd.URL, "eyJ", "the browser carries a token")
		}
		cb := r.walk(rd)
		assert.Contains(t, cb.RawQuery, "state="+rd.Handle)
		assert.NotContains(t, cb.RawQuery, "eyJ", "the app's address carries a token")
	})
	t.Run("StepUp", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.Paiman()
		l := r.must(mitid.Request{}, mitidtest.Approve(who))
		if _, err := r.client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired}); r.unsupported(err, "UUID") {
			return
		}
		up := func(as mitidtest.Citizen) (*mitid.Login, error) {
			rd, err := r.client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
			require.NoError(t, err)
			return r.client.Complete(t.Context(), rd.State, r.walk(rd, mitidtest.Approve(as)))
		}
		raised, err := up(who)
		require.NoError(t, err)
		assert.Equal(t, who.CPR, raised.Identity.CPR)
		assert.Equal(t, l.Identity.Subject, raised.Identity.Subject)
		_, err = up(mitidtest.Ditlev())
		r.expect(mitid.TokenInvalid, err, "somebody else answers the step-up")
	})
	t.Run("StepUp keeps the level", s.stepUpLevels)
	t.Run("StepUp long after the login", s.lateStepUp)
	t.Run("TokenVerifier keeps the floor", s.tokenFloor)
	t.Run("the login of another broker", s.foreignLogin)
	t.Run("Checker", s.checks)
	t.Run(matchCPR, s.matching)
	t.Run(logoutMessage, s.logouts)
}
