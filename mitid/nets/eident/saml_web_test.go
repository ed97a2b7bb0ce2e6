package eident_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// TestSAMLInAWebApp: package mitidhttp needs nothing else for SAML, in every way back.
func TestSAMLInAWebApp(t *testing.T) {
	fake := eidenttest.NewSAML(t)
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	fake.Configure(func(s *switches) { s.ArtifactReceiver = address + "/callback" })
	broker, err := eident.NewSAML(samlConfig(fake))
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback", Now: fake.Now})
	require.NoError(t, err)
	var refused error
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, LoggedOut: "/farvel", Now: fake.Now,
		Refused: func(w http.ResponseWriter, _ *http.Request, err error) {
			refused = err
			w.WriteHeader(mitidhttp.StatusOf(err))
		}})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, _ := mitidhttp.FromContext(r.Context())
		fmt.Fprintf(w, "Hej %s på %s", session.Identity.Name.Full, r.URL.Path)
	})))
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)

	visit := func(b *mitidtest.Browser, path string, as ...mitidtest.Outcome) (*http.Response, string) {
		res, err := b.Visit(t.Context(), address+path, as...)
		require.NoError(t, err)
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res, string(text)
	}
	browser := fake.NewBrowser()
	_, text := visit(browser, "/ærø", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, "Hej Paiman Petersen på /ærø", text)
	_, text = visit(browser, "/igen")
	require.Equal(t, "Hej Paiman Petersen på /igen", text, "the session holds")

	for title, c := range map[string]struct {
		as     mitidtest.Outcome
		tamper string
		want   error
	}{
		"cancel":               {as: mitidtest.Abort(), want: mitid.ErrUserCancelled},
		"a failure":            {as: mitidtest.Fail("authfailed"), want: mitid.ErrBrokerDeclined},
		"a forged assertion":   {as: mitidtest.Approve(mitidtest.Ditlev()), tamper: "xsw4", want: mitid.ErrSignatureInvalid},
		"a level too low":      {as: mitidtest.Approve(mitidtest.PasswordUser()), want: mitid.ErrAssuranceTooLow},
		"another browser's":    {as: mitidtest.Approve(mitidtest.Ditlev()), tamper: "callback-in-other-browser", want: mitid.ErrStateInvalid},
		"an artifact repeated": {as: mitidtest.Approve(mitidtest.Ditlev()), tamper: "artifact-twice", want: mitid.ErrResponseInvalid},
	} {
		t.Run(title, func(t *testing.T) {
			refused = nil
			if c.tamper != "" {
				require.NoError(t, fake.Tamper(c.tamper))
			}
			res, text := visit(fake.NewBrowser(), "/", c.as)
			require.ErrorIs(t, refused, c.want)
			require.GreaterOrEqual(t, res.StatusCode, 400)
			require.False(t, strings.Contains(text, "Hej"))
		})
	}
}
