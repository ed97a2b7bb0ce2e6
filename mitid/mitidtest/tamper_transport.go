package mitidtest

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"net"

	"github.com/dkeid/dkeid/mitid"
)

// bomb packs body followed by 16 MB of blanks.
func bomb(body []byte) []byte {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // fails for unknown levels only
	_, _ = z.Write(body)
	blanks := bytes.Repeat([]byte{' '}, 64<<10)
	for range 256 {
		_, _ = z.Write(blanks)
	}
	_ = z.Close()
	return packed.Bytes()
}

// tlsTamperings show another certificate at the next handshake.
func tlsTamperings() []Tampering {
	swap := func(name, doc string, f func(*authority) (*tls.Certificate, error)) Tampering {
		t := On(name, doc, StageTLS, mitid.BrokerUnavailable, func(_ *Broker, h *handshake) { h.shows, h.err = f(h.authority) })
		t.TLS = true
		return t
	}
	here := net.IPv4(127, 0, 0, 1)
	return []Tampering{
		swap("tls-unknown-authority", "the server's certificate is of another authority", func(*authority) (*tls.Certificate, error) {
			other, err := newAuthority("")
			if err != nil {
				return nil, err
			}
			return &other.leaf, nil
		}),
		swap("tls-expired", "the server's certificate has expired", func(a *authority) (*tls.Certificate, error) {
			return a.issue(longAgo().AddDate(1, 0, 0), "localhost", here, net.IPv6loopback)
		}),
		swap("tls-other-host", "the server's certificate is for another host", func(a *authority) (*tls.Certificate, error) {
			return a.issue(farAhead(), "other.example")
		}),
	}
}
