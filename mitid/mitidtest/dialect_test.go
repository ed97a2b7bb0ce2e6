package mitidtest_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// clientFor is a client of the made-up broker, whose tokens Criipto's adapter reads.
func clientFor(fake *mitidtest.Broker) *mitid.Client {
	broker, err := criipto.New(criipto.Config{
		Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now,
	})
	if err != nil {
		panic(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback", Now: fake.Now})
	if err != nil {
		panic(err)
	}
	return client
}

// What a dialect from outside gets of the engine is enough: the shared tamperings
// reach every answer of the made-up broker.
func TestSharedTamperingsReachADialectFromOutside(t *testing.T) {
	for _, m := range newSkov(t).Tamperings() {
		if m.TLS || m.Slow {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			fake := newSkov(t)
			client := clientFor(fake)
			if m.Warm {
				_, err := mitidtest.Login(t, client, fake, mitid.Request{})
				require.NoError(t, err)
			}
			require.NoError(t, fake.Tamper(m.Name))
			_, err := mitidtest.Login(t, client, fake, m.Request)
			if m.Want == 0 {
				require.NoError(t, err, m.Doc)
				return
			}
			require.Error(t, err, m.Doc)
			assert.Equal(t, m.Want.String(), mitid.KindOf(err).String(), "%s: %v", m.Doc, err)
		})
	}
}

// The page of the engine serves a dialect from outside.
func TestPageOfADialectFromOutside(t *testing.T) {
	fake := newSkov(t)
	redirect, err := clientFor(fake).Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	res, err := fake.HTTPClient().Get(redirect.URL)
	require.NoError(t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Contains(t, string(page), "Velkommen i skoven")
	assert.Contains(t, string(page), "Ditlev Von Testesen")
}

func TestTamperKnowsNoOtherDialectsNames(t *testing.T) {
	owner := &failing{T: t}
	fake := newSkov(owner)
	require.ErrorContains(t, fake.Tamper("age-missing"), "no tampering")
	assert.Equal(t, 1, owner.failures, "the test that owns the fake fails")
	unowned, err := startSkov(mitidtest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, unowned.Close()) })
	require.ErrorContains(t, unowned.Tamper("age-missing"), "no tampering")
}

func TestTamperingOfAnotherType(t *testing.T) {
	owner := &failing{T: t}
	fake := newSkov(owner)
	fake.Apply(mitidtest.On("", "", mitidtest.StageIDToken, 0, func(*mitidtest.Broker, *mitidtest.Reply) { t.Error("it cannot be called") }))
	_, err := mitidtest.Login(t, clientFor(fake), fake, mitid.Request{})
	require.NoError(t, err)
	assert.Equal(t, 1, owner.failures, "the test that owns the fake fails")
}

func TestStartWithoutDialect(t *testing.T) {
	_, _, err := mitidtest.Start(mitidtest.Config{}, func(*mitidtest.Broker) (mitidtest.Dialect, error) { return nil, nil })
	require.ErrorContains(t, err, "no dialect")
}

// failing is a test that counts its failures.
type failing struct {
	*testing.T
	failures int
}

func (f *failing) Errorf(string, ...any) { f.failures++ }
