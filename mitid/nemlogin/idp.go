package nemlogin

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// Limits of the metadata files.
const (
	maxFiles       = 16 // Config.IdP; xmlsig.MaxSize bounds each of them
	maxSigningKeys = 16 // of one file
)

// idp is what the metadata files say of NemLog-in.
type idp struct {
	entityID string
	idpEndpoints
	files        []idpFile
	certificates []*x509.Certificate // of the signing keys of all files that Config.Pins admits
}

// idpEndpoints are the addresses of an IdP for the binding HTTP-Redirect.
type idpEndpoints struct {
	ssoURL     string // SingleSignOnService
	sloURL     string // SingleLogoutService, for requests; empty if there is none
	sloAnswers string // SingleLogoutService, for responses; empty if there is none
}

// idpFile is one of the files of Config.IdP.
type idpFile struct {
	entityID string
	idpEndpoints
	validUntil   time.Time // zero if the file does not say
	cached       bool      // the file says for how long a copy may be kept (cacheDuration)
	certificates []*x509.Certificate
}

// readIdP reads the metadata files of cfg.IdP. All of them must name the same entity and
// the same addresses. The error is of class ConfigInvalid and
// begins with the name of a field.
func readIdP(cfg *Config) (*idp, error) {
	switch {
	case len(cfg.IdP) == 0:
		return nil, fault.New(fault.ConfigInvalid, "IdP is missing: download NemLog-in's metadata file")
	case len(cfg.IdP) > maxFiles:
		return nil, fault.Newf(fault.ConfigInvalid, "IdP has more than %d files", maxFiles)
	}
	p := &idp{}
	for i, data := range cfg.IdP {
		f, err := readIdPFile(data, cfg)
		if err != nil {
			var why *fault.Error
			errors.As(err, &why)
			return nil, fault.Newf(fault.ConfigInvalid, "IdP[%d]: %s", i, why.Why)
		}
		switch {
		case i == 0:
			p.entityID, p.idpEndpoints = f.entityID, f.idpEndpoints
		case f.entityID != p.entityID:
			return nil, fault.Newf(fault.ConfigInvalid, "IdP[%d]: the file has another entityID than IdP[0]", i)
		case f.idpEndpoints != p.idpEndpoints:
			return nil, fault.Newf(fault.ConfigInvalid, "IdP[%d]: the file has other addresses than IdP[0]", i)
		}
		p.files = append(p.files, *f)
	}
	if len(cfg.Pins) > 0 {
		p.keepPinned(cfg.Pins)
	}
	p.certificates = p.union(func(*idpFile) bool { return true })
	if len(p.certificates) == 0 {
		return nil, fault.New(fault.ConfigInvalid, "Pins: none of them is the SHA-256 digest of a signing certificate in IdP")
	}
	return p, nil
}

// keepPinned drops the certificates that are not pinned.
func (p *idp) keepPinned(pins [][32]byte) {
	for i := range p.files {
		f := &p.files[i]
		f.certificates = slices.DeleteFunc(f.certificates, func(c *x509.Certificate) bool { return !slices.Contains(pins, sha256.Sum256(c.Raw)) })
	}
}

// union returns the certificates of the files that count, each once.
func (p *idp) union(counts func(*idpFile) bool) []*x509.Certificate {
	var all []*x509.Certificate
	for i := range p.files {
		if !counts(&p.files[i]) {
			continue
		}
		for _, c := range p.files[i].certificates {
			if !slices.ContainsFunc(all, c.Equal) {
				all = append(all, c)
			}
		}
	}
	return all
}

// signers returns the certificates whose keys sign at the time now, without those of
// files that have expired. Whoever verifies with one checks that the certificate itself
// is valid. The error is of class ConfigInvalid: no file is left.
func (p *idp) signers(now time.Time) ([]*x509.Certificate, error) {
	all := p.union(func(f *idpFile) bool { return !f.expired(now) })
	if len(all) == 0 {
		return nil, fault.New(fault.ConfigInvalid, "NemLog-in's metadata has expired: download it again and put it into Config.IdP")
	}
	return all, nil
}

// verifier returns what verifies a signature of the IdP that arrives now. The error is
// that of signers.
func (p *idp) verifier(now func() time.Time) (*xmlsig.Verifier, error) {
	certificates, err := p.signers(now())
	if err != nil {
		return nil, err
	}
	return &xmlsig.Verifier{Certificates: certificates, Now: now, ID: "ID"}, nil
}

// expired reports whether the file does not count any more (SAML Metadata 2.0 section
// 2.3.2, validUntil).
func (f *idpFile) expired(now time.Time) bool {
	return !f.validUntil.IsZero() && !now.Before(f.validUntil)
}
