// Package rawpost sends letters to fake distributors with bare HTTP, for the tests of the
// fakes.
package rawpost

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// TB is what a Sender needs of a test.
type TB interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// Sender speaks to a fake with bare HTTP, in a new connection for each request.
type Sender struct {
	Fake      *ebokstest.Distributor
	Transport *http.Transport
	tb        TB
}

// Dial returns a Sender that has the client certificate of a fake.
func Dial(tb TB, fake ebokstest.Fake) *Sender {
	d := fake.Engine()
	return &Sender{Fake: d, tb: tb, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: d.Roots(), Certificates: []tls.Certificate{d.Certificate()}},
		DisableKeepAlives: true,
	}}
}

// Do makes a request and returns status and body, of which it reads 2 MiB.
func (s *Sender) Do(method, path, body string) (status int, text string, err error) {
	ctx, cancel := context.WithTimeout(s.tb.Context(), 20*time.Second)
	defer cancel()
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.Fake.URL()+path, from)
	if err != nil {
		return 0, "", err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/xml; charset=utf-8")
	}
	res, err := s.Transport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 2<<20))
	return res.StatusCode, string(b), err
}

// Must is Do where an answer is expected.
func (s *Sender) Must(method, path, body string) (status int, text string) {
	s.tb.Helper()
	status, text, err := s.Do(method, path, body)
	if err != nil {
		s.tb.Fatalf("%v", err)
	}
	return status, text
}

// Path returns where a letter goes.
func (s *Sender) Path(id eboks.ID) string { return Path(s.Fake.Name(), id) }

// Send sends a letter in the fake's dialect.
func (s *Sender) Send(l Letter) (status int, text string) {
	s.tb.Helper()
	return s.Must(http.MethodPut, s.Path(l.ID), l.Write(s.Fake.Name()))
}

// IsTaken reports a status that accepts.
func IsTaken(status int) bool { return status == http.StatusOK || status == http.StatusNoContent }
