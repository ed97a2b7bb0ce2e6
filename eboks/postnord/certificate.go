package postnord

import (
	"crypto/tls"

	"github.com/dkeid/dkeid/eboks"
)

// SetCertificate exchanges Config.Certificate while letters are sent, before its time is
// over. Calls that have begun end with the old one. The error is ErrConfigInvalid: the
// certificate cannot be used, or Config.HTTPClient shows one of its own. The old one stays
// in use then.
func (s *Sender) SetCertificate(cert tls.Certificate) error {
	if err := s.cert.Set(cert, s.now()); err != nil {
		return &eboks.Error{Kind: eboks.ConfigInvalid, Sender: name, Op: "set certificate", Then: eboks.Retry, Why: err.Error()}
	}
	return nil
}
