package revocation

import (
	"crypto/x509"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"
)

// SaysRevoked reports whether an OCSP answer says that the certificate with a serial number was
// revoked at a moment. It does not verify the answer: it is for one that something else vouches for.
func SaysRevoked(answer []byte, serial *big.Int, at time.Time) bool {
	r, err := ocsp.ParseResponseForCert(answer, &x509.Certificate{SerialNumber: serial}, nil)
	return err == nil && r.Status == ocsp.Revoked && statusAt(r.RevokedAt, at) == Revoked
}
