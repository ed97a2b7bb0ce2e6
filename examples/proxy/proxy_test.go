package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestEverythingNeedsALoginByDefault(t *testing.T) {
	h := newHouse(t, func(h *house) { h.set.Paths = nil })
	for _, path := range []string{"/", "/x", "/favicon.ico"} {
		p := h.browser().do(http.MethodGet, path, nil, "Accept", "application/json")
		require.Equal(t, http.StatusUnauthorized, p.StatusCode)
		require.Equal(t, "application/problem+json", p.Header.Get("Content-Type"))
		require.Contains(t, p.body, "InteractionRequired")
	}
	require.Equal(t, http.StatusUnauthorized, h.browser().do(http.MethodPost, "/x", strings.NewReader("æ")).StatusCode)
	require.Zero(t, h.count())
	b := h.browser()
	p := b.get("/x?æ=1", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "app", p.body)
	require.Equal(t, "/x?%C3%A6=1", p.Request.URL.RequestURI())
	require.Equal(t, 1, h.count())
	require.Equal(t, http.StatusOK, b.do(http.MethodPost, "/x", strings.NewReader("æ")).StatusCode)
}

func TestLoginAtEveryBroker(t *testing.T) {
	for _, name := range fakebroker.NamesOIDC() {
		t.Run(name, func(t *testing.T) {
			h := newHouseAt(t, name)
			b := h.browser()
			b.see("/cpr/brev", mitidtest.Approve(mitidtest.Paiman()))
			told := h.told()
			require.Equal(t, "Paiman Petersen", told["name"])
			require.Equal(t, "2712589100", told["cpr"])
			require.Equal(t, "private", told["kind"])
			require.Equal(t, h.fake.Issuer(), told["broker"])
			require.NotContains(t, h.logs.String(), "2712589100")
			require.NotContains(t, h.logs.String(), "Paiman")
		})
	}
}

func TestPathAsksForMoreThanTheSessionHas(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	told := h.told()
	require.Equal(t, "substantial", told["level"])
	require.NotContains(t, told, "cpr")

	b.see("/admin", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "high", h.told()["level"])

	b.see("/cpr", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "2101270087", h.told()["cpr"])
	require.Equal(t, "high", h.told()["level"], "a step-up loses nothing")

	b.see("/admin")
	require.NotContains(t, h.told(), "cpr", "the session has the number, and this path does not ask for it")
	b.see("/open")
	require.NotContains(t, h.told(), "cpr")
}

// Who has no number, or declines, is asked once.
func TestPersonWithoutANumberIsAskedOnceWhereItIsOptional(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.see("/x", mitidtest.Approve(mitidtest.WithoutCPR()))
	b.see("/m%C3%A5ske/en", mitidtest.Approve(mitidtest.WithoutCPR()))
	n := h.fake.Count("/oauth2/authorize")
	b.see("/m%C3%A5ske/to")
	require.NotContains(t, h.told(), "cpr")
	require.Equal(t, n, h.fake.Count("/oauth2/authorize"))

	before := h.count()
	p := b.get("/cpr", mitidtest.Approve(mitidtest.WithoutCPR()))
	require.Equal(t, http.StatusForbidden, p.StatusCode, p.body)
	require.Equal(t, before, h.count(), "nothing reached the app")
	require.Equal(t, http.StatusOK, b.get("/x").StatusCode, "and they are still logged in")
}

func TestIdentityOfAnotherKindLogsInAnew(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.see("/alle", mitidtest.Approve(mitidtest.Ditlev()))
	b.see("/firma", mitidtest.Approve(mitidtest.CompanyEmployee()))
	told := h.told()
	require.Equal(t, "professional", told["kind"])
	require.NotEmpty(t, told["cvr"])
	require.NotEmpty(t, told["organisation"])
	b.see("/alle")
	require.Equal(t, "professional", h.told()["kind"])
	n := h.count()
	p := b.do(http.MethodGet, "/x", nil, "Accept", "application/json")
	require.Equal(t, http.StatusUnauthorized, p.StatusCode, "a private page takes no employee")
	require.Equal(t, n, h.count())
}

