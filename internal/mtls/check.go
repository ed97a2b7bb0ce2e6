package mtls

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The faults that Check finds, but for the dates.
var (
	errNone   = errors.New("there is no client certificate")
	errChain  = errors.New("the client certificate, or one of those behind it, cannot be read: give the DER of each")
	errNoKey  = errors.New("the client certificate has no private key that can sign: give a crypto.Signer")
	errOthers = errors.New("the private key does not belong to the client certificate: they are of two pairs")
)

// Check says what can be known of a client certificate without a server: whether it and
// those behind it can be read, whether the key belongs to it, and whether it is valid at
// now. The key may be any crypto.Signer, such as one in an HSM; it is not used. The text
// of the error says what to do and shows nothing but dates.
func Check(cert tls.Certificate, now time.Time) error {
	if len(cert.Certificate) == 0 {
		return errNone
	}
	for _, der := range cert.Certificate[1:] {
		if _, err := x509.ParseCertificate(der); err != nil {
			return errChain
		}
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0]) // Leaf may be another
	if err != nil {
		return errChain
	}
	signer, ok := cert.PrivateKey.(crypto.Signer)
	if !ok {
		return errNoKey
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(leaf.PublicKey):
		return errOthers
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the client certificate ended on %s: get a new one", day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the client certificate is not valid before %s: look at the clock, or use the earlier one until then", day(leaf.NotBefore))
	}
	return nil
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Expires returns the end of cert's validity, zero if it cannot be read.
func Expires(cert tls.Certificate) time.Time {
	if len(cert.Certificate) == 0 {
		return time.Time{}
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return time.Time{}
	}
	return leaf.NotAfter
}

// Fingerprint returns the hex SHA-256 of cert itself, without those behind it; empty if
// there is none.
func Fingerprint(cert tls.Certificate) string {
	if len(cert.Certificate) == 0 {
		return ""
	}
	sum := sha256.Sum256(cert.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// Of returns the client certificate that c shows, where c's transport is an
// *http.Transport with one in its TLSClientConfig, or a *Transport. ok is false if there
// is none, or none that can be seen, as with GetClientCertificate.
func Of(c *http.Client) (cert tls.Certificate, ok bool) {
	if c == nil {
		return tls.Certificate{}, false
	}
	switch t := c.Transport.(type) {
	case *Transport:
		if t == nil {
			return tls.Certificate{}, false
		}
		return t.shown.Load().cert, true
	case *http.Transport:
		if t != nil && t.TLSClientConfig != nil && t.TLSClientConfig.GetClientCertificate == nil && len(t.TLSClientConfig.Certificates) > 0 {
			return t.TLSClientConfig.Certificates[0], true
		}
	}
	return tls.Certificate{}, false
}
