package mitidhttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// while runs f at the moment when the broker is asked who answered.
func (s *site) while(f func()) {
	s.stub.mu.Lock()
	defer s.stub.mu.Unlock()
	was := s.person
	s.person = func(a *mitid.Attempt) (claims.Identity, error) {
		f()
		return was(a)
	}
}

// A session that is ended while its step-up is being answered stays over: the row of
// the step-up would otherwise be a session that nobody ended.
func TestStepUpDoesNotReviveASessionThatWasEndedMeanwhile(t *testing.T) {
	for name, end := range map[string]func(*site, *browser){
		"EndSessions":           func(s *site, _ *browser) { require.NoError(t, s.gate.EndSessions(context.Background(), "{søren}")) },
		"Logout in another tab": func(s *site, other *browser) { other.do(http.MethodPost, "/logout", "") },
	} {
		t.Run(name, func(t *testing.T) {
			s, kept := newStoredSite(t, nil)
			b := s.browser()
			b.logIn()
			begun := b.get("/high")
			other := s.browserWith([]*http.Cookie{{Name: s.cookie(), Value: b.session()}})
			s.while(func() { end(s, other) })
			p := b.answer(begun)
			require.Equal(t, http.StatusBadRequest, p.StatusCode, p.body)
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
			require.Zero(t, kept.count())
			require.Equal(t, "nobody", b.get("/").body)
		})
	}
}

// A form post of the broker brings no Lax cookie, so the pending step-up itself says
// which row it came from.
func TestStepUpThatIsPostedBackEndsTheRowThatItCameFrom(t *testing.T) {
	post := func(s *site) { s.method = http.MethodPost }
	lax := func(s *site, b *browser, begun page) *browser {
		name := s.cookie() + "." + begun.handle()
		return s.browserWith([]*http.Cookie{{Name: name, Value: b.cookies()[name]}})
	}
	t.Run("the session lives", func(t *testing.T) {
		s, kept := newStoredSite(t, post)
		b := s.browser()
		b.logIn()
		begun := b.get("/high?x=1")
		u := lax(s, b, begun)
		done := u.answer(begun)
		require.Equal(t, http.StatusSeeOther, done.StatusCode, done.body)
		require.Equal(t, "/high?x=1", done.to())
		require.Equal(t, "{søren} high", u.get("/high").body)
		require.Equal(t, 1, kept.count(), "the old row is still there")
		require.Equal(t, "nobody", b.get("/").body, "a copy of the old handle")
	})
	t.Run("the session was ended meanwhile", func(t *testing.T) {
		s, kept := newStoredSite(t, post)
		b := s.browser()
		b.logIn()
		begun := b.get("/high")
		u := lax(s, b, begun)
		require.NoError(t, s.gate.EndSessions(context.Background(), "{søren}"))
		done := u.answer(begun)
		require.Equal(t, http.StatusBadRequest, done.StatusCode, done.body)
		require.Zero(t, kept.count())
		require.Equal(t, "nobody", u.get("/").body)
	})
	t.Run("the store does not answer", func(t *testing.T) {
		s, kept := newStoredSite(t, post)
		b := s.browser()
		b.logIn()
		begun := b.get("/high")
		u := lax(s, b, begun)
		kept.breaks("Load", true)
		require.Equal(t, http.StatusServiceUnavailable, u.answer(begun).StatusCode)
		require.Empty(t, u.session())
		kept.breaks("Load", false)
		require.Equal(t, 1, kept.count())
		require.Equal(t, "{søren} substantial", b.get("/").body)
	})
}

func TestLoginThatIsPostedBackEndsTheRowOfTheSessionBefore(t *testing.T) {
	s, kept := newStoredSite(t, func(s *site) { s.method = http.MethodPost })
	b := s.browser()
	b.logIn()
	copied := s.browserWith([]*http.Cookie{{Name: s.cookie(), Value: b.session()}})
	begun := b.get("/login?return=/brev/%C3%A6")
	name := s.cookie() + "." + begun.handle()
	u := s.browserWith([]*http.Cookie{{Name: name, Value: b.cookies()[name]}})
	done := u.answer(begun)
	require.Equal(t, "/brev/%C3%A6", done.to())
	require.Equal(t, 1, kept.count(), "the row of the earlier session is still there")
	require.Equal(t, "nobody", copied.get("/").body)
}

// The browser repeats the callback, and a proxy tries again.
func TestTheSameAnswerManyTimesAtOnceBeginsOneSession(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b := s.browser()
	b.logIn()
	for _, path := range []string{"/login", "/high"} {
		begun := b.get(path)
		cookies := b.cookies()
		var all sync.WaitGroup
		var begins atomic.Int32
		for range 8 {
			all.Go(func() {
				r := httptest.NewRequest(http.MethodGet, "/callback?code=c&state="+begun.handle(), nil)
				for name, value := range cookies {
					r.AddCookie(&http.Cookie{Name: name, Value: value})
				}
				w := httptest.NewRecorder()
				s.handler.ServeHTTP(w, r)
				for _, c := range w.Result().Cookies() {
					if c.Name == s.cookie() && c.MaxAge > 0 {
						begins.Add(1)
						b.put(c.Name, c.Value)
					}
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, begins.Load(), path)
		require.Equal(t, 1, kept.count(), path)
	}
	require.Equal(t, "{søren} high", b.get("/").body)
}
