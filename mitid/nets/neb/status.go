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

// certificateStatus is an OCSP answer that held, for the certificate that it is
// about. The broker hands out the same answer for minutes (recorded), so that most
// logins need no second look at its signatures.
type certificateStatus struct {
	encoded  string
	cert     *x509.Certificate
	response *ocsp.Response
}

// checkStatus checks the certificate behind a transaction token, with the OCSP
// answer that came along, in standard base64; empty if there is none came.
func (b *Broker) checkStatus(encoded string, cert *x509.Certificate) error {
	now := b.now()
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
	if err != nil || strings.ContainsAny(encoded, "\r\n") { // which the decoder passes over
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

// namedTransaction says of an error of the OCSP answer which token it came with.
func namedTransaction(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	return fault.New(f.Class, "transaction token: "+f.Why)
}
