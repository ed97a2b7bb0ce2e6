package realservers

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/mtls"
)

const patient = time.Minute

// client shows cert. It waits a minute for 100 Continue, so that a server that does not
// say it is noticed.
func (p *pki) client(t *testing.T, cert tls.Certificate, o mtls.Options) *httpx.Client {
	t.Helper()
	o.Roots, o.Ask = p.roots, patient
	transport := mtls.New(cert, o)
	t.Cleanup(transport.CloseIdleConnections)
	return httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient})
}

// letter is size bytes of Danish that ask before they leave.
func letter(t *testing.T, address string, size int) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, address, strings.NewReader(strings.Repeat("æøå ", size/7+1)[:size]))
	require.NoError(t, err)
	req.Header.Set("Expect", "100-continue")
	return req
}

func problem(t *testing.T, err error) *httpx.Error {
	t.Helper()
	var e *httpx.Error
	require.ErrorAs(t, err, &e)
	return e
}

// nginx answers a certificate that it does not like with a page, not with an alert. What
// it never saw is the letter.
func TestNginxDemandsACertificate(t *testing.T) {
	for _, protocols := range []string{"TLSv1.2", "TLSv1.3", "TLSv1.2 TLSv1.3"} {
		t.Run(protocols, func(t *testing.T) {
			p, a := newPKI(t), newApp(t)
			address := nginx(t, p, a, protocols)
			for _, name := range []string{"good", "chained"} {
				c := p.client(t, p.shown[name], mtls.Options{})
				for range 3 { // on a new connection and on a warm one
					resp, err := c.Do(t.Context(), letter(t, address, 100<<10))
					require.NoError(t, err, name)
					assert.Equal(t, http.StatusNoContent, resp.Status, name)
					assert.True(t, resp.Taken, name)
					assert.Empty(t, resp.Unasked)
				}
				calls, bytes := a.seen()
				assert.Equal(t, 3, calls)
				assert.EqualValues(t, 300<<10, bytes)
			}
			for _, name := range []string{"expired", "not yet valid", "of a stranger", "without the issuing one", "none"} {
				resp, err := p.client(t, p.shown[name], mtls.Options{}).Do(t.Context(), letter(t, address, 100<<10))
				require.NoError(t, err, name)
				assert.Equal(t, http.StatusBadRequest, resp.Status, name)
				assert.Equal(t, "text/html", resp.Header.Get("Content-Type"), name)
				assert.False(t, resp.Taken, "%s: the letter stayed here", name)
			}
			_, err := p.client(t, p.shown["with another's key"], mtls.Options{}).Do(t.Context(), letter(t, address, 100<<10))
			e := problem(t, err)
			assert.Equal(t, httpx.Unwelcome, e.Reason)
			assert.ErrorContains(t, e, "its key does not belong to it")
			assert.True(t, e.Incomplete())
			calls, _ := a.seen()
			assert.Zero(t, calls)
		})
	}
}

// Apache judges in the handshake if the whole host demands a certificate.
func TestApacheDemandsACertificateForTheWholeHost(t *testing.T) {
	for _, protocol := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run(protocol, func(t *testing.T) {
			p, a := newPKI(t), newApp(t)
			address := apache(t, p, a, protocol, "/")
			for _, name := range []string{"good", "chained"} {
				c := p.client(t, p.shown[name], mtls.Options{})
				for range 3 {
					resp, err := c.Do(t.Context(), letter(t, address, 100<<10))
					require.NoError(t, err, name)
					assert.Equal(t, http.StatusNoContent, resp.Status, name)
					assert.True(t, resp.Taken, name)
				}
			}
			a.seen()
			for name, why := range map[string]string{
				"expired":                 "the server says that it has expired",
				"not yet valid":           "the server does not accept it",
				"of a stranger":           "does not know the authority",
				"without the issuing one": "does not know the authority",
				"with another's key":      "its key does not belong to it",
				"none":                    "the server demands one",
			} {
				_, err := p.client(t, p.shown[name], mtls.Options{}).Do(t.Context(), letter(t, address, 1<<20))
				e := problem(t, err)
				assert.True(t, e.Incomplete(), name)
				if name == "none" && protocol == "TLSv1.2" { // which has no alert of its own for that
					assert.Equal(t, httpx.NotSent, e.Reason)
					assert.ErrorContains(t, e, "the server refuses the TLS handshake")
					continue
				}
				assert.Equal(t, httpx.Unwelcome, e.Reason, name)
				assert.ErrorContains(t, e, why, name)
			}
			calls, _ := a.seen()
			assert.Zero(t, calls)
		})
	}
}

