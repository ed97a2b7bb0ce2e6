package mitidhttp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func TestNewNamesTheField(t *testing.T) {
	client, err := mitid.New(mitid.Config{Broker: &stub{method: http.MethodGet, issuer: "https://broker.example"}, RedirectURL: "https://app.example/callback"})
	require.NoError(t, err)
	_, err = mitidhttp.New(mitidhttp.Config{Client: client})
	require.NoError(t, err, "the rest has defaults")
	for field, cfg := range map[string]mitidhttp.Config{
		"Config.Client":   {},
		"Config.Keys":     {Client: client, Keys: [][]byte{key1, []byte("canary")}},
		"Config.Lifetime": {Client: client, Lifetime: 25 * time.Hour},
		"Config.Home":     {Client: client, Home: "https://canary.example/"},
	} {
		g, err := mitidhttp.New(cfg)
		require.Nil(t, g)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid)
		require.ErrorContains(t, err, field)
		require.NotContains(t, err.Error(), "canary")
	}
	_, err = mitidhttp.New(mitidhttp.Config{Client: client, Lifetime: -1})
	require.ErrorContains(t, err, "Config.Lifetime")
}
