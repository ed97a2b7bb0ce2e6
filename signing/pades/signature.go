package pades

import (
	"crypto"
	"errors"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// signature judges one signature, but for its evidence.
func (v *verification) signature(one *seal) Signature {
	out := Signature{Field: one.Name}
	s := one.Signature
	if s == nil {
		out.Reasons = append(out.Reasons, broken(one.Err))
		return out
	}
	out.Revision, out.Whole = s.Revision()+1, s.End == len(v.raw)
	out.Name, out.Reason, out.Location, out.Time = s.Name, s.Reason, s.Location, s.At
	out.contact = func() string { return s.ContactInfo }
	if !out.Whole {
		add(&out.Notes, NotTheOnly)
	}
	for _, r := range v.changed(s) {
		add(&out.Reasons, r)
	}
	signed := one.signed
	switch {
	case !detached(s.SubFilter):
		add(&out.Reasons, SignatureUnsupported)
		return out
	case signed == nil:
		add(&out.Reasons, faultOf(one.fault))
		return out
	}
	out.Certificate, out.Signer = signed.Certificate, signed.Certificate.Subject.String()
	if out.Time.IsZero() {
		out.Time = signed.At
	}
	switch {
	case signed.Named:
	case signed.NamedBySHA1:
		add(&out.Notes, SHA1Named)
	case s.SubFilter == "ETSI.CAdES.detached": // which must name it (ETSI EN 319 122-1, 5.2.2)
		add(&out.Reasons, CertificateUnnamed)
	}
	claimed := out.Time
	v.prove(&out, s, signed)
	v.certificate(&out, signed, claimed)
	return out
}

// broken is the reason for a signature that cannot be read.
func broken(err *pdfscan.Error) Reason {
	switch err.Reason {
	case pdfscan.Forged:
		return Coverage
	case pdfscan.Modified:
		return Replaced
	default:
		return Malformed
	}
}

// faultOf is the reason for what package cades refuses.
func faultOf(err error) Reason {
	e, ok := errors.AsType[*cades.Error](err)
	if !ok {
		return MessageMalformed
	}
	switch e.Fault {
	case cades.Indefinite:
		return IndefiniteLength
	case cades.WrongDigest:
		return DigestMismatch
	case cades.WrongSignature:
		return SignatureWrong
	case cades.WrongCertificate:
		return CertificateMismatch
	case cades.NoCertificate:
		return CertificateUnreadable
	case cades.Weak:
		return Weak
	default:
		return MessageMalformed
	}
}

// digestOf returns a function that tells the digest of b. Package cades asks for those of SHA-2
// alone, and links them.
func digestOf(b []byte) func(crypto.Hash) []byte {
	return func(h crypto.Hash) []byte {
		d := h.New()
		_, _ = d.Write(b) // a hash takes everything
		return d.Sum(nil)
	}
}
