package readlink_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// stripped serves the app under /app, as what takes the prefix away does; a proxy
// rewrites the request line too.
func (s *site) stripped(proxy bool) {
	app := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/app/") {
			app.ServeHTTP(w, r)
			return
		}
		if proxy {
			r.RequestURI = strings.TrimPrefix(r.RequestURI, "/app")
		}
		http.StripPrefix("/app", app).ServeHTTP(w, r)
	})
}

func TestLinkBehindWhatStripsAPrefixOpensAndComesBack(t *testing.T) {
	for name, proxy := range map[string]bool{"http.StripPrefix": false, "a proxy": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, criiptoFake, func(s *site, set *settings) {
				set.links.Address = s.server.URL + "/app/brev"
				if proxy {
					set.gate.PathPrefix = "/app"
				}
			})
			s.stripped(proxy)
			ditlev, other := s.citizen("Ditlev"), s.citizen("Åse")
			b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
			p := b.visit(address, mitidtest.Approve(ditlev))
			require.Equal(t, http.StatusOK, p.StatusCode, p.body)
			require.Equal(t, "/app/brev/"+address[strings.LastIndexByte(address, '/')+1:], p.Request.URL.Path)

			p = b.visit(s.link(eboks.Person(other.CPR)), mitidtest.Approve(ditlev))
			require.Equal(t, http.StatusForbidden, p.StatusCode)
			require.Contains(t, p.body, `href="/app/brev/`, "the way to log in as somebody else")
			require.Len(t, s.opened(), 1)

			token := address[strings.LastIndexByte(address, '/')+1:]
			for _, path := range []string{"/app/brev/x/" + token, "/app/brev/" + token + "/", "/app/brev/app/brev/" + token} {
				require.Equal(t, http.StatusNotFound, s.get(http.MethodGet, s.server.URL+path).StatusCode, path)
			}
		})
	}
}
