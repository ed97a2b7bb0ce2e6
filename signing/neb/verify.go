package neb

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// Verify judges the sealed PDF of an order by the broker's workflow token, which it
// fetches: its signature by a key that the broker publishes, the OCSP answer about that
// key, the organisation, the workflow, the SHA-256 of every document of the order, and
// for each signatory a signature by the right person at Config.MinLevel.
//
// The pages of the sealed PDF are set anew, so they cannot be compared with the original:
// what was signed is the original, whose digest is in the token. Keep it. The seal must
// cover the whole file, verify, and have a timestamp. Its certificate is compared with
// Config.SealRoots, if there are any. Signatures at a level that SignOrder asked for beyond
// Config.MinLevel are proven by their transaction tokens alone.
func (s *Service) Verify(ctx context.Context, x *signing.Exhibit) (*signing.Verdict, error) {
	const op = "verify"
	bad := func(k signing.Kind, why string) (*signing.Verdict, error) {
		return nil, &signing.Error{Kind: k, Service: name, Op: op, Order: x.Ticket.ID, Why: why}
	}
	id, ok := readOrderID(x.Ticket.ID)
	o := x.Order
	switch {
	case !ok, o == nil, len(x.Ticket.Signatories) != id.signatories, len(x.Ticket.Documents) != id.documents:
		return bad(signing.Conflict, "the ticket is not of this service")
	case len(o.Signatories) != id.signatories, len(o.Documents) != id.documents, x.Document < 0, x.Document >= id.documents:
		return bad(signing.Conflict, "the ticket and the order do not belong together")
	case sha256.Sum256(x.Original) != x.Ticket.Documents[x.Document].SHA256:
		return bad(signing.Conflict, "the original is not the document of the ticket")
	}
	c := &call{op: op, order: x.Ticket.ID}
	if why := s.checkSeal(ctx, x.Signed); why != nil {
		return nil, why.as(c)
	}
	w, _, err := s.workflow(ctx, op, x.Ticket.ID)
	if err != nil {
		return nil, err
	}
	t, err := s.workflowToken(ctx, op, x.Ticket.ID)
	if err != nil {
		return nil, err
	}
	if why := s.attached(ctx, x.Signed, id, t.status); why != nil {
		return nil, why.as(c)
	}
	if sum, there := t.files[o.Documents[x.Document].Title]; !there || sum != x.Ticket.Documents[x.Document].SHA256 {
		return bad(signing.DocumentMismatch, "the token has another document under this title")
	}
	v := &signing.Verdict{
		Checked: []string{
			"the workflow token is signed by a key that the broker publishes for transactions, and its certificate was good",
			"the token has the SHA-256 of the original of every document, and no other document",
			"everybody has signed, each is the right person, and the level is high enough",
			"the PDF has one seal, which covers the whole file and verifies, with a timestamp, and a workflow token of this order is attached",
		},
		Unchecked: []string{"the pages of the PDF, which the broker sets anew", "whether the certificates of the seal and of its timestamp were revoked"},
	}
	if s.cfg.sealRoots == nil {
		v.Unchecked = append(v.Unchecked, "who sealed the PDF, and whose timestamp it has (Config.SealRoots)")
	} else {
		v.Checked = append(v.Checked, "the seal and its timestamp are of an authority in Config.SealRoots")
	}
	by := make([]*signing.Signature, id.signatories)
	for i := range t.signatures {
		at, ok := w.place(id, t.signatures[i].transaction)
		if !ok {
			return bad(signing.SignerMismatch, "somebody has signed whom the order does not know")
		}
		one, why := s.signer(&t.signatures[i], &o.Signatories[at])
		if why != nil {
			return nil, why.as(c)
		}
		if first := by[at]; first != nil { // the same person may sign twice
			if !samePerson(&first.Identity, &one.Identity) {
				return bad(signing.SignerMismatch, "two persons have signed as one signatory")
			}
			continue
		}
		by[at] = one
		one.Signatory, one.Reference, one.Evidence = place(at), x.Ticket.Signatories[at].Reference, t.evidence
		v.Signatures = append(v.Signatures, *one)
	}
	for _, one := range by {
		if one == nil {
			return bad(signing.EvidenceIncomplete, "the token does not have everybody's signature")
		}
	}
	return v, nil
}

