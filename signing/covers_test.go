package signing_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
)

// verifying changes verdicts.
type verifying struct {
	*memory
	change func(*signing.Verdict) *signing.Verdict
}

func (v verifying) Verify(ctx context.Context, x *signing.Exhibit) (*signing.Verdict, error) {
	verdict, err := v.memory.Verify(ctx, x)
	if err != nil {
		return nil, err
	}
	return v.change(verdict), nil
}

// A verdict is held against the order: who should have signed, and who did.
func TestVerdictMustNameTheRightPeople(t *testing.T) {
	n := cprtest.Number(7)
	first := func(f func(*signing.Signature)) func(*signing.Verdict) *signing.Verdict {
		return func(v *signing.Verdict) *signing.Verdict { f(&v.Signatures[0]); return v }
	}
	for name, c := range map[string]struct {
		kind   signing.Kind
		order  func(*signing.Order)
		change func(*signing.Verdict) *signing.Verdict
	}{
		"none":           {signing.EvidenceIncomplete, nil, func(*signing.Verdict) *signing.Verdict { return nil }},
		"nobody":         {signing.EvidenceIncomplete, nil, func(v *signing.Verdict) *signing.Verdict { v.Signatures = nil; return v }},
		"one is missing": {signing.EvidenceIncomplete, nil, func(v *signing.Verdict) *signing.Verdict { v.Signatures = v.Signatures[1:]; return v }},
		"one twice":      {signing.SignerMismatch, nil, func(v *signing.Verdict) *signing.Verdict { v.Signatures[1] = v.Signatures[0]; return v }},
		"a stranger":     {signing.SignerMismatch, nil, first(func(s *signing.Signature) { s.Signatory = "Signatory:9" })},
		"one too many": {signing.SignerMismatch, nil, func(v *signing.Verdict) *signing.Verdict {
			v.Signatures = append(v.Signatures, signing.Signature{Signatory: "x"})
			return v
		}},
		"other reference": {signing.ResponseInvalid, nil, first(func(s *signing.Signature) { s.Reference = "udlejer" })},
		"another person":  {signing.SignerMismatch, nil, first(func(s *signing.Signature) { s.Identity = identity(5) })},
		"changed places": {signing.SignerMismatch, nil, func(v *signing.Verdict) *signing.Verdict {
			v.Signatures[0].Identity, v.Signatures[1].Identity = v.Signatures[1].Identity, v.Signatures[0].Identity
			return v
		}},
		"no UUID":         {signing.EvidenceIncomplete, nil, first(func(s *signing.Signature) { s.Identity.UUID = claims.UUID{} })},
		"another subject": {signing.SignerMismatch, func(o *signing.Order) { o.Signatories[0].Who.Subject = "{sub-1}" }, same},
		"no CPR number":   {signing.EvidenceIncomplete, func(o *signing.Order) { o.Signatories[0].Who.CPR = n }, same},
		"another CPR number": {signing.SignerMismatch, func(o *signing.Order) { o.Signatories[0].Who.CPR = n },
			first(func(s *signing.Signature) { s.Identity.CPR = cprtest.Number(8) })},
		"the right CPR number": {0, func(o *signing.Order) { o.Signatories[0].Who.CPR = n },
			first(func(s *signing.Signature) { s.Identity.CPR = n })},
		"no references": {0, nil, first(func(s *signing.Signature) { s.Reference = "" })},
		"anyone": {0, func(o *signing.Order) { o.Signatories[0].Who = signing.Who{Anyone: true} },
			first(func(s *signing.Signature) { s.Identity = identity(5) })},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			o := order()
			if c.order != nil {
				c.order(o)
			}
			client := newClient(t, m, func(cfg *signing.Config) { cfg.Verifier = verifying{m, c.change} })
			p, err := client.Place(t.Context(), o)
			require.NoError(t, err)
			m.sign(p.Ticket.ID, 0, 1)
			r, err := client.Complete(t.Context(), p.Ticket, o, keep)
			if c.kind == 0 {
				require.NoError(t, err)
				require.Equal(t, "lejer", r.Documents[0].Verdict.Signatures[0].Reference)
				return
			}
			kindIs(t, err, c.kind)
			require.Nil(t, r)
			require.NotContains(t, m.steps(), "cleanup")
		})
	}
}

func same(v *signing.Verdict) *signing.Verdict { return v }

// Each document is signed by those whom it concerns; approvers and viewers sign nothing.
func TestDocumentsOfSomePeople(t *testing.T) {
	m := newMemory()
	c, o := newClient(t, m), order()
	o.Signatories[0].Documents = []int{0}
	o.Signatories = append(o.Signatories,
		signing.Signatory{Reference: "jurist", Role: signing.Approver, Who: signing.Who{UUID: uuid(2)}, Sequence: 1},
		signing.Signatory{Reference: "nabo", Role: signing.Viewer, Who: signing.Who{Anyone: true}})
	p, err := c.Place(t.Context(), o)
	require.NoError(t, err)
	m.sign(p.Ticket.ID, 0, 1)
	_, err = c.Complete(t.Context(), p.Ticket, o, keep)
	kindIs(t, err, signing.Pending)
	m.set(p.Ticket.ID, 2, signing.SignatoryApproved)
	r, err := c.Complete(t.Context(), p.Ticket, o, keep)
	require.NoError(t, err)
	require.Len(t, r.Documents[0].Verdict.Signatures, 2)
	require.Len(t, r.Documents[1].Verdict.Signatures, 1)
	require.Equal(t, "udlejer", r.Documents[1].Verdict.Signatures[0].Reference)
}
