package eident_test

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// certificateOf returns a certificate of the fake's key that is valid from now on for life.
func certificateOf(t *testing.T, fake *eidenttest.Broker, life time.Duration) *x509.Certificate {
	t.Helper()
	key, err := fake.Keys().Active().Private()
	require.NoError(t, err)
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: fake.Now().Add(-48 * time.Hour), NotAfter: fake.Now().Add(life)}
	der, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

// TestSAMLCheck: the signers' certificates are compared with the clock, and a login agrees.
func TestSAMLCheck(t *testing.T) {
	const day = 24 * time.Hour
	for title, c := range map[string]struct {
		lives []time.Duration // of the certificates
		want  mitid.Grade
		login error
	}{
		"no signers":          {want: mitid.Advice},
		"valid for a year":    {lives: []time.Duration{365 * day}, want: mitid.Fine},
		"valid for a month":   {lives: []time.Duration{30 * day}, want: mitid.Advice},
		"expired":             {lives: []time.Duration{-day}, want: mitid.Failed, login: mitid.ErrSignatureInvalid},
		"one of them expired": {lives: []time.Duration{-day, 365 * day}, want: mitid.Fine},
	} {
		t.Run(title, func(t *testing.T) {
			fake := eidenttest.NewSAML(t)
			fake.Configure(func(s *switches) { s.ArtifactReceiver = "http://127.0.0.1/callback" })
			cfg := samlConfig(fake)
			cfg.Signers = nil
			for _, life := range c.lives {
				cfg.Signers = append(cfg.Signers, certificateOf(t, fake, life))
			}
			b, err := eident.NewSAML(cfg)
			require.NoError(t, err)
			client, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: fake.Now})
			require.NoError(t, err)

			report := client.Check(t.Context())
			i := 0
			for report.Findings[i].About != "signers" {
				i++
			}
			require.Equal(t, c.want, report.Findings[i].Grade, "%s", report)
			require.Equal(t, c.want != mitid.Failed, report.OK())
			require.Zero(t, fake.Count(""))
			_, err = mitidtest.Login(t, client, fake, mitid.Request{})
			require.ErrorIs(t, err, c.login)
		})
	}
}