// samePerson reports whether two signatures are of one person. Claims that are not there
// tell nothing, but one must be there.
func samePerson(a, b *claims.Identity) bool {
	uuid, subject := !a.UUID.IsZero() && !b.UUID.IsZero(), a.Subject != "" && b.Subject != ""
	return (uuid || subject) && (!uuid || a.UUID == b.UUID) && (!subject || a.Subject == b.Subject)
}

// maxTried is how many attached tokens are verified. The broker attaches one.
const maxTried = 8

// attached checks that a workflow token of the order, with the signatures of everybody, is
// attached to a sealed PDF. status is the OCSP answer that came with the fetched token.
func (s *Service) attached(ctx context.Context, pdf []byte, id orderID, status string) *reason {
	why := &reason{signing.EvidenceIncomplete, "no workflow token is attached to the PDF", nil}
	tokens, statuses := attachedTokens(pdf)
	statuses = append([]string{status}, statuses[:min(len(statuses), maxTried)]...)
	for _, raw := range tokens[:min(len(tokens), maxTried)] {
		payload, err := s.verifyAttached(ctx, raw, statuses)
		if err != nil {
			why = &reason{signing.TokenInvalid, "the workflow token that is attached to the PDF does not verify", err}
			continue
		}
		t, bad := readWorkflowToken(payload, id, "DK"+s.cfg.organisation)
		switch {
		case bad != nil:
			why = &reason{bad.kind, "the workflow token that is attached to the PDF: " + bad.text, nil}
		case len(t.signatures) < id.signatories:
			why = &reason{signing.EvidenceIncomplete, "the PDF was sealed before everybody had signed", nil}
		default:
			return nil
		}
	}
	return why
}

// verifyAttached verifies an attached token, with the first OCSP answer that is of the right
// key and time.
func (s *Service) verifyAttached(ctx context.Context, raw string, statuses []string) (payload []byte, err error) {
	for _, status := range statuses {
		payload, _, err = s.broker.VerifyWorkflowToken(ctx, mitid.NewSecret(raw), status, "DK"+s.cfg.organisation)
		if !errors.Is(err, neb.ErrEvidenceIncomplete) {
			break
		}
	}
	return payload, err
}

// place returns the place of the signatory who made a signature.
func (w *workflow) place(id orderID, transaction string) (int, bool) {
	for i := range w.Signatures {
		if w.Signatures[i].Transaction == transaction {
			return w.signatory(id, i)
		}
	}
	return 0, false
}

// signer returns the person of a signature, if they are the right one.
func (s *Service) signer(of *workflowSignature, asked *signing.Signatory) (*signing.Signature, *reason) {
	if of.simulated && !s.cfg.simulated {
		return nil, &reason{signing.SignerMismatch, "a simulated identity has signed, which Config.Simulated does not allow", nil}
	}
	t := of.claims
	id := claims.Identity{Subject: t.Subject, UUID: t.UUID, Levels: t.Levels, AuthTime: t.AuthTime, BirthDate: t.BirthDate}
	if t.IdP == "mitid" || t.IdentityType == "private" {
		id.Capacity = claims.CapacityPrivate
		own, err := claims.ParseUUID(t.IdentityID)
		switch {
		case t.IdentityID == "":
		case err != nil || !id.UUID.IsZero() && id.UUID != own:
			return nil, &reason{signing.SignerMismatch, "a signature names two persons", nil}
		default:
			id.UUID = own
		}
	}
	if t.IdentityName != "" {
		id.Name = &claims.Name{Full: t.IdentityName}
	}
	switch who := &asked.Who; {
	case t.IdP != "mitid" && t.IdP != "mitid_erhverv":
		return nil, &reason{signing.TokenInvalid, "a signature is not of MitID, or the token does not tell", nil}
	case t.Levels.LoA < s.cfg.minLevel || t.Levels.LoA == claims.LevelUnknown:
		return nil, &reason{signing.AssuranceTooLow, "a signature is at a lower level than Config.MinLevel", nil}
	case !who.UUID.IsZero() && id.UUID.IsZero(), who.Subject != "" && id.Subject == "":
		return nil, &reason{signing.EvidenceIncomplete, "the token does not tell who has signed", nil}
	case !who.UUID.IsZero() && id.UUID != who.UUID, who.Subject != "" && id.Subject != who.Subject:
		return nil, &reason{signing.SignerMismatch, "somebody else has signed", nil}
	}
	id, err := id.Cleared()
	if err != nil {
		return nil, &reason{signing.TokenInvalid, "a claim about the person cannot be used", nil}
	}
	return &signing.Signature{Identity: id, Level: t.Levels.LoA, SignedAt: of.created}, nil
}
