package criipto_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// rewritten is a transport that changes userinfo answers on the way, and counts
// them.
type rewritten struct {
	change func(string) string
	asked  int
}

func (f *rewritten) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/userinfo") {
		return res, err
	}
	f.asked++
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	b = []byte(f.change(string(b)))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return res, nil
}

func openRewritten(t *testing.T, fake *criiptotest.Broker, f *rewritten) *mitid.Client {
	t.Helper()
	b, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
		Now: fake.Now, Userinfo: true, HTTPClient: &http.Client{Transport: f}})
	require.NoError(t, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "https://app.example/callback", Now: fake.Now})
	require.NoError(t, err)
	return c
}

// Protected is who either statement says is protected.
func TestProtectionTakesTheStricterWord(t *testing.T) {
	fake := criiptotest.New(t)
	nameless := mitidtest.Paiman()
	nameless.Name = ""
	byUserinfo := &rewritten{change: func(s string) string {
		return s[:strings.LastIndex(s, "}")] + `,"name":"NAVNE & ADRESSEBESKYTTET"}`
	}}
	l, err := mitidtest.Login(t, openRewritten(t, fake, byUserinfo), fake, mitid.Request{Address: true}, mitidtest.Approve(nameless))
	require.NoError(t, err)
	require.Equal(t, claims.NameAndAddressProtected, l.Identity.Protection)
	require.Nil(t, l.Identity.Name)
	require.Nil(t, l.Identity.Address)

	hidden := mitidtest.Paiman()
	hidden.Name = "NAVNE & ADRESSEBESKYTTET"
	byToken := &rewritten{change: func(s string) string {
		return strings.NewReplacer(`NAVNE \u0026 ADRESSEBESKYTTET`, "Åse Hemmelig", "NAVNE & ADRESSEBESKYTTET", "Åse Hemmelig").Replace(s)
	}}
	l, err = mitidtest.Login(t, openRewritten(t, fake, byToken), fake, mitid.Request{Address: true}, mitidtest.Approve(hidden))
	require.NoError(t, err)
	require.Equal(t, claims.NameAndAddressProtected, l.Identity.Protection)
	require.Nil(t, l.Identity.Name)
	require.Nil(t, l.Identity.Address)
}

// A step-up that somebody else answers asks nothing about them.
func TestStepUpBySomebodyElseMakesNoFurtherCall(t *testing.T) {
	fake := criiptotest.New(t)
	f := &rewritten{change: func(s string) string { return s }}
	c := openRewritten(t, fake, f)
	l, err := mitidtest.Login(t, c, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
	require.NoError(t, err)
	asked := f.asked
	rd, err := c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(mitidtest.Paiman()))
	require.NoError(t, err)
	_, err = c.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
	require.Equal(t, asked, f.asked)
}

// Each call to the broker tells it something: there is none that nobody configured.
func TestUserinfoIsAskedWhereItIsConfiguredAlone(t *testing.T) {
	for _, on := range []bool{false, true} {
		fake := criiptotest.New(t)
		broker := configured(func(cfg *criipto.Config) { cfg.Userinfo = on })(t, fake)
		client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback", Now: fake.Now})
		require.NoError(t, err)
		_, err = mitidtest.Login(t, client, fake, mitid.Request{})
		require.NoError(t, err)
		want := 0
		if on {
			want = 1
		}
		require.Equal(t, want, fake.Count("/oauth2/userinfo"))
	}
}
