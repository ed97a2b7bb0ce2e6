package readlink_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestTheRecipientReads(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		ditlev := s.citizen("Ditlev")
		b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
		p := b.visit(address, mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		require.Equal(t, "brevet "+letter.String()+" på Ærø", p.body)
		require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
		require.Equal(t, "no-referrer", p.Header.Get("Referrer-Policy"))
		require.Contains(t, p.Header.Get("X-Robots-Tag"), "noindex")

		o := s.opened()
		require.Len(t, o, 1)
		require.Equal(t, letter, o[0].Letter)
		require.Equal(t, claims.Substantial, o[0].Level)
		require.Equal(t, claims.CapacityPrivate, o[0].Capacity)
		require.Equal(t, d, o[0].Broker)
		require.Equal(t, s.fake.Issuer(), o[0].Issuer)
		require.NotEmpty(t, o[0].Subject)
		require.True(t, o[0].Company.IsZero())
		require.WithinDuration(t, time.Now(), o[0].At, time.Minute)
		require.Equal(t, o[0].At, o[0].At.UTC().Truncate(time.Millisecond))

		// The same link once more: another opening, without another login.
		s.fake.Advance(time.Minute)
		p = b.visit(address)
		require.Equal(t, http.StatusOK, p.StatusCode)
		o = s.opened()
		require.Len(t, o, 2)
		require.NotEqual(t, o[0].Event().Key(), o[1].Event().Key())
		require.Equal(t, o[0].LoggedInAt, o[1].LoggedInAt)
		require.Equal(t, time.Minute, o[1].At.Sub(o[0].At).Truncate(time.Minute))
	})
}

func TestSomebodyElse(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		ditlev, paiman := s.citizen("Ditlev"), s.citizen("Paiman")
		b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
		p := b.visit(address, mitidtest.Approve(paiman))
		require.Equal(t, http.StatusForbidden, p.StatusCode)
		require.Contains(t, p.body, "Brevet er til en anden")
		require.NotContains(t, p.body, "Paiman")
		require.NotContains(t, p.body, "Ditlev")
		require.Empty(t, s.opened())
		require.Contains(t, s.everything(), "reason=NotRecipient")
		require.Contains(t, s.everything(), letter.String())

		// The page leads the right person in.
		require.Contains(t, p.body, "?mitid=again")
		p = b.visit(address+"?mitid=again", mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		require.Len(t, s.opened(), 1)
	})
}

func TestCancelled(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		ditlev := s.citizen("Ditlev")
		b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
		p := b.visit(address, mitidtest.Abort())
		require.Equal(t, http.StatusForbidden, p.StatusCode)
		require.Empty(t, s.opened())
		// The Gate's page leads back to the link.
		require.Contains(t, p.body, strings.TrimPrefix(address, s.server.URL))
		p = b.visit(address, mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusOK, p.StatusCode)
	})
}

func TestLevelTooLow(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		var weak mitidtest.Citizen
		for _, c := range s.fake.Citizens() {
			if c.Password {
				weak = c
			}
		}
		p := s.browser().visit(s.link(eboks.Person(weak.CPR)), mitidtest.Approve(weak))
		require.GreaterOrEqual(t, p.StatusCode, 400)
		require.Empty(t, s.opened())
	})
}

// Somebody who is logged in already is asked for what is missing, and for nothing
// else.
func TestStepUp(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		for _, level := range []claims.Level{claims.Substantial, claims.High} {
			s := newSite(t, d, func(_ *site, set *settings) { set.links.Level = level })
			ditlev, paiman := s.citizen("Ditlev"), s.citizen("Paiman")
			b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
			require.Equal(t, "forsiden", b.visit(s.server.URL+"/login", mitidtest.Approve(ditlev)).body)
			if d == criiptoFake || level == claims.High { // otherwise this broker asks nobody again
				p := b.visit(address, mitidtest.Approve(paiman))
				require.GreaterOrEqual(t, p.StatusCode, 400, "another person cannot answer for them")
				require.Empty(t, s.opened())
			}
			p := b.visit(address, mitidtest.Approve(ditlev))
			require.Equal(t, http.StatusOK, p.StatusCode, p.body)
			require.Equal(t, level, s.opened()[0].Level)
		}
	})
}

