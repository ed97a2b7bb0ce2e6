package postnord

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/mtls"
)

// connections is how many stay open between calls.
const connections = 16

// shown is the client certificate that the calls of a Sender show.
type shown struct {
	transport *mtls.Transport // nil with Config.HTTPClient
	end       time.Time       // with Config.HTTPClient: of its certificate, zero if unknown
}

// client makes the HTTP client, and refuses a certificate that no server can take.
func (c *Config) client(now time.Time) (*http.Client, shown, error) {
	if c.HTTPClient == nil {
		if err := mtls.Check(c.Certificate, now); err != nil {
			return nil, shown{}, configInvalid("Config.Certificate: " + err.Error())
		}
		t := mtls.New(c.Certificate, mtls.Options{Roots: c.Roots, Conns: connections, TLS12: c.TLS12})
		return &http.Client{Transport: t}, shown{transport: t}, nil
	}
	cert, visible := mtls.Of(c.HTTPClient)
	if !visible {
		return c.HTTPClient, shown{}, nil
	}
	if err := mtls.Check(cert, now); err != nil {
		return nil, shown{}, configInvalid("Config.HTTPClient: " + err.Error())
	}
	return c.HTTPClient, shown{end: mtls.Expires(cert)}, nil
}

// SetCertificate exchanges Config.Certificate while letters are sent, before its time is
// over. Calls that have begun end with the old one. The error is ErrConfigInvalid: the
// certificate cannot be used, or Config.HTTPClient shows one of its own. The old one stays
// in use then.
func (s *Sender) SetCertificate(cert tls.Certificate) error {
	why := "Config.HTTPClient shows a certificate of its own; exchange it there"
	if s.cert.transport != nil {
		err := s.cert.transport.Set(cert, s.now())
		if err == nil {
			return nil
		}
		why = err.Error()
	}
	return &eboks.Error{Kind: eboks.ConfigInvalid, Sender: name, Op: "set certificate", Then: eboks.Retry, Why: why}
}

// expires returns the end of the certificate, zero if it is unknown.
func (s *shown) expires() time.Time {
	if s.transport == nil {
		return s.end
	}
	return s.transport.Expires()
}
