package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (h *house) sessions() (n int) {
	h.t.Helper()
	require.NoError(h.t, h.store.db.QueryRowContext(h.t.Context(), `SELECT count(*) FROM session`).Scan(&n))
	return n
}

// cookies returns what the browser holds for the app, as text.
func (b *browser) cookies() string {
	u, err := url.Parse(b.h.url)
	require.NoError(b.h.t, err)
	var all []string
	for _, c := range b.client.Jar.Cookies(u) {
		all = append(all, c.Value)
	}
	return strings.Join(all, " ")
}

func TestSessionTableKeepsFindsAndEnds(t *testing.T) {
	h := newHouse(t)
	kept := sessionTable{h.store}
	save := func(id, person, at string, lasts time.Duration) {
		t.Helper()
		require.NoError(t, kept.Save(t.Context(), mitidhttp.StoredSession{ID: id, Person: person, BrokerSession: at, Expires: h.fake.Now().Add(lasts), Data: []byte("sealed " + id)}))
	}
	found := func(id string) string {
		t.Helper()
		data, err := kept.Load(t.Context(), id)
		require.NoError(t, err)
		return string(data)
	}
	save("a", "søren", "", time.Hour)
	save("b", "søren", "session 1", time.Hour)
	save("c", "åse", "", time.Hour)
	save("d", "åse", "session 2", time.Minute)
	require.Equal(t, "sealed a", found("a"))
	require.Empty(t, found("nobody"))
	require.NoError(t, kept.Delete(t.Context(), "nobody"))
	require.NoError(t, kept.Delete(t.Context(), ""))
	require.Equal(t, 4, h.sessions(), "an empty key is nobody's, though a and c have no session at the broker")

	require.NoError(t, kept.Delete(t.Context(), "session 2"))
	require.Empty(t, found("d"))
	require.NoError(t, kept.Delete(t.Context(), "søren"))
	require.Empty(t, found("a")+found("b"))
	require.NoError(t, kept.Delete(t.Context(), "c"))
	require.Zero(t, h.sessions())

	save("e", "bo", "", time.Minute)
	h.fake.Advance(time.Minute)
	save("f", "bo", "", time.Minute)
	require.Equal(t, 1, h.sessions(), "what has expired is cleared away")
	require.Error(t, kept.Save(t.Context(), mitidhttp.StoredSession{ID: "f"}), "an ID is new each time")
}

func TestSessionIsARowThatLogoutRemoves(t *testing.T) {
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, 1, h.sessions())
	require.Len(t, b.cookies(), 43, "a handle and nothing else")
	assert.Contains(t, b.get("/profile").body, "Ditlev Von Testesen")
	b.get("/confirm/cpr?return=/profile", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, 1, h.sessions(), "a step-up replaces the session")
	b.post("/logout", nil)
	require.Zero(t, h.sessions())
}

// The operator calls somebody's sessions back: on every replica, in every browser.
func TestOperatorEndsSomebodysSessions(t *testing.T) {
	h := newHouse(t)
	phone, desk, hers := h.browser("da"), h.browser("da"), h.browser("da")
	phone.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	desk.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	hers.get("/login", mitidtest.Approve(mitidtest.Paiman()))
	var subject string
	const query = `SELECT subject FROM account JOIN property ON account_id = account.id WHERE name = 'fname' AND value LIKE 'Ditlev%'`
	require.NoError(t, h.store.db.QueryRowContext(t.Context(), query).Scan(&subject))
	require.NoError(t, h.app.gate.EndSessions(t.Context(), subject))
	require.Equal(t, 1, h.sessions())
	for _, b := range []*browser{phone, desk} {
		require.Equal(t, http.StatusUnauthorized, b.post(everydayPath, url.Values{}).status)
	}
	require.Contains(t, hers.get("/profile").body, "Paiman Petersen")
}

// Another program with the same file and the same key goes on with the sessions.
func TestSessionOutlivesTheProgram(t *testing.T) {
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	again, err := newApp(h.app.cfg)
	require.NoError(t, err)
	req, err := http.NewRequest(http.MethodGet, h.url+"/profile", nil)
	require.NoError(t, err)
	u, err := url.Parse(h.url)
	require.NoError(t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		req.AddCookie(c)
	}
	s, ok := again.gate.Session(req)
	require.True(t, ok)
	require.Equal(t, "Ditlev Von Testesen", s.Identity.Name.Full)
}

func TestDatabaseDownLetsNobodyInAndSaysSo(t *testing.T) {
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	before := b.cookies()
	require.NoError(t, h.store.Close())
	require.Equal(t, http.StatusServiceUnavailable, b.get("/profile").status)
	require.Equal(t, before, b.cookies(), "the browser loses nothing")
}

func TestSessionTableShowsNobody(t *testing.T) {
	h := newHouse(t)
	b := h.browser("da")
	who := mitidtest.Paiman()
	b.get("/login/cpr", mitidtest.Approve(who))
	handle := b.cookies()
	var row [4]string
	require.NoError(t, h.store.db.QueryRowContext(t.Context(), `SELECT id, person, broker_session, data FROM session`).Scan(&row[0], &row[1], &row[2], &row[3]))
	var subject string
	require.NoError(t, h.store.db.QueryRowContext(t.Context(), `SELECT subject FROM account`).Scan(&subject))
	for name, secret := range map[string]string{"handle": handle, "subject": strings.Trim(subject, "{}"), "CPR number": who.CPR.Reveal(), "name": "Paiman"} {
		require.NotEmpty(t, secret, name)
		require.False(t, strings.Contains(strings.Join(row[:], " "), secret), name)
	}
}
