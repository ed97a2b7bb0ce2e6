package mitidtest

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid"
)

// bomb packs body followed by 16 MB of blanks: sixteen times the same megabyte, which is
// packed once.
func bomb(body []byte) []byte {
	return append(gzipped(body), bytes.Repeat(gzipped(bytes.Repeat([]byte{' '}, 1<<20)), 16)...)
}

func gzipped(data []byte) []byte {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // fails for unknown levels only
	_, _ = z.Write(data)
	_ = z.Close()
	return packed.Bytes()
}

// tlsTamperings show another certificate at the next handshake.
func tlsTamperings() []Tampering {
	swap := func(name, doc string, f func(*fakehttp.Authority) (tls.Certificate, error)) Tampering {
		t := On(name, doc, StageTLS, mitid.BrokerUnavailable, func(_ *Broker, h *handshake) {
			shown, err := f(h.authority)
			h.shows, h.err = &shown, err
		})
		t.TLS = true
		return t
	}
	here := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	server := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return []Tampering{
		swap("tls-unknown-authority", "the server's certificate is of another authority", func(*fakehttp.Authority) (tls.Certificate, error) {
			other, err := fakehttp.NewAuthority("mitidtest")
			if err != nil {
				return tls.Certificate{}, err
			}
			return other.IssueServer("")
		}),
		swap("tls-expired", "the server's certificate has expired", func(a *fakehttp.Authority) (tls.Certificate, error) {
			return a.Issue(x509.Certificate{DNSNames: []string{"localhost"}, IPAddresses: here, ExtKeyUsage: server, NotAfter: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)})
		}),
		swap("tls-other-host", "the server's certificate is for another host", func(a *fakehttp.Authority) (tls.Certificate, error) {
			return a.Issue(x509.Certificate{DNSNames: []string{"other.example"}, ExtKeyUsage: server})
		}),
	}
}
