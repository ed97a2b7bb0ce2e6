package criiptotest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// open returns the opener of an adapter whose Config change has changed.
func open(change func(fake *criiptotest.Broker, cfg *criipto.Config)) func(testing.TB, *criiptotest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *criiptotest.Broker) mitid.Broker {
		cfg := criipto.Config{
			Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now,
		}
		if change != nil {
			change(fake, &cfg)
		}
		b, err := criipto.New(cfg)
		require.NoError(tb, err)
		return b
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

// Each row is an application set up in another way; one login shows that both
// sides agree about it.
func TestSetUps(t *testing.T) {
	key := newKey(t)
	for name, change := range map[string]func(*criiptotest.Broker, *criipto.Config){
		"client_secret_post": func(_ *criiptotest.Broker, cfg *criipto.Config) { cfg.PostSecret = true },
		"public client": func(fake *criiptotest.Broker, cfg *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.PublicClient = true })
			cfg.ClientSecret, cfg.Public = mitid.Secret{}, true
		},
		"private_key_jwt for the token endpoint": func(fake *criiptotest.Broker, cfg *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) {
				s.ClientKeys, s.TokenURLInAud = map[string]*rsa.PublicKey{"k": &key.PublicKey}, true
			})
			cfg.ClientSecret, cfg.PrivateKey, cfg.AssertionAudience = mitid.Secret{}, key, fake.Issuer()+"/oauth2/token"
		},
		"encrypted ID token": func(fake *criiptotest.Broker, cfg *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) {
				s.EncryptTo, s.EncryptKeyID, s.EncryptIDToken = &key.PublicKey, "enc-1", true
			})
			cfg.DecryptionKeys = []criipto.DecryptionKey{{KeyID: "enc-1", Key: key}}
		},
		"signed userinfo": func(fake *criiptotest.Broker, cfg *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.Userinfo = criiptotest.SignedJWT })
			cfg.Userinfo = true
		},
		"no PAR": func(fake *criiptotest.Broker, _ *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARAbsent })
		},
		"PAR required": func(fake *criiptotest.Broker, _ *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARRequired })
		},
		"iss announced": func(fake *criiptotest.Broker, _ *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.IssParameter = true })
		},
		"static scopes": func(fake *criiptotest.Broker, _ *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.DynamicScopes = false })
		},
		"long claim names": func(fake *criiptotest.Broker, _ *criipto.Config) {
			fake.Configure(func(s *criiptotest.Settings) { s.LongClaimNames = true })
		},
		"scope and acr in the hint": func(_ *criiptotest.Broker, cfg *criipto.Config) { cfg.ScopeInHint, cfg.ACRInHint = true, true },
		"Controlled Transfer":       func(_ *criiptotest.Broker, cfg *criipto.Config) { cfg.ControlledTransfer = true },
	} {
		t.Run(name, func(t *testing.T) {
			fake := criiptotest.New(t)
			c, err := mitid.New(mitid.Config{Broker: open(change)(t, fake), RedirectURL: "https://app.example/callback", Now: fake.Now})
			require.NoError(t, err)
			who := mitidtest.Paiman()
			l, err := mitidtest.Login(t, c, fake, mitid.Request{CPR: mitid.CPRRequired, Address: true}, mitidtest.Approve(who))
			require.NoError(t, err)
			require.Equal(t, who.CPR, l.Identity.CPR)
			require.Equal(t, who.Name, l.Identity.Name.Full)
			require.NotNil(t, l.Identity.Address)
		})
	}
}
