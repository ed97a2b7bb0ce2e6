package signing

import (
	"crypto/sha256"
	"slices"

	"github.com/dkeid/dkeid/claims"
)

func digestOf(content []byte) Digest { return sha256.Sum256(content) }

// covers returns a copy of a verdict with all references. It refuses one that does not
// name everybody who signed the document with that index, each once and nobody else, or
// that names another person than the order asked for.
func (v *Verdict) covers(t *Ticket, o *Order, p *Progress, document int) (*Verdict, *Error) {
	if v == nil {
		return nil, &Error{Kind: EvidenceIncomplete, Why: "the Verifier returned neither a verdict nor an error"}
	}
	copied := *v
	v = &copied
	v.Signatures = slices.Clone(v.Signatures)
	missing := map[ID]*Signatory{}
	for i, s := range t.Signatories {
		if told := p.signatory(s.ID); told.State == SignatorySigned && told.Role != Viewer && o.Signatories[i].concerns(document) {
			missing[s.ID] = &o.Signatories[i]
		}
	}
	if len(missing) == 0 {
		return nil, &Error{Kind: EvidenceIncomplete, Why: "nobody has signed the document"}
	}
	for i := range v.Signatures {
		s := &v.Signatures[i]
		who := missing[s.Signatory]
		if who == nil {
			return nil, &Error{Kind: SignerMismatch, Why: "the document has a signature of somebody who should not have signed it, or two of one signatory"}
		}
		delete(missing, s.Signatory)
		if s.Reference == "" {
			s.Reference = who.Reference
		}
		if s.Reference != who.Reference {
			return nil, &Error{Kind: ResponseInvalid, Why: "a signature names another reference than the order"}
		}
		if err := who.Who.signed(&s.Identity); err != nil {
			return nil, err
		}
	}
	if len(missing) > 0 {
		return nil, &Error{Kind: EvidenceIncomplete, Why: "the signature of somebody who signed is not in the document"}
	}
	return v, nil
}

// signed refuses a person who is not w.
func (w *Who) signed(id *claims.Identity) *Error {
	switch {
	case !w.UUID.IsZero() && id.UUID.IsZero(), w.Subject != "" && id.Subject == "", !w.CPR.IsZero() && id.CPR.IsZero():
		return &Error{Kind: EvidenceIncomplete, Why: "the evidence does not have what identifies the person (Signatory.Who)"}
	case !w.UUID.IsZero() && id.UUID != w.UUID, w.Subject != "" && id.Subject != w.Subject, !w.CPR.IsZero() && id.CPR != w.CPR:
		return &Error{Kind: SignerMismatch, Why: "somebody else has signed"}
	}
	return nil
}
