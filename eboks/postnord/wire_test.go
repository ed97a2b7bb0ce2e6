package postnord_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
)

var (
	karen   = cprtest.Number(0)
	company = claims.MustParseCVR("13748136")
	letter  = mustID("0b8f3c4e-52a1-4d6f-9c55-6c1f0a7f9e2d")
	other   = mustID("9d2b6a10-7c1e-4f3a-8b0d-1f2e3d4c5b6a")
	today   = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)
)

const (
	document = "%PDF-1.7 æøå"
	message  = "00399412340b8f3c4e52a14d6f9c556c1f0a7f9e2d" // of letter
)

func mustID(s string) eboks.ID {
	id, err := eboks.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// authority signs the certificates of both sides.
type authority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	roots *x509.CertPool
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Prøve-CA"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: today.Add(-time.Hour), NotAfter: today.AddDate(100, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &authority{cert: cert, key: key, roots: x509.NewCertPool()}
	a.roots.AddCert(cert)
	return a, nil
}

func (a *authority) issue(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

var trust = sync.OnceValues(newAuthority)

func testAuthority(tb testing.TB) *authority {
	tb.Helper()
	a, err := trust()
	require.NoError(tb, err)
	return a
}

func (a *authority) certificate(tb testing.TB, name string) tls.Certificate {
	tb.Helper()
	c, err := a.issue(name)
	require.NoError(tb, err)
	return c
}

// seen is a request as it came in.
type seen struct {
	method, uri string
	header      http.Header
	length      int64
	body        []byte
}

// wire is a distributor that demands a client certificate and answers as told.
type wire struct {
	*postnord.Sender
	server *httptest.Server

	mu   sync.Mutex
	seen []seen
}

func (w *wire) requests() []seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]seen(nil), w.seen...)
}

func newWire(tb testing.TB, answer http.HandlerFunc, changes ...func(*postnord.Config)) *wire {
	tb.Helper()
	a := testAuthority(tb)
	w := &wire{}
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.seen = append(w.seen, seen{r.Method, r.RequestURI, r.Header.Clone(), r.ContentLength, body})
		w.mu.Unlock()
		answer(rw, r)
	}))
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.server.TLS = &tls.Config{Certificates: []tls.Certificate{a.certificate(tb, "server")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.roots}
	w.server.StartTLS()
	tb.Cleanup(w.server.Close)
	cfg := postnord.Config{BaseURL: w.server.URL, System: "3994", ClientID: "1234", Certificate: a.certificate(tb, "Afsender ÆØÅ"), Roots: a.roots,
		StatusURL: w.server.URL + "/rest/messages/{client}/?message_id={message}", Now: func() time.Time { return today }, Timeout: 20 * time.Second}
	for _, change := range changes {
		change(&cfg)
	}
	var err error
	w.Sender, err = postnord.New(cfg)
	require.NoError(tb, err)
	return w
}

// says answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// well is the answer to letter when all is well.
func well() string { return answered(message, karen, "", "") }

func answered(message string, n cpr.Number, status, post string) string {
	return `{"message_id":"` + message + `","recipients":[{"nr":"` + n.Reveal() + `","recipient_type":"P","nationality":"DK","status":"` +
		status + `","reject_reason":null,"post_processing_status":"` + post + `"}]}`
}

// kept is a Sender that keeps the letter that a Client hands it.
type kept struct {
	can eboks.Capabilities
	l   *eboks.Letter
}

func (k *kept) Capabilities() eboks.Capabilities { return k.can }

func (k *kept) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	copied := *l
	k.l = &copied
	return &eboks.Receipt{ID: l.ID, Status: eboks.Accepted}, nil
}

// measured returns l as a Client hands it to a Sender.
func measured(tb testing.TB, l eboks.Letter) *eboks.Letter {
	tb.Helper()
	k := &kept{can: eboks.Capabilities{Name: "kept", Print: true, NotBefore: true, Reply: true, Limits: eboks.Limits{Attachments: 9}}}
	client, err := eboks.New(eboks.Config{Sender: k})
	require.NoError(tb, err)
	l.Unchecked = true
	_, err = client.Send(context.Background(), &l)
	require.NoError(tb, err)
	return k.l
}

// toKaren is the letter of most tests.
func toKaren(tb testing.TB) *eboks.Letter {
	tb.Helper()
	return measured(tb, eboks.Letter{ID: letter, To: eboks.Person(karen), Title: "Din årsopgørelse på Ærø", Material: "179343",
		Document: eboks.Bytes([]byte(document))})
}

func failure(tb testing.TB, err error) *eboks.Error {
	tb.Helper()
	e, ok := err.(*eboks.Error)
	require.True(tb, ok, "%T", err)
	require.NotContains(tb, err.Error(), karen.Reveal())
	require.NotContains(tb, err.Error(), "årsopgørelse")
	return e
}

func bigDocument(size int) []byte {
	return append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("æøå\x00\xff"), size/8)...)
}
