package stralfors_test

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
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// The clock of these tests stands still.
var noon = time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)

// theID is the ID of the letter of most tests, as text.
const theID = "7f1c2a54-3f6e-4d0b-9a51-0c5e8b7d2e19"

func id(s string) eboks.ID {
	parsed, err := eboks.ParseID(s)
	if err != nil {
		panic(err)
	}
	return parsed
}

// authority signs the certificates of one test run.
type authority struct {
	pool *x509.CertPool
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	der, err := x509.CreateCertificate(rand.Reader, template("ca", true), template("ca", true), &key.PublicKey, key)
	require.NoError(tb, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	a := &authority{pool: x509.NewCertPool(), cert: cert, key: key}
	a.pool.AddCert(cert)
	return a
}

func template(name string, ca bool) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: ca, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

func (a *authority) issue(tb testing.TB, name string, change ...func(*x509.Certificate)) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	plain := template(name, false)
	for _, c := range change {
		c(plain)
	}
	der, err := x509.CreateCertificate(rand.Reader, plain, a.cert, &key.PublicKey, a.key)
	require.NoError(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// asked is one request as the server got it.
type asked struct {
	method, uri string
	header      http.Header
	length      int64
	body        []byte
	who         string // the name in the client certificate
}

// server is a Strålfors that demands the client certificate, keeps every request
// and answers as the test says.
type server struct {
	*httptest.Server
	ca     *authority
	client tls.Certificate

	mu       sync.Mutex
	requests []asked
	early    bool // answer before the body is read
	answer   func(w http.ResponseWriter, r *http.Request, body []byte)
}

func newServer(tb testing.TB) *server {
	tb.Helper()
	s := &server{ca: newAuthority(tb)}
	s.client = s.ca.issue(tb, "afsendersystem")
	s.answers(http.StatusNoContent, "")
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{s.ca.issue(tb, "localhost")}, ClientCAs: s.ca.pool, ClientAuth: tls.RequireAndVerifyClientCert}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	tb.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer, early := s.answer, s.early
	s.mu.Unlock()
	var body []byte
	if !early {
		body, _ = io.ReadAll(r.Body)
	}
	s.mu.Lock()
	s.requests = append(s.requests, asked{r.Method, r.RequestURI, r.Header.Clone(), r.ContentLength, body, r.TLS.PeerCertificates[0].Subject.CommonName})
	s.mu.Unlock()
	answer(w, r, body)
}

// answers lets every request be answered so. header is pairs of name and value.
func (s *server) answers(status int, body string, header ...string) {
	s.does(func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (s *server) does(answer func(http.ResponseWriter, *http.Request, []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *server) last(tb testing.TB) asked {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NotEmpty(tb, s.requests)
	return s.requests[len(s.requests)-1]
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// config is the agreement of these tests.
func (s *server) config() stralfors.Config {
	return stralfors.Config{
		BaseURL: s.URL, System: "4711", User: "Ærø Kommune, Borgerservice", Certificate: s.client, Roots: s.ca.pool,
		Now:  func() time.Time { return noon },
		Wire: stralfors.Wire{Codes: theCodes(), Duplicates: []string{"1409"}},
	}
}

func theCodes() map[string]stralfors.Verdict {
	unreachable := func(r eboks.Reachability) stralfors.Verdict {
		return stralfors.Verdict{Kind: eboks.RecipientUnreachable, Reachability: r}
	}
	return map[string]stralfors.Verdict{
		"1001": {Kind: eboks.Rejected}, "3001": {Kind: eboks.ConfigInvalid}, "5003": {Kind: eboks.Throttled},
		"2001": unreachable(eboks.NotRegistered), "2002": unreachable(eboks.Exempt), "2003": unreachable(eboks.Minor),
		"2004": unreachable(eboks.Deceased), "2005": unreachable(eboks.NotSubscribed), "2006": unreachable(eboks.InvalidNumber),
	}
}

func (s *server) sender(tb testing.TB, change ...func(*stralfors.Config)) *stralfors.Sender {
	tb.Helper()
	cfg := s.config()
	for _, c := range change {
		c(&cfg)
	}
	sender, err := stralfors.New(cfg)
	require.NoError(tb, err)
	return sender
}

// pdf is a document that says whose it is.
func pdf(text string) eboks.Document { return eboks.Bytes([]byte("%PDF-1.7\n% " + text + "\n%%EOF\n")) }

// letter is a letter to a person born on a 29 February.
func letter() *eboks.Letter {
	return &eboks.Letter{ID: id(theID), To: eboks.Person(leapling()), Title: "Afgørelse om børnetilskud på Ærø", Document: pdf("Kære Åse"), Material: "17", Unchecked: true}
}

func leapling() cpr.Number {
	for i := 0; ; i++ {
		if n := cprtest.Number(i); n.BirthDate().Month() == time.February && n.BirthDate().Day() == 29 {
			return n
		}
	}
}

var company = eboks.Company(claims.MustParseCVR("13748136"))

func danish() eboks.Address {
	return eboks.Address{Name: "Åse Sørensen", CareOf: "Bæk", Street: "Ærøvej", House: "12B", Floor: "ST", Suite: "TV",
		Sublocation: "Ølby", District: "Sønderhå", POBox: "77", PostCode: "5970"}
}

func foreign() eboks.Address {
	return eboks.Address{Name: "Åse Sørensen", Lines: []string{"Lilla Gatan 3", "Läge 2", "c/o Ö", "SE-224 56 Lund", "Skåne", "Sverige"}, Country: "SE"}
}

// keeper is a Sender that keeps the letters which a Client has measured.
type keeper struct {
	mu   sync.Mutex
	kept []*eboks.Letter
}

func (k *keeper) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "keeper", Print: true, NotBefore: true, Reply: true, Limits: eboks.Limits{Attachments: 100}}
}

func (k *keeper) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	copied := *l
	k.kept = append(k.kept, &copied)
	return &eboks.Receipt{ID: l.ID, Status: eboks.Accepted}, nil
}

// measured returns letters as a Sender gets them.
func measured(tb testing.TB, ls ...*eboks.Letter) []*eboks.Letter {
	tb.Helper()
	k := new(keeper)
	c, err := eboks.New(eboks.Config{Sender: k})
	require.NoError(tb, err)
	for _, l := range ls {
		_, err := c.Send(context.Background(), l)
		require.NoError(tb, err)
	}
	return k.kept
}

// send offers one letter and returns what the adapter says, which is an
// *eboks.Error if it is an error.
func send(tb testing.TB, s *stralfors.Sender, l *eboks.Letter) (*eboks.Receipt, *eboks.Error) {
	tb.Helper()
	r, err := s.Send(context.Background(), measured(tb, l)[0])
	return r, ours(tb, err)
}

func ours(tb testing.TB, err error) *eboks.Error {
	tb.Helper()
	if err == nil {
		return nil
	}
	e := new(eboks.Error)
	require.ErrorAs(tb, err, &e)
	return e
}

// readable writes a request as it went, with the headers that matter.
func (r asked) readable() []byte {
	var b bytes.Buffer
	b.WriteString(r.method + " " + r.uri + "\n")
	for _, name := range []string{"Accept", "Content-Type", "Expect"} {
		for _, v := range r.header.Values(name) {
			b.WriteString(name + ": " + v + "\n")
		}
	}
	b.WriteString("\n")
	b.Write(r.body)
	if len(r.body) > 0 {
		b.WriteString("\n")
	}
	return b.Bytes()
}
