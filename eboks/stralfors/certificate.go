package stralfors

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/mtls"
)

const idleConns = 64 // kept open between calls

// shown is the client certificate that the calls of a Sender show.
type shown struct {
	transport *mtls.Transport // nil with Config.HTTPClient
	end       time.Time       // with Config.HTTPClient: of its certificate, zero if unknown
}

// client makes the HTTP client, and says what can be known of its certificate.
func (cfg *Config) client() (*http.Client, shown, error) {
	if c := cfg.HTTPClient; c != nil {
		cert, visible := mtls.Of(c)
		if !visible {
			return c, shown{}, nil
		}
		if err := mtls.Check(cert, cfg.Now()); err != nil {
			return nil, shown{}, invalid("HTTPClient: " + err.Error())
		}
		return c, shown{end: mtls.Expires(cert)}, nil
	}
	if err := mtls.Check(cfg.Certificate, cfg.Now()); err != nil {
		return nil, shown{}, invalid("Certificate: " + err.Error())
	}
	t := mtls.New(cfg.Certificate, mtls.Options{Roots: cfg.Roots, Conns: idleConns, TLS12: cfg.Wire.TLS12})
	return &http.Client{Transport: t}, shown{transport: t}, nil
}

// SetCertificate exchanges Config.Certificate while letters are sent, before its time
// is over. Calls that have begun end with the old one. The error is ErrConfigInvalid:
// the certificate cannot be used, or Config.HTTPClient shows one of its own; the old
// one stays in use then.
func (s *Sender) SetCertificate(cert tls.Certificate) error {
	const op = "set certificate"
	if s.cert.transport == nil {
		return own(op, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Retry, Why: "Config.HTTPClient shows a certificate of its own; exchange it there"})
	}
	if err := s.cert.transport.Set(cert, s.now()); err != nil {
		return own(op, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Retry, Why: err.Error()})
	}
	return nil
}

// expires returns the end of the certificate, zero if it is unknown.
func (s *shown) expires() time.Time {
	if s.transport == nil {
		return s.end
	}
	return s.transport.Expires()
}
