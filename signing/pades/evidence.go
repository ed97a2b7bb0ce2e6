package pades

import (
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// evidence judges the evidence of logins in signatures that are otherwise sound or
// indeterminate. That in others is not read: nobody vouches for it.
func (v *verification) evidence() {
	if v.policy.Evidence == IgnoredEvidence {
		return
	}
	seen := map[string]bool{} // the tokens, each of which is one login
	at := 0
	for _, one := range v.seals {
		if one.isStamp() {
			continue
		}
		out := &v.report.Signatures[at]
		at++
		if one.signed == nil || verdictOf(out.Reasons) == Failed {
			continue
		}
		b := &bond{v: v, out: out, signature: one.Signature}
		switch v.policy.Evidence {
		case CriiptoEvidence:
			b.criipto(true)
		case NetsEvidence:
			b.nets(true)
		default:
			b.criipto(false)
			if len(out.Persons) == 0 {
				b.nets(false)
			}
		}
		for _, raw := range b.tokens {
			if seen[raw] {
				add(&out.Reasons, EvidenceTwice)
			}
			seen[raw] = true
		}
	}
}

// A bond ties the evidence of a login to a signature.
type bond struct {
	v         *verification
	out       *Signature
	signature *pdfscan.Signature
	tokens    []string
}

// refuse adds a reason.
func (b *bond) refuse(r Reason) { add(&b.out.Reasons, r) }

// test judges evidence of a test environment.
func (b *bond) test() {
	if b.v.policy.AllowTest {
		add(&b.out.Notes, TestAllowed)
	} else {
		b.refuse(TestEnvironment)
	}
}

// when is when the signature was made, as far as it is proven; else the time of the judgement.
func (b *bond) when() time.Time {
	if b.out.Proven {
		return b.out.Time
	}
	return b.v.policy.At
}

// level judges the level of a login.
func (b *bond) level(l claims.Level) {
	if m := b.v.policy.MinLevel; m != claims.LevelUnknown && l < m {
		b.refuse(EvidenceWrong)
	}
}

// admit judges what a token that verified says of issuer, audience and time.
func (b *bond) admit(t *token) {
	p := b.v.policy
	at := b.when()
	switch {
	case p.Issuers != nil && !slices.Contains(p.Issuers, t.claims["iss"]):
		b.refuse(EvidenceWrong)
	case p.Audiences != nil && !slices.Contains(p.Audiences, t.audience()):
		b.refuse(EvidenceWrong)
	case b.out.Proven && (t.issued.After(at.Add(p.Skew)) || at.After(t.until.Add(p.Skew))):
		b.refuse(EvidenceElsewhen)
	case !b.out.Proven && t.issued.After(at.Add(p.Skew)):
		b.refuse(EvidenceElsewhen)
	}
	if t.own {
		add(&b.out.Notes, KeysBySeal)
	}
}