// An app whose OnLogin keeps the CPR number to itself.
func TestNumberKeptOutOfTheSession(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		numbers := map[string]cpr.Number{}
		var failing error
		s := newSite(t, d, func(_ *site, set *settings) {
			set.gate.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
				if !l.Identity.CPR.IsZero() {
					numbers[l.Identity.Subject] = l.Identity.CPR
				}
				l.Identity.CPR = cpr.Number{}
				return nil
			}
			set.links.Number = func(_ context.Context, s *mitidhttp.Session) (cpr.Number, error) {
				return numbers[s.Identity.Subject], failing
			}
		})
		ditlev := s.citizen("Ditlev")
		b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
		b.visit(s.server.URL+"/login", mitidtest.Approve(ditlev))
		require.Empty(t, numbers)
		p := b.visit(address, mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		require.Len(t, numbers, 1)

		failing = errStore
		p = b.visit(address)
		require.Equal(t, http.StatusServiceUnavailable, p.StatusCode)
		require.Len(t, s.opened(), 1)
	})
}

// The same without Config.Number: it ends, and says what is wrong.
func TestNumberNowhere(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d, func(_ *site, set *settings) {
			set.gate.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
				l.Identity.CPR = cpr.Number{}
				return nil
			}
		})
		ditlev := s.citizen("Ditlev")
		p := s.browser().visit(s.link(eboks.Person(ditlev.CPR)), mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusInternalServerError, p.StatusCode)
		require.Contains(t, s.everything(), "reason=NoNumber")
		require.Empty(t, s.opened())
	})
}

func TestPersonWithoutACPRNumber(t *testing.T) {
	s := newSite(t, criiptoFake)
	p := s.browser().visit(s.link(eboks.Person(s.citizen("Ditlev").CPR)), mitidtest.Approve(mitidtest.WithoutCPR()))
	require.GreaterOrEqual(t, p.StatusCode, 400)
	require.Empty(t, s.opened())
}

func TestProtectedName(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		protected := mitidtest.Protected()
		for _, c := range s.fake.Citizens() {
			if c.Name == "" {
				protected = c
			}
		}
		p := s.browser().visit(s.link(eboks.Person(protected.CPR)), mitidtest.Approve(protected))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		require.Len(t, s.opened(), 1)
	})
}

func TestLetterToACompany(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		for _, who := range []string{"Åse", "Øjvind"} {
			s := newSite(t, d)
			employee := s.citizen(who)
			b, address := s.browser(), s.link(cvr("12345674"))
			p := b.visit(address, mitidtest.Approve(employee).For("12345674"))
			require.Equal(t, http.StatusOK, p.StatusCode, p.body)
			o := s.opened()[0]
			require.Equal(t, "12345674", o.Company.String())
			require.NotEqual(t, claims.CapacityPrivate, o.Capacity)
		}
		s := newSite(t, d)
		employee := s.citizen("Åse")
		b, address := s.browser(), s.link(cvr("12345674"))
		p := b.visit(address, mitidtest.Approve(employee).For("87654320"))
		require.Equal(t, http.StatusForbidden, p.StatusCode, "for another company")
		require.Empty(t, s.opened())

		// A private session is no employee's, and the other way round.
		b = s.browser()
		b.visit(s.server.URL+"/login", mitidtest.Approve(employee))
		p = b.visit(address, mitidtest.Approve(employee).For("12345674"))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		p = b.visit(s.link(eboks.Person(employee.CPR)), mitidtest.Approve(employee))
		require.Equal(t, http.StatusOK, p.StatusCode, p.body)
		require.Equal(t, claims.CapacityPrivate, s.opened()[1].Capacity)
	})
}

