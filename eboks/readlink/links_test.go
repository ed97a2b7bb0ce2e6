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
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestNewNamesWhatIsMissing(t *testing.T) {
	var good readlink.Config
	newSite(t, criiptoFake, func(_ *site, set *settings) { good = set.links })
	s := newSite(t, criiptoFake, func(_ *site, set *settings) {})
	require.NotNil(t, s.Links)
	for _, c := range []struct {
		what   string
		change func(*readlink.Config)
	}{
		{"Gate", func(*readlink.Config) {}},
		{"Address", func(c *readlink.Config) { c.Address = "" }},
		{"Address", func(c *readlink.Config) { c.Address = "http://app.example.dk/brev" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://a:b@app.example.dk/brev" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/brev?x=y" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/brev#x" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/å" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/a//b" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/../b" }},
		{"Address", func(c *readlink.Config) { c.Address = "https://app.example.dk/" + strings.Repeat("a", 300) }},
		{"Address", func(c *readlink.Config) { c.Address = "ftp://localhost/" }},
		{"Keys", func(c *readlink.Config) { c.Keys = nil }},
		{"Keys", func(c *readlink.Config) { c.Keys = [][]byte{key1, key1[:31]} }},
		{"Level", func(c *readlink.Config) { c.Level = 9 }},
		{"Lifetime", func(c *readlink.Config) { c.Lifetime = -1 }},
		{"Lifetime", func(c *readlink.Config) { c.Lifetime = 11 * 365 * 24 * time.Hour }},
		{"Record", func(c *readlink.Config) { c.Record = nil }},
	} {
		cfg := good
		if c.what != "Gate" {
			cfg.Gate = gateOf(t)
		}
		c.change(&cfg)
		l, err := readlink.New(cfg)
		require.Nil(t, l)
		require.ErrorIs(t, err, eboks.ErrConfigInvalid, c.what)
		require.ErrorContains(t, err, "Config."+c.what)
	}
	for _, address := range []string{"https://app.example.dk", "https://app.example.dk/", "http://localhost:8080/brev/", "http://[::1]/b"} {
		good.Gate, good.Address = gateOf(t), address
		l, err := readlink.New(good)
		require.NoError(t, err, address)
		link, err := l.For(letter, eboks.Person(cprtest.Number(1)))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(link, strings.TrimRight(address, "/")+"/"), link)
		require.NotContains(t, strings.TrimPrefix(link, strings.TrimRight(address, "/")), "//")
	}
}

func TestForRefusesTheImpossible(t *testing.T) {
	s := newSite(t, criiptoFake)
	_, err := s.For(eboks.ID{}, eboks.Person(cprtest.Number(1)))
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	_, err = s.For(letter, eboks.Recipient{})
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
}

// A link says nothing and fits into a letter.
func TestLinkIsOpaque(t *testing.T) {
	s := newSite(t, criiptoFake)
	n := cprtest.Number(1)
	one, two := s.link(eboks.Person(n)), s.link(eboks.Person(n))
	require.NotEqual(t, one, two)
	require.Less(t, len(one)-len(s.server.URL), 240)
	require.NotContains(t, one, n.Reveal())
	require.NotContains(t, one, letter.String())
	require.Equal(t, len(one), len(s.link(cvr("12345674"))), "its length tells nothing either")
}

func TestNothingPrints(t *testing.T) {
	s := newSite(t, criiptoFake)
	for _, v := range []any{s.Links, readlink.Config{Address: "https://kanariefugl.example", Keys: [][]byte{key2}}} {
		for _, printer := range canary.Leaks(v, "kanariefugl", string(key2), string(key1), s.server.URL) {
			require.True(t, canary.OutOfReach(printer), printer)
		}
	}
}

func TestRefusalWords(t *testing.T) {
	for r, status := range map[readlink.Reason]int{readlink.LinkInvalid: 404, readlink.NotAPage: 400, readlink.NotRecipient: 403, readlink.NoNumber: 500,
		readlink.NotRecorded: 503, 0: 500, 99: 500} {
		e := &readlink.Refusal{Reason: r}
		require.Equal(t, status, readlink.StatusOf(e))
		for _, locale := range []mitid.Locale{mitid.Danish, mitid.English} {
			title, body := e.Public(locale)
			require.NotEmpty(t, title)
			require.NotEmpty(t, body)
		}
	}
	require.Equal(t, "Unknown", readlink.Reason(99).String())
	require.Equal(t, http.StatusOK, readlink.StatusOf(nil))
	require.Equal(t, http.StatusInternalServerError, readlink.StatusOf(errStore))
}

func TestEvent(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	e := readlink.Opening{Letter: letter, At: at, Level: claims.High, Broker: "criipto"}.Event()
	require.Equal(t, eboks.Event{ID: letter, Status: eboks.OpenedViaLink, Code: "readlink", At: at, Received: at, Actor: "criipto"}, e)
	_, ok := readlink.FromContext(t.Context())
	require.False(t, ok)
}

// Two handlers of one app have keys out of one vault.
func TestLinkOpensUnderItsOwnPathAlone(t *testing.T) {
	links := func(path string) *readlink.Links {
		l, err := readlink.New(readlink.Config{Gate: gateOf(t), Address: "https://app.example.dk" + path, Keys: [][]byte{key1}, Record: func(context.Context, readlink.Opening) error { return nil }})
		require.NoError(t, err)
		return l
	}
	address, err := links("/brev").For(eboks.NewID(), eboks.Person(cprtest.Number(7)))
	require.NoError(t, err)
	token := address[strings.LastIndex(address, "/")+1:]
	status := func(path string) int {
		w := httptest.NewRecorder()
		links(path).Handler(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"/"+token, nil))
		return w.Code
	}
	require.NotEqual(t, http.StatusNotFound, status("/brev"))
	for _, other := range []string{"/journal", "/Brev", "/brev/brev", ""} {
		require.Equal(t, http.StatusNotFound, status(other), other)
	}
}

// The level of the link is the letter's: a handler that was set lower later, or on
// another host, does not lower it.
func TestLinkKeepsTheLevelThatItWasMadeWith(t *testing.T) {
	s := newSite(t, criiptoFake, func(_ *site, set *settings) { set.links.Level = claims.High })
	ditlev := s.citizen("Ditlev")
	link := s.link(eboks.Person(ditlev.CPR))
	lower := newSite(t, criiptoFake)
	link = lower.server.URL + strings.TrimPrefix(link, s.server.URL)
	ditlev.Level = claims.Substantial // whatever is asked
	p := lower.browser().visit(link, mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusForbidden, p.StatusCode, p.body)
	require.Empty(t, lower.opened())
}
