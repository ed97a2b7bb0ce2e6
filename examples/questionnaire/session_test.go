package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (h *house) sessions() (n int) {
	h.t.Helper()
	require.NoError(h.t, h.sql.QueryRowContext(h.t.Context(), `SELECT count(*) FROM session`).Scan(&n))
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

func TestSessionIsARowThatLogoutRemoves(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	h := newHouse(t)
	phone, desk, hers := h.browser("da"), h.browser("da"), h.browser("da")
	phone.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	desk.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	hers.get("/login", mitidtest.Approve(mitidtest.Paiman()))
	var subject string
	const query = `SELECT subject FROM account JOIN property ON account_id = account.id WHERE name = 'fname' AND value LIKE 'Ditlev%'`
	require.NoError(t, h.sql.QueryRowContext(t.Context(), query).Scan(&subject))
	require.NoError(t, h.app.Gate.EndSessions(t.Context(), subject))
	require.Equal(t, 1, h.sessions())
	for _, b := range []*browser{phone, desk} {
		require.Equal(t, http.StatusUnauthorized, b.post(everydayPath, url.Values{}).status)
	}
	require.Contains(t, hers.get("/profile").body, "Paiman Petersen")
}

// Another program with the same file and the same key goes on with the sessions.
func TestSessionOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	again, err := web.New(h.cfg)
	require.NoError(t, err)
	req, err := http.NewRequest(http.MethodGet, h.url+"/profile", nil)
	require.NoError(t, err)
	u, err := url.Parse(h.url)
	require.NoError(t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	again.Handler().ServeHTTP(rec, req)
	require.Equal(t, http.StatusOK, rec.Code)
	require.Contains(t, rec.Body.String(), "Ditlev Von Testesen")
}

func TestDatabaseDownLetsNobodyInAndSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	before := b.cookies()
	h.closeStore()
	require.Equal(t, http.StatusServiceUnavailable, b.get("/profile").status)
	require.Equal(t, before, b.cookies(), "the browser loses nothing")
}

func TestSessionTableShowsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	who := mitidtest.Paiman()
	b.get("/login/cpr", mitidtest.Approve(who))
	handle := b.cookies()
	var row [4]string
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT id, person, broker_session, data FROM session`).Scan(&row[0], &row[1], &row[2], &row[3]))
	var subject string
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT subject FROM account`).Scan(&subject))
	for name, secret := range map[string]string{"handle": handle, "subject": strings.Trim(subject, "{}"), "CPR number": who.CPR.Reveal(), "name": "Paiman"} {
		require.NotEmpty(t, secret, name)
		require.False(t, strings.Contains(strings.Join(row[:], " "), secret), name)
	}
}