func TestLevelThatIsTooLowIsRefused(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	p := b.get("/x", mitidtest.Approve(mitidtest.PasswordUser()))
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	p = b.get("/x", mitidtest.Abort())
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	b.logIn("/x")
	p = b.do(http.MethodPost, "/admin", nil, "Accept", "application/json")
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	require.Contains(t, p.body, "AssuranceTooLow")
	p = b.do(http.MethodGet, "/cpr", nil, "Accept", "application/json")
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	require.Contains(t, p.body, "ClaimMissing")
	require.Equal(t, 1, h.count())
}

func TestPublicPathKnowsWhoIsLoggedInAndNeedsNobody(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	require.Equal(t, "app", b.get("/open/x").body)
	require.Nil(t, h.told())
	b.logIn("/x")
	require.Equal(t, "app", b.get("/open/x").body)
	require.Equal(t, "Ditlev Von Testesen", h.told()["name"])
}

func TestLoginLinkAsksWhatThePathAsksFor(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	p := b.get("/.dkeid/login?return=/cpr/brev?id=1", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "/cpr/brev?id=1", p.Request.URL.RequestURI())
	require.Equal(t, "2101270087", h.told()["cpr"])
	p = b.get("/.dkeid/login?return=/cpr")
	require.Equal(t, "/cpr", p.Request.URL.Path, "who has it all is led on")
	p = h.browser().get("/.dkeid/login", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "/", p.Request.URL.Path)
	n := h.fake.Count("/oauth2/authorize")
	for _, bad := range []string{"//evil.example", "https://evil.example/", "/%5Cevil.example", `/\evil.example`, "/open/../admin", "/Admin", "x", "/x&return=/y", "%2F%2Fevil.example", "/%0d%0aX:y"} {
		p := h.browser().get("/.dkeid/login?return=" + bad)
		require.Equal(t, http.StatusBadRequest, p.StatusCode, bad)
		require.Equal(t, strings.TrimPrefix(h.url, "http://"), p.Request.URL.Host)
	}
	require.Equal(t, n, h.fake.Count("/oauth2/authorize"))
}

func TestAfterLogoutNothingArrives(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	kept := b.cookies()
	require.Contains(t, kept, "dkeid-proxy")
	p := b.get("/.dkeid/logout")
	require.Contains(t, p.body, `<form method="post" action="/.dkeid/logout">`)
	n := h.count()
	require.Equal(t, http.StatusForbidden, b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", "https://evil.example").StatusCode)
	require.Equal(t, http.StatusOK, b.do(http.MethodGet, "/x", nil).StatusCode, "another site logs nobody out")
	require.Equal(t, n+1, h.count())
	p = b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", h.url, "Accept", "text/html")
	require.Equal(t, "/.dkeid/logged-out", p.Request.URL.Path)
	require.Contains(t, p.body, "Du er logget ud")
	require.Equal(t, http.StatusUnauthorized, b.do(http.MethodGet, "/x", nil, "Accept", "application/json").StatusCode)
	p = h.browser().do(http.MethodGet, "/x", nil, "Cookie", kept, "Accept", "application/json")
	require.Equal(t, http.StatusUnauthorized, p.StatusCode, "a copy of the cookie is worth nothing")
	require.Equal(t, n+1, h.count())
}

func TestSessionEnds(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	h.fake.Advance(59 * time.Minute)
	require.Equal(t, http.StatusOK, b.do(http.MethodGet, "/x", nil).StatusCode)
	h.fake.Advance(2 * time.Minute)
	require.Equal(t, http.StatusUnauthorized, b.do(http.MethodGet, "/x", nil, "Accept", "application/json").StatusCode)
	require.Equal(t, 2, h.count())
}

func TestSessionsInCookiesOutliveTheProcessAndSessionsInMemoryDoNot(t *testing.T) {
	for name, cookie := range map[string]bool{"cookie": true, "memory": false} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(h *house) {
				if cookie {
					h.set.Session.Store, h.material.sessionKeys = true, [][]byte{[]byte(strings.Repeat("æ", 16))}
				}
			})
			b := h.browser()
			b.logIn("/x")
			h.restart()
			p := b.do(http.MethodGet, "/x", nil, "Accept", "application/json")
			require.Equal(t, cookie, p.StatusCode == http.StatusOK, p.Status)
			if cookie {
				b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", h.url)
				require.Equal(t, http.StatusUnauthorized, b.do(http.MethodGet, "/x", nil, "Accept", "application/json").StatusCode)
			}
		})
	}
}

