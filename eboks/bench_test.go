package eboks_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/stretchr/testify/require"
)

// sink is a TLS server that demands the client certificate and discards what it
// gets.
type sink struct {
	*httptest.Server
	certificate tls.Certificate
	roots       *x509.CertPool
	held        chan struct{} // if not nil, requests wait for it, their bodies half read
	waiting     atomic.Int32
}

func newSink(tb testing.TB) *sink {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(tb, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	clients := x509.NewCertPool()
	clients.AddCert(leaf)
	s := &sink{certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	s.StartTLS()
	tb.Cleanup(s.Close)
	s.roots = x509.NewCertPool()
	s.roots.AddCert(s.Certificate())
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.held != nil {
		_, _ = io.CopyN(io.Discard, r.Body, 4<<10)
		s.waiting.Add(1)
		<-s.held
	}
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

func (s *sink) senders(tb testing.TB) map[string]eboks.Sender {
	st, err := stralfors.New(stralfors.Config{BaseURL: s.URL, System: "1", User: "bench", Certificate: s.certificate, Roots: s.roots})
	require.NoError(tb, err)
	pn, err := postnord.New(postnord.Config{
		BaseURL: s.URL, System: "1", ClientID: "1", Certificate: s.certificate, Roots: s.roots, Answer: postnord.AnswerStatus,
	})
	require.NoError(tb, err)
	return map[string]eboks.Sender{"stralfors": st, "postnord": pn}
}

func document(tb testing.TB, size int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "brev.pdf")
	require.NoError(tb, os.WriteFile(path, append([]byte("%PDF-1.7\n"), append(bytes.Repeat([]byte("x"), size-15), "\n%%EOF"...)...), 0o600))
	return path
}

// BenchmarkSend is what a letter costs, beside the yardstick of opening, hashing,
// base64-encoding and posting the same bytes with a bare http.Client.
func BenchmarkSend(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"10kB", 10_000}, {"5MB", 5_000_000}} {
		path := document(b, size.bytes)
		s := newSink(b)
		for name, sender := range s.senders(b) {
			b.Run(name+"/"+size.name+"/ours", func(b *testing.B) {
				c, err := eboks.New(eboks.Config{Sender: sender})
				require.NoError(b, err)
				letters(b, size.bytes, func() error { return sendFile(c, path) })
			})
		}
		b.Run(size.name+"/yardstick", func(b *testing.B) {
			bare := s.bare()
			letters(b, size.bytes, func() error { return bareSend(bare, s.URL, path) })
		})
	}
}

// BenchmarkSendRatio measures both in turns of a few letters, because machines
// change their speed while a benchmark runs. Its figure is throughput, ours over
// the yardstick's.
func BenchmarkSendRatio(b *testing.B) {
	for _, size := range []struct {
		name         string
		bytes, turns int
	}{{"10kB", 10_000, 400}, {"5MB", 5_000_000, 8}} {
		path := document(b, size.bytes)
		s := newSink(b)
		bare := s.bare()
		for name, sender := range s.senders(b) {
			b.Run(name+"/"+size.name, func(b *testing.B) {
				c, err := eboks.New(eboks.Config{Sender: sender})
				require.NoError(b, err)
				var ours, yardstick time.Duration
				for b.Loop() {
					ours += turn(b, size.turns, func() error { return sendFile(c, path) })
					yardstick += turn(b, size.turns, func() error { return bareSend(bare, s.URL, path) })
				}
				b.ReportMetric(float64(yardstick)/float64(ours), "throughput/yardstick")
			})
		}
	}
}

// turn runs one n times from four goroutines and returns how long that took.
func turn(b *testing.B, n int, one func() error) time.Duration {
	began := time.Now()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range n / 4 {
				if err := one(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

func sendFile(c *eboks.Client, path string) error {
	_, err := c.Send(context.Background(), &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(1)), Title: "Afgørelse", Material: "1", Document: eboks.File(path),
	})
	return err
}

func (s *sink) bare() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.roots, Certificates: []tls.Certificate{s.certificate}}, MaxIdleConnsPerHost: 16,
	}}
}

// letters runs one from four goroutines, as a program that sends many would.
func letters(b *testing.B, bytes int, one func() error) {
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	b.SetParallelism(4 / min(4, runtime.GOMAXPROCS(0)))
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := one(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// bareSend is what cannot be avoided.
func bareSend(c *http.Client, address, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	digest := sha256.New()
	req, err := http.NewRequest(http.MethodPut, address, &encoded{from: io.TeeReader(f, digest)})
	if err != nil {
		return err
	}
	req.ContentLength = int64(base64.StdEncoding.EncodedLen(int(info.Size())))
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	_ = digest.Sum(nil)
	return err
}

// encoded gives out base64 of what it reads, for reads of 32 kB.
type encoded struct {
	from io.Reader
	buf  [24 << 10]byte
}

func (e *encoded) Read(p []byte) (int, error) {
	n, err := io.ReadFull(e.from, e.buf[:min(len(e.buf), len(p)/4*3)])
	base64.StdEncoding.Encode(p, e.buf[:n])
	if err == io.ErrUnexpectedEOF {
		err = nil
	}
	return base64.StdEncoding.EncodedLen(n), err
}

// A letter in flight holds little, whatever its size.
func TestLettersInFlightHoldLittle(t *testing.T) {
	const letters, limit = 64, 256 << 10
	for _, size := range []int{10_000, 1_000_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			path := document(t, size)
			for name, senders := range map[string]func(*sink) eboks.Sender{
				"stralfors": func(s *sink) eboks.Sender { return s.senders(t)["stralfors"] },
				"postnord":  func(s *sink) eboks.Sender { return s.senders(t)["postnord"] },
			} {
				s := newSink(t)
				s.held = make(chan struct{})
				letGo := sync.OnceFunc(func() { close(s.held) })
				t.Cleanup(letGo) // before the server is closed, whatever happens
				c := newClient(t, senders(s))
				before := heap()
				done := make(chan error, letters)
				for range letters {
					go func() {
						_, err := c.Send(t.Context(), &eboks.Letter{
							ID: eboks.NewID(), To: eboks.Person(cprtest.Number(1)), Title: "Afgørelse", Material: "1", Document: eboks.File(path),
						})
						done <- err
					}()
				}
				require.Eventually(t, func() bool { return s.waiting.Load() == letters }, time.Minute, time.Millisecond)
				each := (heap() - before) / letters
				letGo()
				for range letters {
					require.NoError(t, <-done)
				}
				t.Logf("%s: %d kB a letter, the server's side of the connection included", name, each>>10)
				require.Less(t, each, int64(limit))
			}
		})
	}
}

// heap is what is in use, pools emptied.
func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
