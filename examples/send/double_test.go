package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// double is a distributor that takes every letter in that arrives whole, as often as it
// arrives, and counts them.
type double struct {
	t    *testing.T
	url  string
	args []string // that name it

	mu        sync.Mutex
	dedupes   bool                  // a repeated letter is refused by 409
	lag       time.Duration         // until the log knows a letter
	slow      time.Duration         // until an answer
	refuses   func(body string) int // status of the answer to a letter, if not 0
	taken     map[string][]arrival  // by ID
	asked     int                   // for letters
	offers    int                   // of letters, the refused ones included
	refused   atomic.Int64          // calls with another certificate
	atTheDoor bool                  // other certificates end the TLS handshake
	welcome   []byte                // the certificate that is let in
}

// arrival is a letter that was taken in.
type arrival struct {
	at            time.Time
	number, title string
	document      []byte
}

func newDouble(t *testing.T, dedupes bool) *double {
	t.Helper()
	return openDouble(t, dedupes, false)
}

func openDouble(t *testing.T, dedupes, atTheDoor bool) *double {
	t.Helper()
	d := &double{t: t, dedupes: dedupes, atTheDoor: atTheDoor, taken: map[string][]arrival{}}
	srv := httptest.NewUnstartedServer(d)
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: func(shown [][]byte, _ [][]*x509.Certificate) error {
		if d.atTheDoor && !bytes.Equal(shown[0], d.welcome) {
			return errors.New("nobody knows this certificate")
		}
		return nil
	}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	dir := t.TempDir()
	cert, key, der := clientCertificate(t, filepath.Join(dir, "kunde"))
	d.welcome = der
	srv.StartTLS()
	t.Cleanup(srv.Close)
	d.url = srv.URL
	ca := pemFile(t, filepath.Join(dir, "ca.pem"), "CERTIFICATE", srv.Certificate().Raw)
	d.args = []string{"-distributor", "stralfors", "-distributor-url", d.url, "-ca", ca, "-cert", cert, "-key", key, "-system", "4711", "-material", "1001"}
	if dedupes {
		d.args = append(d.args, "-dedupes")
	}
	return d
}

func pemFile(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}

// clientCertificate makes a certificate and its key.
func clientCertificate(t *testing.T, path string) (cert, key string, der []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Ærø"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err = x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	return pemFile(t, path+".pem", "CERTIFICATE", der), pemFile(t, path+"-key.pem", "PRIVATE KEY", secret), der
}

var (
	inPath   = regexp.MustCompile(`^/afsendersystem/4711/forsendelser/([0-9a-f-]{36})(/transaktionslog)?$`)
	inNumber = regexp.MustCompile(`CPRnummerIdentifikator[^>]*>(\d{10})<`)
	inTitle  = regexp.MustCompile(`TitelTekst[^>]*>([^<]*)<`)
	inData   = regexp.MustCompile(`([A-Za-z0-9+/]{20,}=*)</`)
)

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !bytes.Equal(r.TLS.PeerCertificates[0].Raw, d.welcome) {
		d.refused.Add(1)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	found := inPath.FindStringSubmatch(r.URL.Path)
	switch {
	case r.Method == http.MethodPut && found != nil && found[2] == "":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it did not arrive whole
		}
		status := d.take(found[1], string(body))
		d.wait(r.Context())
		w.WriteHeader(status)
		if status >= 400 {
			_, _ = fmt.Fprint(w, `<Fejl><FejlKode>1001</FejlKode></Fejl>`)
		}
	case r.Method == http.MethodGet && found != nil:
		d.log(w, found[1])
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/transaktionslog"):
		_, _ = fmt.Fprint(w, `<TransaktionslogO></TransaktionslogO>`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// wait is as long as an answer takes, unless whoever asks has gone.
func (d *double) wait(ctx context.Context) {
	d.mu.Lock()
	slow := d.slow
	d.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
	}
}

func (d *double) take(id, body string) (status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.offers++
	if d.refuses != nil {
		if status := d.refuses(body); status != 0 {
			return status
		}
	}
	if d.dedupes && len(d.taken[id]) > 0 {
		return http.StatusConflict
	}
	a := arrival{at: time.Now()}
	for _, part := range []struct {
		in *regexp.Regexp
		to *string
	}{{inNumber, &a.number}, {inTitle, &a.title}} {
		if found := part.in.FindStringSubmatch(body); found != nil {
			*part.to = found[1]
		}
	}
	if found := inData.FindStringSubmatch(body); found != nil {
		a.document, _ = base64.StdEncoding.DecodeString(found[1])
	}
	d.taken[id] = append(d.taken[id], a)
	return http.StatusNoContent
}

func (d *double) log(w http.ResponseWriter, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	known := d.taken[id]
	if len(known) == 0 || time.Since(known[0].at) < d.lag {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = fmt.Fprintf(w, `<TransaktionslogO><Transaktion><TransaktionsIdentifikator>1</TransaktionsIdentifikator>`+
		`<AfsendelseIdentifikator>%s</AfsendelseIdentifikator><TransaktionsStatusKode>AfleveretDigitalPost</TransaktionsStatusKode>`+
		`<TransaktionsDatoTid>%s</TransaktionsDatoTid></Transaktion></TransaktionslogO>`, id, known[0].at.UTC().Format(time.RFC3339Nano))
}

// change changes how it behaves.
func (d *double) change(f func(*double)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
}

// letters returns how many IDs were taken in, and how many more than once.
func (d *double) letters() (ids, doubled int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, all := range d.taken {
		if len(all) > 1 {
			doubled++
		}
	}
	return len(d.taken), doubled
}

// offered returns how many letters arrived, the refused ones included.
func (d *double) offered() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.offers
}

// first returns the letter of that ID that was taken in first.
func (d *double) first(id string) arrival {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.taken[id][0]
}