func TestOwnPathsThatDoNotExist(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/.dkeid", "/.dkeid/", "/.dkeid/x", "/.dkeid/jwks.json/x", "/.dkeid/metadata"} {
		require.Equal(t, http.StatusNotFound, h.browser().get(path).StatusCode, path)
	}
	require.Equal(t, http.StatusNoContent, h.browser().get("/.dkeid/health").StatusCode)
	require.Zero(t, h.count())
}

func TestOwnPathsAndHeaderAreSettable(t *testing.T) {
	h := newHouse(t, func(h *house) {
		h.set.OwnPath, h.set.LogoutPath, h.set.Identity.Header, h.set.Identity.Audience = "/auth/mitid", "/log-ud", "X-Hvem", "bibliotek"
	})
	b := h.browser()
	b.logIn("/x")
	require.Equal(t, "bibliotek", h.told()["aud"])
	require.Equal(t, http.StatusOK, b.get("/auth/mitid/jwks.json").StatusCode)
	require.Equal(t, "/auth/mitid/logged-out", b.do(http.MethodPost, "/log-ud", nil, "Origin", h.url).Request.URL.Path)
}

// In both languages, and a page only for people.
func TestMessagesOfTheProxy(t *testing.T) {
	h := newHouse(t)
	for lang, want := range map[string]string{"da": "Adressen kan læses på flere måder", "en": "The address can be read in more than one way", "": "Adressen kan"} {
		p := h.browser().do(http.MethodGet, "/Admin", nil, "Accept", "text/html", "Accept-Language", lang)
		require.Equal(t, http.StatusBadRequest, p.StatusCode)
		require.Equal(t, "text/html; charset=utf-8", p.Header.Get("Content-Type"))
		require.Contains(t, p.body, want)
		require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
		p = h.browser().do(http.MethodGet, "/Admin", nil, "Accept", "application/json", "Accept-Language", lang)
		require.Equal(t, "application/problem+json", p.Header.Get("Content-Type"))
		require.Contains(t, p.body, want)
	}
	p := h.browser().do(http.MethodGet, "/.dkeid/logout", nil, "Accept-Language", "en")
	require.Contains(t, p.body, "<h1>Log out</h1>")
}

func TestAccessLogHasNeitherPersonsNorQueries(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x/borger?cpr=2101270087&navn=Ditlev")
	b.get("/x/2101270087/brev")
	b.get("/x/210127-0087")
	b.get("/x/%32101270087")
	log := h.logs.String()
	require.Contains(t, log, "path=/x/borger")
	require.Contains(t, log, `path="(left out)"`)
	for _, secret := range []string{"101270087", "210127-0087", "Ditlev", "navn", "code=", "127.0.0.1"} {
		require.NotContains(t, strings.ReplaceAll(log, h.fake.Issuer(), ""), secret)
	}
}

// Nobody must log in, so nobody must use the highest level to do it.
func TestLoginWhereAllIsPublicIsSubstantial(t *testing.T) {
	h := newHouse(t, func(h *house) { h.set.Paths = []pathSettings{{Path: "/", Public: true}} })
	h.browser().see("/.dkeid/login?return=/x", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "substantial", h.told()["level"])
}
