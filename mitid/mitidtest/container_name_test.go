package mitidtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A fake in a container is known by a name, which its certificate has.
func TestFakeUnderTheNameOfItsContainer(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{TLS: true, BaseURL: "https://fakes:9400", AnyLoopbackRedirect: true})
	require.NoError(t, err)
	defer fake.Close()
	require.Equal(t, "https://fakes:9400", fake.Issuer())
	b, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient()})
	require.NoError(t, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback"})
	require.NoError(t, err)
	l, err := mitidtest.Login(t, c, fake, mitid.Request{})
	require.NoError(t, err)
	require.Equal(t, "https://fakes:9400", l.Issuer)
}

func TestFakeIsReachedFromElsewhereOnlyWhenTold(t *testing.T) {
	_, err := criiptotest.Start(mitidtest.Config{Addr: "0.0.0.0:0"})
	require.ErrorContains(t, err, "BeyondLoopback")
	for _, base := range []string{"fakes:9400", "http://fakes/", "http://fakes/op", "ftp://fakes", "https://fakes", "http://u@fakes", "http://", "http://fakes?x"} {
		_, err := criiptotest.Start(mitidtest.Config{BaseURL: base})
		require.ErrorContains(t, err, "BaseURL", base)
	}
	fake, err := criiptotest.Start(mitidtest.Config{Addr: "0.0.0.0:0", BeyondLoopback: true, BaseURL: "http://127.0.0.1:19400"})
	require.NoError(t, err)
	defer fake.Close()
	require.Equal(t, "http://127.0.0.1:19400", fake.Issuer())
}
