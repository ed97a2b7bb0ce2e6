package criipto_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

func TestConfigNamesTheFieldThatIsWrong(t *testing.T) {
	secret := bytes.Repeat([]byte{1}, 32)
	for name, c := range map[string]struct {
		change func(*criipto.Config)
		says   string
	}{
		"endpoint without TLS":       {func(c *criipto.Config) { c.Endpoint = "http://signatures.idura.app/v1/graphql" }, "Endpoint"},
		"endpoint like loopback":     {func(c *criipto.Config) { c.Endpoint = "http://localhost.example.dk/" }, "Endpoint"},
		"endpoint with a user":       {func(c *criipto.Config) { c.Endpoint = "https://a:b@example.dk/" }, "Endpoint"},
		"endpoint with a fragment":   {func(c *criipto.Config) { c.Endpoint = "https://example.dk/#x" }, "Endpoint"},
		"endpoint of another scheme": {func(c *criipto.Config) { c.Endpoint = "ftp://example.dk/" }, "Endpoint"},
		"endpoint is no address":     {func(c *criipto.Config) { c.Endpoint = "example.dk" }, "Endpoint"},
		"no client id":               {func(c *criipto.Config) { c.ClientID = "" }, "ClientID"},
		"client id with a colon":     {func(c *criipto.Config) { c.ClientID = "a:b" }, "ClientID"},
		"client id with a break":     {func(c *criipto.Config) { c.ClientID = "a\r\nb" }, "ClientID"},
		"no secret":                  {func(c *criipto.Config) { c.ClientSecret = signing.Secret{} }, "ClientSecret"},
		"level low":                  {func(c *criipto.Config) { c.Level = claims.Low }, "Level"},
		"level unknown":              {func(c *criipto.Config) { c.Level = 99 }, "Level"},
		"evidence key":               {func(c *criipto.Config) { c.UniqueEvidence = "sub uuid" }, "UniqueEvidence"},
		"hint":                       {func(c *criipto.Config) { c.LoginHint = " a" }, "LoginHint"},
		"zone":                       {func(c *criipto.Config) { c.Timezone = "../etc" }, "Timezone"},
		"signatories":                {func(c *criipto.Config) { c.MaxSignatories = 101 }, "MaxSignatories"},
		"pages":                      {func(c *criipto.Config) { c.PageSize = -1 }, "PageSize"},
		"time":                       {func(c *criipto.Config) { c.Timeout = -1 }, "Timeout"},
		"size":                       {func(c *criipto.Config) { c.MaxAnswer = -1 }, "MaxAnswer"},
		"kinds":                      {func(c *criipto.Config) { c.Kinds = map[string]signing.Kind{"X": 200} }, "Kinds"},
		"hook without address":       {func(c *criipto.Config) { c.Webhook.Secret = secret }, "Webhook.URL"},
		"hook without TLS":           {func(c *criipto.Config) { c.Webhook = criipto.Hook{URL: "http://example.dk/", Secret: secret} }, "Webhook.URL"},
		"hook without secret":        {func(c *criipto.Config) { c.Webhook = criipto.Hook{URL: "https://example.dk/"} }, "Webhook.Secret"},
		"hook of 31 bytes":           {func(c *criipto.Config) { c.Webhook = criipto.Hook{URL: "https://example.dk/", Secret: secret[:31]} }, "Webhook.Secret"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config("")
			c.change(&cfg)
			s, err := criipto.New(cfg)
			assert.Nil(t, s)
			require.ErrorIs(t, err, signing.ErrConfigInvalid)
			require.ErrorContains(t, err, c.says)
			silent(t, err)
		})
	}
}

func TestConfigTakesBothSpellingsAndLoopback(t *testing.T) {
	for _, endpoint := range []string{"", criipto.DefaultEndpoint, criipto.OlderEndpoint, "http://localhost:1/x", "http://127.0.0.1/", "http://[::1]:80/"} {
		_, err := criipto.New(config(endpoint))
		require.NoError(t, err, endpoint)
	}
}

func TestCapabilities(t *testing.T) {
	s, err := criipto.New(config(""))
	require.NoError(t, err)
	assert.Equal(t, signing.Capabilities{Name: "criipto", Links: true, Find: true, Cancel: true, Cleanup: true, Retention: 7, Signatories: 14, MaxDocument: 64_000_000 - 16<<20,
		UUID: true, Subject: true, Sequence: true, Roles: true, ReturnURL: true, Expires: true}, s.Capabilities())
	cfg := config("")
	cfg.AskCPR, cfg.MaxSignatories = true, 3
	s, err = criipto.New(cfg)
	require.NoError(t, err)
	assert.True(t, s.Capabilities().CPR)
	assert.Equal(t, 3, s.Capabilities().Signatories)
}

// What the caller does with its slices and maps later changes nothing.
func TestConfigIsCopied(t *testing.T) {
	cfg := config("")
	cfg.Webhook = criipto.Hook{URL: "https://example.dk/", Secret: bytes.Repeat([]byte{1}, 32)}
	cfg.Now = func() time.Time { return noon }
	s, err := criipto.New(cfg)
	require.NoError(t, err)
	clear(cfg.Webhook.Secret)
	h, err := s.Webhook(criipto.WebhookConfig{Handle: new(spy).handle})
	require.NoError(t, err)
	body := `{"event":"WEBHOOK_VALIDATION"}`
	assert.Equal(t, 401, post(h, body, "X-Criipto-Signature", signature(make([]byte, 32), body)))
	assert.Equal(t, 200, post(h, body, "X-Criipto-Signature", signature(bytes.Repeat([]byte{1}, 32), body)))
}

// A document that is signed must fit, with what the service adds, into what is fetched and
// verified.
func TestDocumentsLeaveRoomForSignatures(t *testing.T) {
	for signed, want := range map[int64]int64{0: 64_000_000 - 16<<20, 1 << 30: 48 << 20, 10_000_000: 5_000_000} {
		cfg := config("https://signatures.example/v1/graphql")
		cfg.MaxDocument = signed
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		assert.Equal(t, want, s.Capabilities().MaxDocument)
	}
}
