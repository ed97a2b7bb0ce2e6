package neb_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

func TestConfigNamesTheField(t *testing.T) {
	fake := nebtest.New(t)
	broker := func(issuer string) *nets.Broker {
		b, err := nets.New(nets.Config{Issuer: issuer, ClientID: "x", ClientSecret: mitid.NewSecret("y")})
		require.NoError(t, err)
		return b
	}
	for field, spoil := range map[string]func(*neb.Config){
		"Broker":       func(c *neb.Config) { c.Broker = nil },
		"APIClientID":  func(c *neb.Config) { c.APIClientID = "" },
		"APISecret":    func(c *neb.Config) { c.APISecret = mitid.Secret{} },
		"RedirectURL":  func(c *neb.Config) { c.RedirectURL = "http://app.example.dk/" },
		"StateKeys":    func(c *neb.Config) { c.StateKeys = [][]byte{{1}} },
		"MinLevel":     func(c *neb.Config) { c.MinLevel = claims.High + 1 },
		"MaxDocument":  func(c *neb.Config) { c.MaxDocument = -1 },
		"Timeout":      func(c *neb.Config) { c.Timeout = -1 },
		"SigntextPath": func(c *neb.Config) { c.SigntextPath = "v2" },
		"ReceiptPath":  func(c *neb.Config) { c.ReceiptPath = "/a?b" },
		"WorkflowPath": func(c *neb.Config) { c.WorkflowPath = "/../op" },
		"BaseURL":      func(c *neb.Config) { c.Broker = broker("https://neb.example/other") },
		"BaseURL ":     func(c *neb.Config) { c.BaseURL = "http://neb.example/transactionsigning" },
		"BaseURL  ":    func(c *neb.Config) { c.BaseURL = "https://neb.example/?x=y" },
		"BaseURL   ":   func(c *neb.Config) { c.BaseURL = "ærø" },
	} {
		cfg := settings(t, fake)
		spoil(&cfg)
		_, err := neb.New(cfg)
		require.ErrorIs(t, err, signing.ErrConfigInvalid, field)
		for len(field) > 0 && field[len(field)-1] == ' ' {
			field = field[:len(field)-1]
		}
		assert.Contains(t, err.Error(), field)
	}
	for _, issuer := range []string{nets.Production, nets.PreProduction} {
		cfg := settings(t, fake)
		cfg.Broker = broker(issuer)
		s, err := neb.New(cfg)
		require.NoError(t, err)
		assert.Equal(t, "neb.Service("+issuer+")", s.String())
		assert.Equal(t, s.String(), s.GoString())
	}
	assert.Zero(t, fake.Count(""), "New makes no call")
}

// Another address of the APIs is a setting.
func TestOtherAddresses(t *testing.T) {
	fake, s := open(t, func(c *neb.Config) {
		c.BaseURL, c.SigntextPath = c.Broker.Callback().Issuer, "/andetsteds"
	})
	_, err := s.Sign(t.Context(), texts()[0], mitid.Request{})
	require.ErrorIs(t, err, signing.ErrNotFound)
	assert.Equal(t, 1, fake.Count("/op/andetsteds"))
}
