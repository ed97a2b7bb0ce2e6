package mitidhttp_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The error of an address look-up holds the person's number. It is not sealed into
// the session of somebody whose number nobody asked for, nor does it reach a log.
func TestErrorOfALookUpIsNotSealedIntoTheSession(t *testing.T) {
	fake := criiptotest.New(t)
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(t, err)
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	s := newSite(t, false, func(s *site) {
		s.client.Broker, s.client.Now, s.client.Logger = broker, fake.Now, logger
		s.cfg.Now, s.cfg.Logger, s.cfg.Request = fake.Now, logger, mitid.Request{Address: true}
		s.cfg.OnLogin = func(_ http.ResponseWriter, r *http.Request, l *mitid.Login) error {
			logger.InfoContext(r.Context(), "login", "login", l, "identity", l.Identity, "claims", l.Claims)
			return nil
		}
	})
	served := s.handler
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/plain" {
			served.ServeHTTP(w, r)
			return
		}
		s.gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session, _ := mitidhttp.FromContext(r.Context())
			_ = json.NewEncoder(w).Encode(claims.Plain(session.Identity))
		})).ServeHTTP(w, r)
	})
	who, b := mitidtest.NotInRegister(), s.browser()
	done := b.walk(fake, b.get("/plain"), mitidtest.Approve(who))
	require.Equal(t, "/plain", done.to(), done.body)
	plain := b.get("/plain").body
	require.Contains(t, plain, who.Name)
	require.NotContains(t, plain, "address")
	digits := who.CPR.Reveal()
	for _, text := range []string{plain, log.String()} {
		require.NotContains(t, text, digits)
		require.NotContains(t, text, digits[:6]+"-"+digits[6:])
	}
}
