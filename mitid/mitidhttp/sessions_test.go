package mitidhttp_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// shelf is a store in memory, with outages.
type shelf struct {
	mu    sync.Mutex
	rows  map[string]mitidhttp.StoredSession
	down  map[string]bool // by method
	calls int
}

func newShelf() *shelf {
	return &shelf{rows: map[string]mitidhttp.StoredSession{}, down: map[string]bool{}}
}

func (s *shelf) answers(method string) error {
	s.calls++
	if s.down[method] || s.down["all"] {
		return errors.New("the table is on fire, says " + soren().Name.Full)
	}
	return nil
}

func (s *shelf) Save(_ context.Context, row mitidhttp.StoredSession) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.answers("Save"); err != nil {
		return err
	}
	s.rows[row.ID] = row
	return nil
}

func (s *shelf) Load(_ context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.answers("Load"); err != nil {
		return nil, err
	}
	return s.rows[id].Data, nil
}

func (s *shelf) Delete(ctx context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.answers("Delete"); err != nil {
		return err
	}
	maps.DeleteFunc(s.rows, func(_ string, r mitidhttp.StoredSession) bool {
		return key == r.ID || key == r.Person || key == r.BrokerSession
	})
	return nil
}

func (s *shelf) breaks(method string, down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down[method] = down
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rows)
}

func (s *shelf) all() []mitidhttp.StoredSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.rows))
}

func newStoredSite(t *testing.T, change func(*site)) (*site, *shelf) {
	t.Helper()
	kept := newShelf()
	return newSite(t, true, func(s *site) {
		s.cfg.Sessions = kept
		if change != nil {
			change(s)
		}
	}), kept
}

func TestBrowserHoldsAHandleAndTheTableShowsNobody(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b := s.browser()
	b.answer(b.get("/more"))
	require.Equal(t, "{søren} substantial with CPR", b.get("/").body)
	handle := b.session()
	require.Len(t, handle, 43, "256 bits in base64url")
	rows := kept.all()
	require.Len(t, rows, 1)
	table := rows[0].ID + " " + rows[0].Person + " " + rows[0].BrokerSession + " " + string(rows[0].Data)
	for _, secret := range []string{handle, soren().CPR.Reveal(), "søren", soren().UUID.String(), "Ågård"} {
		require.NotContains(t, table, secret)
	}
	// Who reads the table cannot use what stands in it.
	for _, stolen := range []string{rows[0].ID, rows[0].Person, string(rows[0].Data)} {
		thief := s.browser()
		thief.put(s.cookie(), stolen)
		require.Equal(t, "nobody", thief.get("/").body)
	}
}

func TestEachLoginAndStepUpHasANewHandle(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b, fixed := s.browser(), s.browser()
	seen := map[string]bool{}
	for _, step := range []string{"/login", "/login", "/more", "/high"} {
		before := b.session()
		fixed.put(s.cookie(), before)
		b.answer(b.get(step))
		require.NotEmpty(t, b.session())
		require.False(t, seen[b.session()], step)
		seen[b.session()] = true
		require.Equal(t, 1, kept.count(), "the old session is over")
		require.Equal(t, "nobody", fixed.get("/").body, "a copy of the old handle")
	}
	require.Equal(t, "{søren} high with CPR", b.get("/").body)
}

func TestLogoutEndsEveryCopyOfTheSession(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b, copied := s.browser(), s.browser()
	b.logIn()
	copied.put(s.cookie(), b.session())
	require.Equal(t, "{søren} substantial", copied.get("/").body)
	b.do(http.MethodPost, "/logout", "")
	require.Zero(t, kept.count())
	require.Equal(t, "nobody", copied.get("/").body)
}

func TestStoredSessionEndsWithItsLifetimeThoughTheStoreKeepsIt(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b := s.browser()
	b.logIn()
	require.Equal(t, start.Add(time.Hour), kept.all()[0].Expires.UTC())
	s.advance(time.Hour)
	require.Equal(t, 1, kept.count())
	require.Equal(t, "nobody", b.get("/").body)
}

func TestIdentityThatFitsNoCookieFitsAStore(t *testing.T) {
	large := soren()
	large.Address = &claims.Address{Lines: []string{strings.Repeat("Ærø ", 4000)}}
	s, _ := newStoredSite(t, func(s *site) { s.logsIn(large) })
	b := s.browser()
	b.logIn()
	require.Equal(t, "{søren} substantial", b.get("/in/").body)
	require.Less(t, len(b.session()), 100)
}

