package mitidhttp

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
)

// silent is a broker that is never asked.
type silent struct{}

func (silent) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{Name: "silent", Issuer: "https://broker.example", Method: http.MethodGet, State: "state"}
}

func (silent) Begin(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return &mitid.Redirect{URL: "https://broker.example/?state=" + a.Handle}, nil
}

func (silent) Complete(context.Context, *mitid.Attempt, mitid.Callback) (*mitid.Assertion, error) {
	return nil, &mitid.Error{Kind: mitid.TokenInvalid}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newGate(tb testing.TB) *Gate {
	tb.Helper()
	key := bytes.Repeat([]byte{7}, 32)
	now := func() time.Time { return noon }
	c, err := mitid.New(mitid.Config{Broker: silent{}, RedirectURL: "https://app.example/callback", StateKeys: [][]byte{key}, Now: now})
	require.NoError(tb, err)
	g, err := New(Config{Client: c, Keys: [][]byte{key}, Now: now})
	require.NoError(tb, err)
	return g
}

// full is a session with everything that a broker tells.
func full() *Session {
	cvr, err := claims.ParseCVR("12345674")
	if err != nil {
		cvr = claims.CVR{}
	}
	uuid, _ := claims.ParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416")
	return &Session{
		Identity: claims.Identity{
			Capacity: claims.CapacityProfessional, Subject: "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}", UUID: uuid, CPR: cprtest.Number(3), CPRStatus: claims.StatusResident,
			Protection: claims.Unprotected, Name: &claims.Name{Full: "Søren Ærø Ågård", Given: "Søren Ærø", Family: "Ågård"},
			BirthDate: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), Country: "DK",
			Address: &claims.Address{Lines: []string{"Grusgraven 1,3 tv", "3400 Hillerød"}, Street: "Grusgraven 1,3 tv", Road: "Grusgraven", RoadCode: "1732", HouseNumber: "1",
				Floor: "3", Side: "tv", PostalCode: "3400", City: "Hillerød", Municipality: "Lyngby-Taarbæk", MunicipalityCode: "0173", Country: "Danmark"},
			Organisation:   &claims.Organisation{Name: "Smørrebrød & Søn ApS", CVR: cvr},
			Levels:         claims.Levels{LoA: claims.Substantial, IAL: claims.Substantial, AAL: claims.High, FAL: claims.High},
			Authenticators: []claims.Authenticator{{Kind: claims.App}, {Kind: claims.CodeDisplay}},
			AuthTime:       noon, SessionID: "session-1",
		},
		Level: claims.Substantial, LoggedInAt: noon.Local(), Expires: noon.Add(time.Hour).Local(),
		rule: silent{}.Callback(), stepUp: "transaction-1",
	}
}

func TestSessionCookieKeepsEverything(t *testing.T) {
	g := newGate(t)
	sealed, err := g.sealSession(full(), "")
	require.NoError(t, err)
	require.Less(t, len(sealed), 2500, "an identity with everything leaves room")
	s := g.openSession(sealed, "")
	require.NotNil(t, s)
	require.True(t, full().Identity.CPR == s.Identity.CPR)
	require.Equal(t, full().Identity.Address, s.Identity.Address)
	require.Equal(t, full().Identity.Organisation, s.Identity.Organisation)
	require.Equal(t, full().Identity.Authenticators, s.Identity.Authenticators)
	require.Equal(t, full().LoggedInAt.Unix(), s.LoggedInAt.Unix())
	l := s.Login()
	require.Equal(t, "silent", l.Broker)
	require.Equal(t, "https://broker.example", l.Issuer)
	require.Equal(t, "transaction-1", l.StepUp)
	require.Equal(t, claims.Substantial, l.Level)
}