// Whoever is not a person at a browser counts for nothing.
func TestScanners(t *testing.T) {
	s := newSite(t, criiptoFake)
	ditlev := s.citizen("Ditlev")
	address := s.link(eboks.Person(ditlev.CPR))
	p := s.get(http.MethodGet, address)
	require.Equal(t, http.StatusFound, p.StatusCode)
	require.True(t, strings.HasPrefix(p.Header.Get("Location"), s.fake.Issuer()))
	require.NotContains(t, p.Header.Get("Location"), strings.TrimPrefix(address, s.server.URL))
	require.Equal(t, "no-referrer", p.Header.Get("Referrer-Policy"))
	for _, method := range []string{http.MethodHead, http.MethodPost, http.MethodPut, http.MethodOptions} {
		p = s.get(method, address)
		require.Equal(t, http.StatusMethodNotAllowed, p.StatusCode, method)
		require.Equal(t, "GET", p.Header.Get("Allow"))
	}
	for _, headers := range [][]string{{"Sec-Purpose", "prefetch;prerender"}, {"Purpose", "prefetch"}, {"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, {"Sec-Fetch-Mode", "cors"}} {
		p = s.get(http.MethodGet, address, headers...)
		require.Equal(t, http.StatusBadRequest, p.StatusCode, headers)
		require.Empty(t, p.Cookies())
	}
	require.Empty(t, s.opened())
}

// A browser says in one of several headers that it fetches in advance, and in one of
// several values.
func TestEveryWordOfAFetchInAdvance(t *testing.T) {
	s := newSite(t, criiptoFake)
	address := s.link(eboks.Person(s.citizen("Ditlev").CPR))
	path := strings.TrimPrefix(address, s.server.URL)
	for want, headers := range map[int][]http.Header{
		http.StatusBadRequest: {
			{"Sec-Purpose": {"", "prefetch"}}, {"Sec-Purpose": {"æ", "Prefetch;prerender"}}, {"Purpose": {"", "prefetch"}},
			{"Purpose": {"preview, prefetch"}}, {"Purpose": {"preview"}}, {"X-Purpose": {"preview"}}, {"Sec-Purpose": {"prerender"}}, {"X-Moz": {"prefetch"}}, {"X-Moz": {"", "PREFETCH"}},
		},
		http.StatusFound: {{"Sec-Purpose": {"", "æ"}}, {"Purpose": {""}}, {"X-Moz": {"microsummary"}}},
	} {
		for _, h := range headers {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header = h
			w := httptest.NewRecorder()
			s.Handler(http.NotFoundHandler()).ServeHTTP(w, r)
			require.Equal(t, want, w.Code, h)
		}
	}
	require.Empty(t, s.opened())
}

// A browser that keeps no session is not sent from login to login: it gets a page,
// which leads to another try.
func TestBackWithoutASession(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		ditlev := s.citizen("Ditlev")
		for _, to := range []eboks.Recipient{eboks.Person(ditlev.CPR), cvr("12345674")} {
			address := s.link(to)
			p := s.get(http.MethodGet, address+"?mitid=done")
			require.Equal(t, http.StatusBadRequest, p.StatusCode)
			require.Empty(t, p.Cookies(), "no login was begun")
			require.Contains(t, p.body, "cookies")
			require.Contains(t, p.body, `href="`+strings.TrimPrefix(address, s.server.URL)+`"`)
			require.Contains(t, s.everything(), "reason=NotAPage")
			require.Equal(t, http.StatusFound, s.get(http.MethodGet, address).StatusCode)
		}
		require.Empty(t, s.opened())
		p := s.browser().visit(s.link(eboks.Person(ditlev.CPR)), mitidtest.Approve(ditlev))
		require.Equal(t, http.StatusOK, p.StatusCode, "with cookies it works")
	})
}

