package oidcrp

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A certificate that does not hold ends the call before anything is said.
func TestCertificates(t *testing.T) {
	var calls atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	trusting := func() *http.Transport { return s.Client().Transport.(*http.Transport).Clone() }
	otherHost, expired := trusting(), trusting()
	otherHost.TLSClientConfig.ServerName = "other.example"
	expired.TLSClientConfig.Time = func() time.Time { return time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC) }

	for name, c := range map[string]struct {
		transport *http.Transport
		why       string
	}{
		"unknown":      {new(http.Transport), "is signed by an authority that is not trusted here"},
		"another host": {otherHost, "is for another host name"},
		"expired":      {expired, "has ended or is not valid yet"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty(t, c.transport, func(c *Config) { c.Issuer = s.URL })
			_, err := p.Exchange(t.Context(), "code", "verifier", redirect)
			requireClass(t, fault.BrokerUnavailable, err)
			assert.Equal(t, "BrokerUnavailable: criipto: discovery: http: not sent: the server's certificate "+c.why, err.Error())
			assert.Zero(t, calls.Load())
		})
	}
	_, err := newParty(t, trusting(), func(c *Config) { c.Issuer = s.URL }).Metadata(t.Context())
	requireClass(t, fault.BrokerUnavailable, err)
	require.EqualValues(t, 1, calls.Load(), "and one that holds is talked to")
}
