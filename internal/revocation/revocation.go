// Package revocation judges answers about the revocation of certificates that somebody else
// collected: answers of the Online Certificate Status Protocol (RFC 6960) and lists of revoked
// certificates (RFC 5280). It makes no request.
//
// Answers are about a moment: the time at which a certificate was used. One that was given
// after that moment tells what was known later, and is worth more; one from before counts
// while it holds. A certificate that was revoked after the moment was good at it.
//
// golang.org/x/crypto/ocsp reads answers, and crypto/x509 reads lists. This package adds that
// the responder may answer for the issuer, that answers are of the right time, and that a list
// is about all of the issuer's certificates.
package revocation

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Status is what is known of a certificate.
type Status uint8

// The statuses.
const (
	Unknown Status = iota // no answer that counts
	Good
	Revoked // at the moment, or before
)

// Answers are what was collected. Nobody vouches for them.
type Answers struct {
	OCSPs [][]byte // OCSPResponse, DER
	CRLs  [][]byte // CertificateList, DER
}

// The limits of Answers. What is beyond them is left out.
const (
	maxAnswers = 256
	maxSize    = 8 << 20 // bytes of all lists
)

// A Verdict says what is known of a certificate at a moment.
type Verdict struct {
	Status    Status
	RevokedAt time.Time // also if that was after the moment; zero if it was not revoked
	By        string    // "OCSP" or "CRL"; empty if Unknown
	As        time.Time // when the answer was given (thisUpdate)
	// Responder gave the answer, if it is not the issuer. The issuer vouches for it.
	Responder *x509.Certificate
}

// Judge says what is known of cert, which issuer issued, at a moment. skew is how far the
// clocks may differ.
func (a *Answers) Judge(cert, issuer *x509.Certificate, at time.Time, skew time.Duration) Verdict {
	best := Verdict{}
	take := func(v Verdict) {
		switch {
		case v.Status == Unknown:
		case v.Status == Revoked && best.Status != Revoked, best.Status == Unknown:
			best = v
		case v.Status == best.Status && v.As.After(best.As):
			best = v
		}
	}
	for _, raw := range a.OCSPs[:min(len(a.OCSPs), maxAnswers)] {
		take(judgeOCSP(raw, cert, issuer, at, skew))
	}
	size := 0
	for _, raw := range a.CRLs[:min(len(a.CRLs), maxAnswers)] {
		if size += len(raw); size > maxSize {
			break
		}
		take(judgeCRL(raw, cert, issuer, at, skew))
	}
	return best
}

// counts reports whether an answer from then tells something about a moment.
func counts(at, then, until time.Time, skew time.Duration) bool {
	if then.Add(skew).After(at) || then.Equal(at) {
		return true // it was given later
	}
	return !until.IsZero() && !at.After(until.Add(skew))
}

func judgeOCSP(raw []byte, cert, issuer *x509.Certificate, at time.Time, skew time.Duration) Verdict {
	// The issuer is not handed over: the library would have it vouch for itself where the
	// issuer signs and its certificate is in the answer.
	r, err := ocsp.ParseResponseForCert(raw, cert, nil)
	if err != nil || !counts(at, r.ThisUpdate, r.NextUpdate, skew) {
		return Verdict{}
	}
	v := Verdict{By: "OCSP", As: r.ThisUpdate}
	switch {
	case r.Certificate == nil, r.Certificate.Equal(issuer):
		if r.CheckSignatureFrom(issuer) != nil {
			return Verdict{}
		}
	default: // whose key the library has checked the answer with
		if !answersFor(r.Certificate, issuer, r.ProducedAt) {
			return Verdict{}
		}
		v.Responder = r.Certificate
	}
	switch r.Status {
	case ocsp.Good:
		v.Status = Good
	case ocsp.Revoked:
		v.RevokedAt = r.RevokedAt
		v.Status = statusAt(r.RevokedAt, at)
	default:
		return Verdict{}
	}
	return v
}

// statusAt is the status at a moment of a certificate that was revoked.
func statusAt(revoked, at time.Time) Status {
	if revoked.After(at) {
		return Good
	}
	return Revoked
}

// answersFor reports whether issuer lets responder answer for it (RFC 6960, 4.2.2.2).
func answersFor(responder, issuer *x509.Certificate, at time.Time) bool {
	return bytes.Equal(responder.RawIssuer, issuer.RawSubject) && responder.CheckSignatureFrom(issuer) == nil &&
		slices.Contains(responder.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) &&
		!at.Before(responder.NotBefore) && !at.After(responder.NotAfter)
}

func judgeCRL(raw []byte, cert, issuer *x509.Certificate, at time.Time, skew time.Duration) Verdict {
	l, err := x509.ParseRevocationList(raw)
	if err != nil || !counts(at, l.ThisUpdate, l.NextUpdate, skew) || !bytes.Equal(l.RawIssuer, cert.RawIssuer) {
		return Verdict{}
	}
	if l.CheckSignatureFrom(issuer) != nil || !aboutAll(l, cert) {
		return Verdict{}
	}
	v := Verdict{By: "CRL", As: l.ThisUpdate, Status: Good}
	for _, e := range l.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(cert.SerialNumber) != 0 {
			continue
		}
		const removed = 8 // from the list (RFC 5280, 5.3.1)
		if e.ReasonCode == removed {
			continue
		}
		v.RevokedAt = e.RevocationTime
		v.Status = statusAt(e.RevocationTime, at)
	}
	return v
}

// distribution is RFC 5280, 5.2.5.
type distribution struct {
	Point      asn1.RawValue  `asn1:"optional,tag:0"`
	OnlyUsers  bool           `asn1:"optional,tag:1"`
	OnlyCAs    bool           `asn1:"optional,tag:2"`
	Reasons    asn1.BitString `asn1:"optional,tag:3"`
	Indirect   bool           `asn1:"optional,tag:4"`
	OnlyOthers bool           `asn1:"optional,tag:5"`
}

// aboutAll reports whether a list has all that is revoked of certificates such as cert.
func aboutAll(l *x509.RevocationList, cert *x509.Certificate) bool {
	for _, e := range l.Extensions {
		switch {
		case e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}): // issuingDistributionPoint
			var d distribution
			if rest, err := asn1.Unmarshal(e.Value, &d); err != nil || len(rest) != 0 {
				return false
			}
			if d.OnlyUsers && cert.IsCA || d.OnlyCAs && !cert.IsCA || d.Reasons.BitLength != 0 || d.Indirect || d.OnlyOthers {
				return false
			}
		case e.Critical: // among them the one of a list of differences
			return false
		}
	}
	return true
}