func TestOperatorEndsAllSessionsOfAPerson(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	phone, desk, hers := s.browser(), s.browser(), s.browser()
	phone.logIn()
	s.cfg.Keys = [][]byte{key2, key1} // the keys were rotated between the two
	s.replica()
	desk.logIn()
	s.logsIn(asta())
	hers.logIn()
	require.Equal(t, 3, kept.count())
	require.NoError(t, s.gate.EndSessions(t.Context(), "{søren}"))
	require.Equal(t, "nobody", phone.get("/").body)
	require.Equal(t, "nobody", desk.get("/").body)
	require.Equal(t, "{åsta} substantial", hers.get("/").body)

	require.ErrorIs(t, s.gate.EndSessions(t.Context(), ""), mitid.ErrInputInvalid)
	kept.breaks("Delete", true)
	require.ErrorIs(t, s.gate.EndSessions(t.Context(), "{åsta}"), mitid.ErrBrokerUnavailable)
	inCookies := newSite(t, true, nil)
	require.ErrorIs(t, inCookies.gate.EndSessions(t.Context(), "{søren}"), mitid.ErrUnsupported)
}

// teller is a broker whose logout messages name a person alone.
type teller struct{ *stub }

func (teller) ReceiveLogout(context.Context, mitid.Callback) (*mitid.Logout, error) {
	return &mitid.Logout{Subject: "{søren}"}, nil
}

func TestLogoutMessageAboutAPersonOutlivesARestart(t *testing.T) {
	s, kept := newStoredSite(t, func(s *site) { s.client.Broker = teller{s.stub} })
	b, hers := s.browser(), s.browser()
	b.logIn()
	s.logsIn(asta())
	hers.logIn()
	r := httptest.NewRequest(http.MethodPost, "/broker-logout", strings.NewReader("logout_token=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.gate.ReceiveLogout().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, 1, kept.count())
	s.replica()
	require.Equal(t, "nobody", b.get("/").body)
	require.Equal(t, "{åsta} substantial", hers.get("/").body)
}

// Nobody gets in, nobody is led to the broker, nobody loses a session.
func TestStoreOfSessionsDown(t *testing.T) {
	var log bytes.Buffer
	s, kept := newStoredSite(t, func(s *site) { s.cfg.Logger = jsonLog(&log) })
	b := s.browser()
	b.logIn()
	begun := b.get("/more")
	before, started := b.session(), len(s.begun)
	kept.breaks("all", true)
	for _, path := range []string{"/in/", "/high", "/more"} {
		p := b.get(path)
		require.Equal(t, http.StatusServiceUnavailable, p.StatusCode, path)
	}
	require.Equal(t, "nobody", b.get("/").body, "a page for everybody")
	require.Equal(t, http.StatusServiceUnavailable, b.answer(begun).StatusCode)
	require.Equal(t, before, b.session())
	require.Len(t, s.begun, started, "nobody was led to the broker")
	newcomer := s.browser()
	require.Equal(t, http.StatusServiceUnavailable, newcomer.answer(newcomer.get("/login")).StatusCode)
	require.Empty(t, newcomer.session())

	kept.breaks("all", false)
	require.Equal(t, "{søren} substantial", b.get("/in/").body)
	require.Contains(t, log.String(), "Config.Sessions does not answer")
	require.NotContains(t, log.String(), "Ågård")
}

// The old session must not outlive the new one unnoticed.
func TestLoginThatCannotEndTheOldSessionIsRefused(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b := s.browser()
	b.logIn()
	before := b.session()
	kept.breaks("Delete", true)
	require.Equal(t, http.StatusServiceUnavailable, b.answer(b.get("/more")).StatusCode)
	require.Equal(t, before, b.session())
	require.Equal(t, "{søren} substantial", b.get("/").body)
}

// Somebody who leaves a shared computer is out, whatever the store does.
func TestLogoutWhileTheStoreIsDownForgetsTheBrowserAndSaysSo(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b := s.browser()
	b.logIn()
	kept.breaks("Delete", true)
	require.Equal(t, http.StatusServiceUnavailable, b.do(http.MethodPost, "/logout", "").StatusCode)
	require.Empty(t, b.session())
	kept.breaks("Delete", false)
	require.Equal(t, "nobody", b.get("/").body)
}

func TestWhatIsNoHandleIsNotLookedUp(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	for _, bad := range []string{"x", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("!", 43), strings.Repeat("A", 42) + "B"} {
		b := s.browser()
		b.put(s.cookie(), bad)
		require.Equal(t, "nobody", b.get("/").body)
	}
	require.Zero(t, kept.calls)
}

// A row that somebody moved, or copied under another name, is nobody's session.
func TestRowsThatWereExchangedAreNobody(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	b, hers := s.browser(), s.browser()
	b.logIn()
	s.logsIn(asta())
	hers.logIn()
	rows := kept.all()
	rows[0].Data, rows[1].Data = rows[1].Data, rows[0].Data
	for _, r := range rows {
		require.NoError(t, kept.Save(t.Context(), r))
	}
	require.Equal(t, "nobody", b.get("/").body)
	require.Equal(t, "nobody", hers.get("/").body)
}

func TestStoredSessionPrintsMasked(t *testing.T) {
	s, kept := newStoredSite(t, nil)
	s.browser().logIn()
	row := kept.all()[0]
	_, err := row.MarshalJSON()
	require.Error(t, err)
	require.Equal(t, "[private]", row.LogValue().String())
}