// An expired link is not saved by a session.
func TestExpiredLinkWithASession(t *testing.T) {
	s := newSite(t, criiptoFake, func(_ *site, set *settings) { set.links.Lifetime = 10 * time.Minute })
	ditlev := s.citizen("Ditlev")
	b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
	require.Equal(t, http.StatusOK, b.visit(address, mitidtest.Approve(ditlev)).StatusCode)
	s.fake.Advance(10 * time.Minute)
	require.Equal(t, http.StatusNotFound, b.visit(address).StatusCode)
	require.Len(t, s.opened(), 1)
}

// Nothing is shown that is not recorded.
func TestRecordFails(t *testing.T) {
	s := newSite(t, criiptoFake)
	ditlev := s.citizen("Ditlev")
	s.failing = errStore
	b, address := s.browser(), s.link(eboks.Person(ditlev.CPR))
	p := b.visit(address, mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusServiceUnavailable, p.StatusCode)
	require.NotContains(t, p.body, "brevet "+letter.String())
	require.Zero(t, s.shown)
	require.NotContains(t, s.everything(), errStore.Error(), "it may hold anything")
	s.failing = nil
	require.Equal(t, http.StatusOK, b.visit(address).StatusCode)
}

// The number is in no log, no address, no error, no opening.
func TestNothingTellsTheNumber(t *testing.T) {
	everyBroker(t, func(t *testing.T, d string) {
		s := newSite(t, d)
		ditlev, paiman := s.citizen("Ditlev"), s.citizen("Paiman")
		address := s.link(eboks.Person(ditlev.CPR))
		s.browser().visit(address, mitidtest.Approve(ditlev))
		s.browser().visit(address, mitidtest.Approve(paiman))
		s.browser().visit(address, mitidtest.Abort())
		s.failing = errStore
		s.browser().visit(address, mitidtest.Approve(ditlev))
		s.get(http.MethodGet, address+"x")
		all := s.everything()
		for _, n := range []cpr.Number{ditlev.CPR, paiman.CPR} {
			require.NotContains(t, all, n.Reveal())
			require.NotContains(t, all, n.Reveal()[:6]+"-"+n.Reveal()[6:])
		}
		require.NotContains(t, all, "Ditlev")
		require.Contains(t, all, "readlink: opened")
		o := s.opened()[0]
		for _, v := range []any{o, o.Event(), &readlink.Refusal{Reason: readlink.NotRecipient, Letter: letter, Err: errStore}} {
			for _, printer := range canary.Leaks(v, ditlev.CPR.Reveal(), errStore.Error()) {
				require.True(t, canary.OutOfReach(printer) || strings.HasPrefix(printer, "unwrapped"), printer)
			}
		}
		for _, printer := range canary.Leaks(o, o.Subject) {
			require.True(t, canary.OutOfReach(printer), printer)
		}
	})
}

// http.ServeFile takes Cache-Control away where the file is missing.
func TestErrorPageOfTheLetterStaysOutOfCaches(t *testing.T) {
	missing := func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, t.TempDir()+"/findes-ikke.pdf") }
	s := newSite(t, criiptoFake, func(_ *site, set *settings) {
		set.links.Refused = func(w http.ResponseWriter, r *http.Request, _ *readlink.Refusal) { missing(w, r) }
	})
	app := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/brev/") {
			s.Handler(http.HandlerFunc(missing)).ServeHTTP(w, r)
			return
		}
		app.ServeHTTP(w, r)
	})
	ditlev := s.citizen("Ditlev")
	p := s.browser().visit(s.link(eboks.Person(ditlev.CPR)), mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusNotFound, p.StatusCode)
	require.Len(t, s.opened(), 1)
	require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
	require.Equal(t, "no-store", s.get(http.MethodGet, s.server.URL+"/brev/x").Header.Get("Cache-Control"))
}
