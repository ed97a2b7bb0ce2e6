package mitid_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// This file is what the guides show of a test suite: the app of Example_web under
// test. Nothing in it needs an account, a network or a browser.

func TestSurvey(t *testing.T) {
	fake := criiptotest.New(t)
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	app, err := withMitID(http.HandlerFunc(survey), address, criipto.Config{
		Issuer:       fake.Issuer(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	}, nil)
	require.NoError(t, err)
	server.Config.Handler = app
	server.Start()
	t.Cleanup(server.Close)

	for _, c := range []struct {
		name   string
		who    mitidtest.Outcome
		tamper string
		status int
		says   string
	}{
		{"a citizen", mitidtest.Approve(mitidtest.Ditlev()), "", 200, "Hej Ditlev Von Testesen"},
		{"a protected name", mitidtest.Approve(mitidtest.Protected()), "", 200, "Hej du med det beskyttede navn"},
		{"cancel", mitidtest.Abort(), "", 403, "afbrød"},
		{"password alone", mitidtest.Approve(mitidtest.PasswordUser()), "", 403, "sikringsniveau"},
		{"a forged token", mitidtest.Approve(mitidtest.Ditlev()), "wrong-issuer", 400, "Noget gik galt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.tamper != "" {
				require.NoError(t, fake.Tamper(c.tamper))
			}
			page, err := fake.NewBrowser().Visit(t.Context(), address+"/", c.who)
			require.NoError(t, err)
			defer page.Body.Close()
			text, err := io.ReadAll(page.Body)
			require.NoError(t, err)
			require.Equal(t, c.status, page.StatusCode)
			require.Contains(t, string(text), c.says)
		})
	}
}
