package mtls

import (
	"crypto/tls"
	"errors"
	"net/http"
	"time"
)

// Shown is the client certificate of an adapter: its own, which can be exchanged, or the
// one of a client that the user handed in.
type Shown struct {
	transport   *Transport // nil with a client of the user's
	end         time.Time  // of that one's certificate, zero if unknown
	fingerprint string     // of the same, empty if unknown
}

// Client returns the HTTP client for an adapter's settings: given, or if that is nil, one
// that shows cert. A certificate that no server can take at now is an error, which names
// the setting.
func Client(given *http.Client, cert tls.Certificate, o Options, now time.Time) (*http.Client, *Shown, error) {
	if given == nil {
		if err := Check(cert, now); err != nil {
			return nil, nil, errors.New("Config.Certificate: " + err.Error())
		}
		t := New(cert, o)
		return &http.Client{Transport: t}, &Shown{transport: t}, nil
	}
	cert, visible := Of(given)
	if !visible {
		return given, new(Shown), nil
	}
	if err := Check(cert, now); err != nil {
		return nil, nil, errors.New("Config.HTTPClient: " + err.Error())
	}
	return given, &Shown{end: Expires(cert), fingerprint: Fingerprint(cert)}, nil
}

// Set exchanges the adapter's own certificate: see [Transport.Set].
func (s *Shown) Set(cert tls.Certificate, now time.Time) error {
	if s.transport == nil {
		return errors.New("Config.HTTPClient shows a certificate of its own; exchange it there")
	}
	return s.transport.Set(cert, now)
}

// Expires returns the end of the certificate, zero if it is unknown.
func (s *Shown) Expires() time.Time {
	if s.transport == nil {
		return s.end
	}
	return s.transport.Expires()
}

// Fingerprint returns the hex SHA-256 of the certificate, empty if it is unknown. After
// Set it is that of the new one.
func (s *Shown) Fingerprint() string {
	if s.transport == nil {
		return s.fingerprint
	}
	return Fingerprint(s.transport.shown.Load().cert)
}