func TestOtherVersionsAreNoSession(t *testing.T) {
	g := newGate(t)
	for _, plain := range []string{
		`{}`, `{"v":1,"l":"high","t":1,"e":99999999999,"p":{"subject":"x"}}`, `{"v":2,"l":"high","t":1,"e":99999999999,"p":{}}`,
		`{"v":2,"h":"x","l":"high","t":1,"e":99999999999,"p":{"subject":"x"}}`, `[]`, `null`, ``,
		`{"v":2,"l":"highest","t":1,"e":99999999999,"p":{"subject":"x"}}`,
	} {
		require.Nil(t, g.openSession(g.session.Seal("", []byte(plain)), ""), plain)
	}
}

func TestPendingFitsIntoACookie(t *testing.T) {
	g := newGate(t)
	p := &pending{Purpose: purposeStepUp, Handle: strings.Repeat("h", 22), Expires: noon.Add(time.Minute).Unix(), Return: "/" + strings.Repeat("&", maxReturnPath-1),
		From: &startingSession{Person: personKey(strings.Repeat("ø", 60)), LoggedInAt: noon.UnixMilli(), Expires: uint32(noon.Unix()), AuthTime: uint32(noon.Unix())}}
	rd, err := g.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, g.setPending(w, r, p, rd.State))
	require.Less(t, len(w.Header().Get("Set-Cookie")), 4096)
	err = g.setPending(w, r, p, strings.Repeat("s", maxCookie))
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
}

func FuzzSessionCookie(f *testing.F) {
	g := newGate(f)
	sealed, err := g.sealSession(full(), "")
	require.NoError(f, err)
	f.Add(sealed)
	f.Add(sealed[:len(sealed)/2])
	f.Add("....")
	f.Add("eyJhbGciOiJub25lIn0....")
	f.Fuzz(func(t *testing.T, value string) {
		if s := g.openSession(value, ""); s != nil {
			require.Equal(t, full().Identity.Subject, s.Identity.Subject, "a forgery opened")
		}
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{"Cookie": {"__Host-mitid=" + value}}}
		_, _ = g.Session(r)
	})
}

func FuzzPendingCookie(f *testing.F) {
	g := newGate(f)
	p := &pending{Handle: strings.Repeat("h", 22), Expires: noon.Add(time.Minute).Unix(), Return: "/blåbær"}
	value, err := g.sealPending(p, "state")
	require.NoError(f, err)
	f.Add("__Host-mitid."+p.Handle, value, "state="+p.Handle+"&code=c")
	f.Add("__Host-mitid.", "~", "")
	f.Add("__Host-mitid.x", "a~b~c", "state=x&state=y&%zz")
	f.Fuzz(func(t *testing.T, name, value, query string) {
		if got, _ := g.openPending(&http.Cookie{Name: name, Value: value}); got != nil {
			require.Equal(t, p, got, "a forgery opened")
			require.Equal(t, "__Host-mitid."+p.Handle, name)
		}
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/callback", RawQuery: query}, Header: http.Header{"Cookie": {name + "=" + value}}}
		w := httptest.NewRecorder()
		g.Callback().ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		for _, c := range w.Result().Cookies() {
			require.Empty(t, c.Value, "nobody is logged in")
		}
	})
}

// The session check of one request, beside the one operation that it cannot do
// without: opening so many bytes with AES-256-GCM.
func BenchmarkSession(b *testing.B) {
	g := newGate(b)
	sealed, err := g.sealSession(full(), "")
	require.NoError(b, err)
	b.Run("ours", func(b *testing.B) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{"Cookie": {"__Host-mitid=" + sealed}}}
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := g.Session(r); !ok {
				b.Fatal("no session")
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		block, err := aes.NewCipher(bytes.Repeat([]byte{7}, 32))
		require.NoError(b, err)
		gcm, err := cipher.NewGCM(block)
		require.NoError(b, err)
		nonce := make([]byte, gcm.NonceSize())
		closed := gcm.Seal(nil, nonce, make([]byte, len(sealed)*3/4), nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := gcm.Open(nil, nonce, closed, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
