package pades

import (
	"context"
	"errors"
	"slices"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// ErrUnreadable is in the chain of every error of [Verify] about the file: it is no PDF, it is
// encrypted, too large, or broken, so that readers may see different things.
var ErrUnreadable = errors.New("pades: the file cannot be read")

// An unreadable error says why, in our words.
type unreadable struct{ cause error }

func (e *unreadable) Error() string        { return ErrUnreadable.Error() + ": " + e.cause.Error() }
func (e *unreadable) Is(target error) bool { return target == ErrUnreadable }
func (e *unreadable) Unwrap() error        { return e.cause }

// Verify judges a PDF by a policy. file must not change while it runs, nor afterwards.
//
// The error is about the file ([ErrUnreadable]), the policy or ctx. What is wrong with a
// signature is no error: the Report says it.
func Verify(ctx context.Context, file []byte, p Policy) (*Report, error) {
	p, err := p.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := pdfscan.Open(file)
	if err != nil {
		return nil, &unreadable{err}
	}
	fields, err := f.SignatureFields()
	if err != nil {
		return nil, &unreadable{err}
	}
	v := &verification{policy: &p, file: f, raw: file, report: &Report{Verdict: Passed, Revisions: f.Revisions()}}
	if err := v.run(ctx, fields); err != nil {
		return nil, err
	}
	return v.report, nil
}

// A verification is the judging of one file.
type verification struct {
	policy  *Policy
	file    *pdfscan.File
	raw     []byte
	seals   []*seal // of the fields, in their order
	first   int     // the first update that a signature covers; -1 if none does
	proofs  *proofs
	stamps  []stamp // document timestamps that count
	changes []pdfscan.Change
	damage  error // why the updates cannot be compared; nil if they can
	report  *Report

	unchecked      bool     // a timestamp counts although no authority vouches for it
	signedDigests  []string // of the documents that evidence names, in hexadecimal digits
	claimedDigests []string // those that the seal alone vouches for, where the policy did not ask for such evidence
}

// A seal is a signature or a document timestamp, as it stands in the file, and what became of
// its value.
type seal struct {
	pdfscan.SignatureField
	signed *cades.Signed    // of a signature; nil if it does not verify
	stamp  *cades.Timestamp // of a document timestamp; nil if it does not verify
	fault  error
}

// isStamp reports whether it is a document timestamp.
func (s *seal) isStamp() bool { return s.Signature != nil && s.Signature.Timestamp }

func (v *verification) run(ctx context.Context, fields []pdfscan.SignatureField) error {
	if err := v.open(ctx, fields); err != nil {
		return err
	}
	v.proofs = v.collect()
	if v.first >= 0 {
		v.changes, v.damage = v.file.Changes(v.first, false)
	}
	// Document timestamps first: they prove when the signatures before them were there.
	for _, s := range v.seals {
		if s.isStamp() {
			v.report.Timestamps = append(v.report.Timestamps, v.timestamp(s))
		}
	}
	for _, s := range v.seals {
		if !s.isStamp() {
			v.report.Signatures = append(v.report.Signatures, v.signature(s))
		}
	}
	v.listChanges()
	v.evidence()
	v.original()
	v.disclose(fields)
	v.conclude()
	return nil
}

// open verifies the values of all signatures. It goes from the first to the last, so that what
// they share is hashed once.
func (v *verification) open(ctx context.Context, fields []pdfscan.SignatureField) error {
	v.first = -1
	var order []*seal
	for _, field := range fields {
		s := &seal{SignatureField: field}
		v.seals = append(v.seals, s)
		if field.Signature == nil {
			continue
		}
		order = append(order, s)
		if v.first < 0 || field.Signature.Revision() < v.first {
			v.first = field.Signature.Revision()
		}
	}
	slices.SortFunc(order, func(a, b *seal) int { return a.Signature.End - b.Signature.End })
	rules := cades.Rules{BER: v.policy.BER}
	for _, s := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case s.Signature.Timestamp:
			s.stamp, s.fault = rules.VerifyTimestamp(s.Signature.Contents, s.Signature.Digest)
		case detached(s.Signature.SubFilter):
			s.signed, s.fault = rules.Verify(s.Signature.Contents, s.Signature.Digest)
		}
	}
	return nil
}

// detached reports whether a form of signature is a detached CMS message.
func detached(subFilter string) bool {
	return subFilter == "ETSI.CAdES.detached" || subFilter == "adbe.pkcs7.detached"
}

// conclude draws the verdict about the file from those about its parts.
func (v *verification) conclude() {
	r := v.report
	if len(r.Signatures) == 0 {
		v.reason(NoSignature)
	}
	for i := range r.Signatures {
		s := &r.Signatures[i]
		s.Verdict = verdictOf(s.Reasons)
		for _, reason := range s.Reasons {
			v.reason(reason)
		}
	}
	for i := range r.Timestamps {
		t := &r.Timestamps[i]
		t.Verdict = verdictOf(t.Reasons)
		for _, reason := range t.Reasons {
			v.reason(reason)
		}
	}
	if v.unchecked {
		add(&r.Notes, AnyTimestamp)
	}
	r.Verdict = verdictOf(r.Reasons)
}

// reason adds a reason that concerns the file.
func (v *verification) reason(r Reason) { add(&v.report.Reasons, r) }

// add appends what is not there.
func add[T comparable](all *[]T, one T) {
	if !slices.Contains(*all, one) {
		*all = append(*all, one)
	}
}

func verdictOf(reasons []Reason) Verdict {
	v := Passed
	for _, r := range reasons {
		if r.fails() {
			return Failed
		}
		v = Indeterminate
	}
	return v
}
