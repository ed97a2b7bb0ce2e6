package mitidhttp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func TestReloadingTheCallbackSaysKindlyThatOneIsLoggedIn(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused, s.cfg.Home = nil, "/hjem" })
	b := s.browser()
	begun := b.get("/in/x")
	require.Equal(t, http.StatusFound, b.answer(begun).StatusCode)
	session := b.session()
	for lang, want := range map[string][]string{
		"da": {"Du er logget ind", "Fortsæt"}, "en": {"You are logged on", "Continue"},
	} {
		for _, path := range []string{"/callback?code=c&state=" + begun.handle(), "/callback", "/callback?code=c"} {
			p := b.do(http.MethodGet, path, "", "Accept", chromeAccept, "Accept-Language", lang)
			require.Equal(t, http.StatusBadRequest, p.StatusCode, "the pending login stays refused")
			for _, w := range append(want, `href="/hjem"`) {
				require.Contains(t, p.body, w, path)
			}
			require.NotContains(t, p.body, "Prøv igen")
		}
	}
	require.Equal(t, 1, s.answers(), "the code is never sent twice")
	require.Equal(t, session, b.session())

	p := s.browser().get("/callback?code=c&state=" + begun.handle())
	require.NotContains(t, p.body, "Du er logget ind", "nobody is")
}

func TestALateTabOfSomebodyWhoIsLoggedInMeanwhileSaysSo(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused = nil })
	b := s.browser()
	late := b.get("/in/sent")
	s.advance(16 * time.Minute)
	b.logIn()
	p := b.answer(late)
	require.Equal(t, http.StatusBadRequest, p.StatusCode)
	require.Contains(t, p.body, "Du er logget ind")
	require.Equal(t, 1, s.answers())
}

func TestRefusedFindsWhoIsLoggedInAllTheSame(t *testing.T) {
	var found []string
	s := newSite(t, true, func(s *site) {
		s.cfg.Refused = func(w http.ResponseWriter, r *http.Request, err error) {
			who, ok := mitidhttp.FromContext(r.Context())
			if ok {
				found = append(found, who.Identity.Subject)
			}
			w.WriteHeader(mitidhttp.StatusOf(err))
		}
	})
	b := s.browser()
	begun := b.get("/in/x")
	b.answer(begun)
	b.answer(begun)
	require.Equal(t, []string{"{søren}"}, found)

	b.get("/callback?error=access_denied&state=" + b.get("/login").handle())
	require.Len(t, found, 1, "a cancelled login is told as one")
}