// Apache asks after the request if a folder demands a certificate: in TLS 1.2 by a
// renegotiation, for a megabyte too, because the letter waits for the word.
func TestApacheAsksLateInTLS12(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := apache(t, p, a, "TLSv1.2", "/breve")
	c := p.client(t, p.shown["good"], mtls.Options{})
	for range 3 {
		resp, err := c.Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
		require.NoError(t, err)
		assert.Equal(t, http.StatusNoContent, resp.Status)
		assert.True(t, resp.Taken)
		assert.Empty(t, resp.Unasked)
	}
	calls, bytes := a.seen()
	assert.Equal(t, 3, calls)
	assert.EqualValues(t, 3<<20, bytes)

	for name, why := range map[string]string{
		"expired":            "the server says that it has expired",
		"of a stranger":      "does not know the authority",
		"with another's key": "its key does not belong to it",
	} {
		_, err := p.client(t, p.shown[name], mtls.Options{}).Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
		e := problem(t, err)
		assert.Equal(t, httpx.Unwelcome, e.Reason, name)
		assert.ErrorContains(t, e, why, name)
		assert.True(t, e.Incomplete(), name)
	}
	calls, _ = a.seen()
	assert.Zero(t, calls)
}

// A client of the user's own may forbid renegotiation, as net/http does by default.
func TestApacheAsksLateAndTheClientMayNotAnswer(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := apache(t, p, a, "TLSv1.2", "/breve")
	own := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: patient,
		TLSClientConfig: &tls.Config{RootCAs: p.roots, Certificates: []tls.Certificate{p.shown["good"]}}}}
	defer own.CloseIdleConnections()
	_, err := httpx.New(own, httpx.Limits{Timeout: patient}).Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
	e := problem(t, err)
	assert.Equal(t, httpx.Unwelcome, e.Reason)
	assert.ErrorContains(t, e, "asks for it after the handshake; allow one renegotiation")
	assert.True(t, e.Incomplete())
}

// In TLS 1.3 Go cannot answer. The refusal says why, and TLS12 is the way out.
func TestApacheAsksLateInTLS13(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := apache(t, p, a, "TLSv1.3", "/breve")
	resp, err := p.client(t, p.shown["good"], mtls.Options{}).Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
	require.NoError(t, err)
	assert.Equal(t, http.StatusForbidden, resp.Status)
	assert.False(t, resp.Taken)
	assert.Contains(t, resp.Unasked, "or set TLS12")

	both := newPKI(t)
	address = apache(t, both, a, "TLSv1.2 +TLSv1.3", "/breve")
	resp, err = both.client(t, both.shown["good"], mtls.Options{}).Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
	require.NoError(t, err)
	assert.Equal(t, http.StatusForbidden, resp.Status, "where both are spoken it is 1.3")
	resp, err = both.client(t, both.shown["good"], mtls.Options{TLS12: true}).Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.Status)
	assert.True(t, resp.Taken)
	calls, bytes := a.seen()
	assert.Equal(t, 1, calls)
	assert.EqualValues(t, 1<<20, bytes)
}

// A letter that does not ask before it leaves has to be kept by Apache while it asks for
// the certificate, and that has a limit: NoContinue is not for such servers.
func TestApacheAsksLateAndTheLetterIsOnItsWay(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := apache(t, p, a, "TLSv1.2", "/breve")
	transport := mtls.New(p.shown["good"], mtls.Options{Roots: p.roots})
	defer transport.CloseIdleConnections()
	c := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient, NoContinue: true})
	resp, err := c.Do(t.Context(), letter(t, address+"/breve/1", 10<<10))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.Status)
	transport.CloseIdleConnections()
	resp, err = c.Do(t.Context(), letter(t, address+"/breve/1", 1<<20))
	if err == nil {
		assert.Equal(t, http.StatusRequestEntityTooLarge, resp.Status)
	}
	calls, _ := a.seen()
	assert.Equal(t, 1, calls)
}

func TestNginxRefusesALargeLetter(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := nginx(t, p, a, "TLSv1.2 TLSv1.3")
	c := p.client(t, p.shown["good"], mtls.Options{})
	for range 3 {
		resp, err := c.Do(t.Context(), letter(t, address, 2<<20)) // client_max_body_size is 1 MB
		require.NoError(t, err)
		assert.Equal(t, http.StatusRequestEntityTooLarge, resp.Status)
		assert.False(t, resp.Taken)
	}
	resp, err := c.Do(t.Context(), letter(t, address, 1<<20))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.Status)
	calls, _ := a.seen()
	assert.Equal(t, 1, calls)
}

// A certificate that has ended is exchanged without a restart.
func TestCertificateIsRenewedBeforeNginx(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := nginx(t, p, a, "TLSv1.2 TLSv1.3")
	transport := mtls.New(p.shown["expired"], mtls.Options{Roots: p.roots})
	defer transport.CloseIdleConnections()
	c := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient})
	send := func() int {
		resp, err := c.Do(t.Context(), letter(t, address, 1000))
		require.NoError(t, err)
		return resp.Status
	}
	require.Equal(t, http.StatusBadRequest, send())
	require.ErrorContains(t, transport.Set(p.shown["expired"], time.Now()), "ended on")
	require.ErrorContains(t, transport.Set(p.shown["with another's key"], time.Now()), "does not belong")
	require.Equal(t, http.StatusBadRequest, send())
	require.NoError(t, transport.Set(p.shown["good"], time.Now()))
	require.Equal(t, http.StatusNoContent, send())
	require.NoError(t, transport.Set(p.second, time.Now()))
	require.Equal(t, http.StatusNoContent, send())
}
