package neb

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/ocsp"
)

// skew is how far the broker's clock may differ from ours.
const skew = 5 * time.Minute

// certificateStatus is an OCSP answer that was verified, with its certificate. The
// broker sends the same answer for minutes (recorded), so most logins need not verify its
// signatures again.
type certificateStatus struct {
	encoded  string
	cert     *x509.Certificate
	response *ocsp.Response
}

// checkStatus checks the certificate of a transaction token with the OCSP answer beside
// it. encoded is the answer in standard base64, and empty if there is none.
func (b *Broker) checkStatus(encoded string, cert *x509.Certificate) error {
	return b.checkStatusAt(encoded, cert, b.now())
}

// checkStatusAt is checkStatus at the time now.
func (b *Broker) checkStatusAt(encoded string, cert *x509.Certificate, now time.Time) error {
	if now.Add(skew).Before(cert.NotBefore) || now.Add(-skew).After(cert.NotAfter) {
		return refusedStatus("its certificate is not valid now")
	}
	if encoded == "" {
		switch {
		case !b.cfg.ocspOptional:
			return refusedStatus("it comes without an OCSP answer")
		case b.issuer != nil && cert.CheckSignatureFrom(b.issuer) != nil:
			return refusedStatus("its certificate is not of the configured issuer")
		}
		return nil
	}
	if last := b.status.Load(); last != nil && last.encoded == encoded && last.cert.Equal(cert) {
		return namedTransaction(last.response.CheckTime(now, skew))
	}
	if len(encoded) > base64.StdEncoding.EncodedLen(ocsp.MaxSize) {
		return refusedStatus("its OCSP answer is too long")
	}
	der, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") { // the decoder ignores line breaks
		return refusedStatus("its OCSP answer is malformed")
	}
	response, err := ocsp.Parse(der)
	if err != nil {
		return namedTransaction(err)
	}
	if err := response.Check(cert, b.issuer, now, skew); err != nil {
		return namedTransaction(err)
	}
	b.status.Store(&certificateStatus{encoded, cert, response})
	return nil
}

func refusedStatus(why string) error { return fault.New(fault.TokenInvalid, "transaction token: "+why) }

// namedTransaction adds the name of the token to an error of its OCSP answer.
func namedTransaction(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	return fault.New(f.Class, "transaction token: "+f.Why)
}
