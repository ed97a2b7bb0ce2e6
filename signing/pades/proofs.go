package pades

import (
	"crypto/x509"
	"encoding/asn1"

	"github.com/dkeid/dkeid/internal/revocation"
)

// proofs are what a file brings along to judge certificates with.
type proofs struct {
	certificates []*x509.Certificate
	answers      revocation.Answers
}

const maxCertificates = 128

// collect reads the proofs of the file, and those that signers kept in their signatures.
func (v *verification) collect() *proofs {
	out := &proofs{}
	found, err := v.file.Proofs()
	if err != nil {
		return out // without them certificates are indeterminate
	}
	for _, der := range found.Certificates[:min(len(found.Certificates), maxCertificates)] {
		if c, err := x509.ParseCertificate(der); err == nil {
			out.certificates = append(out.certificates, c)
		}
	}
	out.answers = revocation.Answers{OCSPs: found.OCSPs, CRLs: found.CRLs}
	for _, s := range v.seals {
		if s.signed != nil {
			out.archived(s.signed.Revocation)
		}
	}
	return out
}

// archived adds what a signer kept (Adobe's RevocationInfoArchival, 1.2.840.113583.1.1.8).
func (p *proofs) archived(der []byte) {
	var kept struct {
		CRLs  []asn1.RawValue `asn1:"optional,explicit,tag:0"`
		OCSPs []asn1.RawValue `asn1:"optional,explicit,tag:1"`
		Other asn1.RawValue   `asn1:"optional,tag:2"`
	}
	if rest, err := asn1.Unmarshal(der, &kept); err != nil || len(rest) != 0 {
		return
	}
	for _, c := range kept.CRLs {
		p.answers.CRLs = append(p.answers.CRLs, c.FullBytes)
	}
	for _, o := range kept.OCSPs {
		p.answers.OCSPs = append(p.answers.OCSPs, o.FullBytes)
	}
}
