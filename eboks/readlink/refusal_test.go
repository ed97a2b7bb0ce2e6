package readlink_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestLinksThatDoNotOpen(t *testing.T) {
	s := newSite(t, criiptoFake)
	stranger := newSite(t, criiptoFake, func(_ *site, set *settings) { set.links.Keys = [][]byte{key2} })
	to := eboks.Person(s.citizen("Ditlev").CPR)
	good := s.link(to)
	base, token := s.server.URL+"/brev/", good[strings.LastIndexByte(good, '/')+1:]
	foreign := stranger.link(to)
	flip := func(i int) string {
		b := []byte(token)
		b[i] = map[bool]byte{true: 'B', false: 'A'}[b[i] == 'A']
		return string(b)
	}
	for name, link := range map[string]string{
		"nothing":          "",
		"a word":           "æøå",
		"of another key":   foreign[strings.LastIndexByte(foreign, '/')+1:],
		"another key id":   flip(50),
		"another nonce":    flip(70),
		"another text":     flip(len(token) - 40),
		"another tag":      flip(len(token) - 10),
		"one character":    token + "A",
		"cut":              token[:len(token)-1],
		"a path before":    "x/" + token,
		"a path behind":    token + "/x",
		"long":             strings.Repeat("A", 5000),
		"dots":             strings.Repeat(".", 300),
		"escaped":          strings.ReplaceAll(token, ".", "%2e") + "%00",
		"another letter's": strings.ToLower(token),
	} {
		p := s.get(http.MethodGet, base+link)
		assert.Equal(t, http.StatusNotFound, p.StatusCode, name)
		assert.Contains(t, p.body, "Linket virker ikke", name)
		assert.Empty(t, p.Cookies(), "no login was begun")
		assert.Equal(t, "no-store", p.Header.Get("Cache-Control"))
	}
	p := s.get(http.MethodGet, base+token, "Accept-Language", "da")
	require.Equal(t, http.StatusFound, p.StatusCode)

	s.fake.Advance(days90)
	late := s.get(http.MethodGet, good)
	unknown := s.get(http.MethodGet, base+"x")
	require.Equal(t, http.StatusNotFound, late.StatusCode)
	require.Equal(t, withoutNonce(unknown.body), withoutNonce(late.body), "nobody learns which links exist")
	require.Empty(t, s.opened())
}

func withoutNonce(body string) string {
	before, rest, _ := strings.Cut(body, `nonce="`)
	_, after, _ := strings.Cut(rest, `"`)
	return before + after
}

func TestKeysRotate(t *testing.T) {
	s := newSite(t, criiptoFake)
	ditlev := s.citizen("Ditlev")
	old := s.link(eboks.Person(ditlev.CPR))
	rotated := newSite(t, criiptoFake, func(_ *site, set *settings) { set.links.Keys = [][]byte{key2, key1} })
	old = rotated.server.URL + strings.TrimPrefix(old, s.server.URL)
	p := rotated.browser().visit(old, mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusOK, p.StatusCode, p.body)
	p = rotated.browser().visit(rotated.link(eboks.Person(ditlev.CPR)), mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusOK, p.StatusCode)
}

func TestRefusedByTheApp(t *testing.T) {
	var got *readlink.Refusal
	s := newSite(t, criiptoFake, func(s *site, set *settings) {
		set.links.Refused = func(w http.ResponseWriter, _ *http.Request, err *readlink.Refusal) {
			got = err
			w.WriteHeader(readlink.StatusOf(err))
		}
	})
	s.failing = errStore
	ditlev := s.citizen("Ditlev")
	p := s.browser().visit(s.link(eboks.Person(ditlev.CPR)), mitidtest.Approve(ditlev))
	require.Equal(t, http.StatusServiceUnavailable, p.StatusCode)
	require.ErrorIs(t, got, errStore)
	require.Equal(t, letter, got.Letter)
	require.Equal(t, "readlink: NotRecorded", got.Error())
}

func TestEnglish(t *testing.T) {
	s := newSite(t, criiptoFake)
	for language, want := range map[string]string{"": "Linket virker ikke", "en-GB,da;q=0.5": "The link does not work", "da,en;q=0.9": "Linket virker ikke",
		"en;q=0.9,da;q=0.9": "Linket virker ikke", "en;q=x": "Linket virker ikke", strings.Repeat("en,", 500): "Linket virker ikke"} {
		p := s.get(http.MethodGet, s.server.URL+"/brev/x", "Accept-Language", language)
		require.Contains(t, p.body, want, language)
		require.Equal(t, "DENY", p.Header.Get("X-Frame-Options"))
		require.Contains(t, p.Header.Get("Content-Security-Policy"), "default-src 'none'")
	}
}
