package pades

import (
	"crypto/x509"
	"time"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/revocation"
)

// A stamp is a document timestamp that counts: what it covers was there at its time.
type stamp struct {
	at  time.Time
	end int // how many bytes of the file it covers
}

// timestamp judges a document timestamp.
func (v *verification) timestamp(one *seal) Timestamp {
	s, t := one.Signature, one.stamp
	out := Timestamp{Field: one.Name, Revision: s.Revision() + 1, Whole: s.End == len(v.raw)}
	for _, r := range v.changed(s) {
		add(&out.Reasons, r)
	}
	if t == nil {
		add(&out.Reasons, stampFault(one.fault))
		return out
	}
	out.Time, out.Certificate = t.Time, t.Certificate
	if r := v.authority(t); r != "" {
		add(&out.Reasons, r)
		return out
	}
	v.stamps = append(v.stamps, stamp{t.Time, s.End})
	return out
}

// stampFault is the reason for a timestamp that does not verify.
func stampFault(err error) Reason {
	switch r := faultOf(err); r {
	case IndefiniteLength, Weak:
		return r
	case CertificateUnreadable:
		return TimestampUntrusted
	default:
		return TimestampWrong
	}
}

// authority judges who made a timestamp that verified; "" if it counts.
func (v *verification) authority(t *cades.Timestamp) Reason {
	if t.Time.After(v.policy.At.Add(v.policy.Skew)) {
		return TimestampFuture
	}
	if v.policy.pinned(t.Certificate) {
		return ""
	}
	chain := v.chain(t.Certificate, t.Others, v.policy.TimestampRoots, t.Time, x509.ExtKeyUsageTimeStamping)
	switch {
	case chain == nil && v.policy.AnyTimestamp:
		v.unchecked = true
		return ""
	case chain == nil:
		return TimestampUntrusted
	}
	for i := range chain[:len(chain)-1] {
		if v.proofs.answers.Judge(chain[i], chain[i+1], t.Time, v.policy.Skew).Status == revocation.Revoked {
			return TimestampUntrusted
		}
	}
	return ""
}

// prove finds out when a signature was made, at the latest.
func (v *verification) prove(out *Signature, s *pdfscan.Signature, signed *cades.Signed) {
	var at time.Time
	fault := TimestampMissing
	if signed.Timestamp != nil {
		t, err := cades.Rules{BER: v.policy.BER}.VerifyTimestamp(signed.Timestamp, digestOf(signed.Value))
		switch {
		case err != nil:
			fault = stampFault(err)
		default:
			if fault = v.authority(t); fault == "" {
				at, out.Stamped = t.Time, true
			}
		}
	}
	for _, d := range v.stamps {
		if d.end > s.End && (at.IsZero() || d.at.Before(at)) {
			at = d.at
		}
	}
	switch {
	case fault == TimestampWrong || fault == TimestampFuture:
		add(&out.Reasons, fault)
	case at.IsZero() && v.policy.Timestamps:
		add(&out.Reasons, fault)
	case fault != "" && fault != TimestampMissing:
		add(&out.Notes, StampUnproven)
	}
	if at.IsZero() {
		add(&out.Notes, TimeClaimed)
		return
	}
	out.Time, out.Proven = at.UTC(), true
}
