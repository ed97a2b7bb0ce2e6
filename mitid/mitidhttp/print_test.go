package mitidhttp_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// TestCanary puts a person behind a session and keys into a gate and looks for
// them in everything that prints.
func TestCanary(t *testing.T) {
	key := []byte("canary-key-canary-key-canary-key")
	var seen *mitidhttp.Session
	s := newSite(t, true, func(s *site) { s.cfg.Keys = [][]byte{key} })
	b := s.browser()
	b.answer(b.get("/more"))
	r, err := http.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, err)
	r.AddCookie(&http.Cookie{Name: "__Host-mitid", Value: b.session()})
	seen, ok := s.gate.Session(r)
	require.True(t, ok)
	require.False(t, seen.Identity.CPR.IsZero())

	digits, name := seen.Identity.CPR.Reveal(), seen.Identity.Name.Full
	for what, v := range map[string]any{
		"Session": *seen, "*Session": seen, "Login": seen.Login(), "Gate": s.gate, "Config": s.cfg, "*Config": &s.cfg,
		"handler": s.gate.Start(mitid.Request{}),
	} {
		require.Empty(t, canary.Leaks(v, digits, digits[:6]), what)
		for _, printer := range canary.Leaks(v, name, "Ågård", seen.Identity.Subject, string(key)) {
			if !canary.OutOfReach(printer) {
				t.Errorf("%s leaks under %s", what, printer)
			}
		}
	}
	require.Equal(t, "mitidhttp.Session{substantial}", canary.Renderings(seen)["fmt %v"])
	require.Equal(t, "mitidhttp.Gate(stub)", canary.Renderings(s.gate)["fmt %+v"])
}

// Nothing about a person in an address, a header that is not
// sealed, or a log line.
func TestNothingInClear(t *testing.T) {
	var log bytes.Buffer
	s := newSite(t, true, func(s *site) {
		s.cfg.Logger = slog.New(slog.NewJSONHandler(&log, nil))
		s.client.Logger = s.cfg.Logger
		s.cfg.OnLogin = func(_ http.ResponseWriter, r *http.Request, l *mitid.Login) error {
			if c, _ := r.Cookie("app"); c != nil {
				return errors.New("no profile for " + l.Identity.Name.Full + " " + l.Identity.CPR.Reveal())
			}
			return nil
		}
	})
	b := s.browser()
	var sent strings.Builder
	see := func(p page) page {
		sent.WriteString(p.to() + "\n")
		for _, c := range p.Cookies() {
			sent.WriteString(c.Raw + "\n")
		}
		return p
	}
	see(b.answer(see(b.get("/more?return=/in/"))))
	begun := see(b.get("/high"))
	see(b.get("/callback?error=access_denied&error_description=" + soren().CPR.Reveal() + "&state=" + begun.handle()))
	see(b.get("/login?return=//" + soren().CPR.Reveal()))
	b.put("app", "1")
	see(b.answer(see(b.get("/more"))))
	see(b.do(http.MethodPost, "/logout", ""))
	require.Contains(t, log.String(), "refused by OnLogin")
	for _, secret := range []string{soren().CPR.Reveal(), "Ågård", "{søren}", soren().UUID.String(), begun.handle()} {
		require.NotContains(t, log.String(), secret)
	}
	for _, secret := range []string{soren().CPR.Reveal(), "Ågård", "{søren}", soren().UUID.String()} {
		require.NotContains(t, sent.String(), secret)
	}
}

func jsonLog(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }
