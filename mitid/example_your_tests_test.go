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
	address := startSurvey(t, fake)
	for _, c := range []struct {
		who    mitidtest.Outcome
		status int
		says   string
	}{
		{mitidtest.Approve(mitidtest.Ditlev()), 200, "Hej Ditlev Von Testesen"},
		{mitidtest.Approve(mitidtest.Protected()), 200, "Hej du med det beskyttede navn"},
		{mitidtest.Approve(mitidtest.PasswordUser()), 403, "sikringsniveau"},
		{mitidtest.Abort(), 403, "afbrød"},
	} {
		page, err := fake.NewBrowser().Visit(t.Context(), address, c.who)
		require.NoError(t, err)
		text, err := io.ReadAll(page.Body)
		require.NoError(t, err)
		require.NoError(t, page.Body.Close())
		require.Equal(t, c.status, page.StatusCode)
		require.Contains(t, string(text), c.says)
	}
}

// startSurvey runs the app as it is in production, but for its Config.
func startSurvey(t *testing.T, fake *criiptotest.Broker) (address string) {
	server := httptest.NewUnstartedServer(nil)
	address = "http://" + server.Listener.Addr().String()
	app, err := withMitID(http.HandlerFunc(survey), address, criipto.Config{
		Issuer:       fake.Issuer(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	}, nil)
	require.NoError(t, err)
	server.Config.Handler = app
	server.Start()
	t.Cleanup(server.Close)
	return address
}

func TestSurveyRefusesAForgery(t *testing.T) {
	fake := criiptotest.New(t)
	address := startSurvey(t, fake)
	require.NoError(t, fake.Tamper("wrong-issuer")) // spoils the next answer
	page, err := fake.NewBrowser().Visit(t.Context(), address, mitidtest.Approve(mitidtest.Ditlev()))
	require.NoError(t, err)
	require.NoError(t, page.Body.Close())
	require.Equal(t, http.StatusBadRequest, page.StatusCode)
}
