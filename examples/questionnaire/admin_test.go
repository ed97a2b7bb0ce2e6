package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// administrator returns the browser of the administrator, who is logged in.
func (h *house) administrator(lang string) *browser {
	h.t.Helper()
	b := h.browser(lang)
	p := b.get("/admin/login?return=/admin", demoAdmin())
	require.Equal(h.t, http.StatusOK, p.status, p.body)
	require.Contains(h.t, p.body, `data-testid="admin"`)
	return b
}

// newID is the ID that the form of a new thing brings.
func newID(t testing.TB, p shown, kind string) string {
	t.Helper()
	m := regexp.MustCompile(`action="(/admin/` + kind + `/[A-Z2-7]{26})"`).FindStringSubmatch(p.body)
	require.NotNil(t, m, p.body)
	return m[1]
}

// invite checks a list and sends it, and returns the list's page.
func (b *browser) invite(slug, list string) string {
	b.h.t.Helper()
	p := b.post("/admin/invitations", url.Values{"questionnaire": {slug}, "template": {"invitation"}, "lang": {"da"}, "list": {list}})
	require.Equal(b.h.t, http.StatusOK, p.status, p.body)
	b.post(p.path+"/send", nil)
	require.NoError(b.h.t, b.h.app.Inviter.Round(b.h.t.Context()))
	return p.path
}

// linkIn returns the link in the newest letter of somebody, as a path of the app.
func (h *house) linkIn(who mitidtest.Citizen) string {
	h.t.Helper()
	letters := h.post.Letters(eboks.Person(who.CPR))
	require.NotEmpty(h.t, letters)
	link := pdfLink.FindSubmatch(letters[len(letters)-1].Documents[0].Content())
	require.NotNil(h.t, link)
	return strings.TrimPrefix(string(link[1]), h.url)
}

// TestOnlyAdministratorsAdministrate: everybody else sees the same page wherever they try.
func TestOnlyAdministratorsAdministrate(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	h.administrator("da")
	employee, signatory := mitidtest.CompanyEmployee(), mitidtest.CompanySignatory()
	citizen := h.browser("da")
	citizen.get("/login?return=/profile", mitidtest.Approve(employee)) // the same human, as a private person
	people := map[string]*browser{"nobody": h.browser("da"), "the same human in private": citizen}
	for name, o := range map[string]mitidtest.Outcome{
		"an employee of another": mitidtest.Approve(employee).For(employee.Companies[1].CVR), "a signatory": mitidtest.Approve(signatory).For(signatory.Companies[0].CVR),
	} {
		people[name] = h.browser("da")
		p := people[name].get("/admin/login?return=/admin", o)
		assert.Equal(t, http.StatusForbidden, p.status, name)
		assert.Contains(t, p.body, "Du har ikke adgang til administrationen", name)
		assert.NotContains(t, digits(p.body), employee.CPR.Reveal())
	}
	for name, b := range people {
		for _, path := range []string{"/admin", "/admin/templates", "/admin/templates/receipt", "/admin/templates/receipt?preview=da", "/admin/actions/helbred-answered",
			"/admin/letters", "/admin/invitations/none", "/admin/signatures", "/admin/records", "/admin/outbox", "/admin/none"} {
			p := b.get(path)
			assert.Equal(t, http.StatusForbidden, p.status, "%s %s", name, path)
			assert.Contains(t, p.body, `data-testid="admin-login"`, "%s %s", name, path)
		}
		p := b.post("/admin/actions/helbred-answered/turn", url.Values{"on": {"0"}})
		assert.Equal(t, http.StatusForbidden, p.status, name)
	}
	one, err := h.store.Action(t.Context(), "helbred-answered")
	require.NoError(t, err)
	assert.True(t, one.On, "nobody turned it off")
}

func TestAdministratorOffTheListIsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.administrator("da")
	cfg := h.cfg
	var err error
	cfg.Admins, err = web.ParseAdmins("12345674:somebody-else")
	require.NoError(t, err)
	h.app, err = web.New(cfg)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/admin", nil)
	require.NoError(t, err)
	for _, c := range b.client.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	h.app.Handler().ServeHTTP(rec, req)
	assert.Equal(t, http.StatusForbidden, rec.Code, "the session is as it was, the list is not")
}

func TestAdministratorIsNobodyOnOtherPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.administrator("da")
	assert.NotContains(t, b.get("/").body, `data-testid="logout"`)
	p := b.get("/profile", mitidtest.Approve(mitidtest.Ditlev()))
	assert.Contains(t, p.body, "Ditlev", "who goes to a citizen's page logs in as one")
	assert.Equal(t, http.StatusForbidden, b.get("/admin").status)
}

func TestAdministratorAtEveryBroker(t *testing.T) {
	t.Parallel()
	for _, d := range fakebroker.Names() {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d)
			b := h.administrator("da")
			assert.Contains(t, b.get("/admin").body, "Åse Ærlig Østergård")
			assert.Contains(t, b.get("/admin/outbox?format=json").body, `"sender":"stralfors"`)
		})
	}
}

func TestFormOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.administrator("da")
	p := b.post("/admin/actions/helbred-answered/turn", url.Values{"on": {"0"}}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, p.status)
	one, err := h.store.Action(t.Context(), "helbred-answered")
	require.NoError(t, err)
	assert.True(t, one.On)
}

func TestParseAdmins(t *testing.T) {
	all, err := web.ParseAdmins("12345674:*, 87654320:0f9960a0d28d4353a3e2ea07f8ffa185")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Empty(t, all[0].Key)
	assert.Equal(t, "0f9960a0d28d4353a3e2ea07f8ffa185", all[1].Key)
	for _, wrong := range []string{"", "12345674", "12345674:", "1234567:x", ":x", "12345674:*,"} {
		_, err := web.ParseAdmins(wrong)
		assert.Error(t, err, wrong)
	}
}

// TestAdministratorIsNamedByTheBrokersKey: whoever is refused is shown what to put on the
// list, and it lets them in, and no colleague.
func TestAdministratorIsNamedByTheBrokersKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) { c.Admins = []web.Admin{} })
	assert.Equal(t, http.StatusNotFound, h.browser("da").get("/admin").status, "without a list there is nothing")
	var list string
	h = newHouse(t, func(c *web.Config) {
		var err error
		c.Admins, err = web.ParseAdmins("12345674:somebody-else")
		require.NoError(t, err)
	})
	p := h.browser("da").get("/admin/login?return=/admin", demoAdmin())
	require.Equal(t, http.StatusForbidden, p.status)
	list = regexp.MustCompile(`<code class="long">([^<]+)</code>`).FindStringSubmatch(p.body)[1]
	require.True(t, strings.HasPrefix(list, "12345674:"), list)
	h = newHouse(t, func(c *web.Config) {
		var err error
		c.Admins, err = web.ParseAdmins(list)
		require.NoError(t, err)
	})
	h.administrator("da")
	colleague := mitidtest.CompanyEmployee()
	colleague.Name, colleague.CPR = "Ærlig Kollega", cprtest.Number(77)
	assert.Contains(t, h.browser("da").get("/admin/login?return=/admin", mitidtest.Approve(colleague).For("12345674")).body, "Du har ikke adgang")
}

// TestWhoCancelsComesBackToTheAdministratorsLogin, and not to that of citizens.
func TestWhoCancelsComesBackToTheAdministratorsLogin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, o := range []mitidtest.Outcome{mitidtest.Abort(), mitidtest.Fail("server_error"), mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674")} {
		p := h.browser("da").get("/admin/login?return=/admin", o)
		assert.Contains(t, p.body, `href="/admin/login?return=/admin"`)
	}
}

// TestAdministratorNeedsSubstantial: an app for level low lets nobody administrate who logged
// in, as an employee on a citizen's page, at less.
func TestAdministratorNeedsSubstantial(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) { c.Level, c.Identity = claims.Low, claims.CapacityEither })
	for level, want := range map[claims.Level]int{claims.Low: http.StatusForbidden, claims.Substantial: http.StatusOK} {
		b := h.browser("da")
		who := demoAdmin()
		who.Citizen.Level = level
		b.get("/login?return=/profile", who)
		assert.Equal(t, want, b.get("/admin").status, level.String())
	}
}
