package criipto

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// assign finds the signatory of each signature: those who the service says have signed,
// each once, and nobody else.
func (c *verification) assign() error {
	expected := c.expected()
	for i := range c.found {
		if c.found[i].meta.order != c.found[0].meta.order {
			return incomplete("signatures of two orders")
		}
		for j := range i {
			if c.found[j].meta.signatory == c.found[i].meta.signatory {
				return refuse(signing.SignerMismatch, "two signatures of one signatory")
			}
		}
	}
	var err error
	if c.v.cfg.IDs == IDsDiffer {
		err = c.assignByPerson(expected)
	} else {
		err = c.assignByID(expected)
	}
	if err != nil {
		return err
	}
	for i := range c.found {
		f := &c.found[i]
		if !expected[f.expects] {
			return refuse(signing.SignerMismatch, "a signature of somebody who should not have signed, or two of one signatory")
		}
		delete(expected, f.expects)
		if err := right(&c.x.Order.Signatories[f.expects].Who, &f.proof.id); err != nil {
			return err
		}
	}
	if len(expected) > 0 {
		return incomplete("the signature of somebody who signed is missing")
	}
	return c.distinct()
}

// distinct refuses one login in two signatures, and one person for two signatories of whom
// the order does not name both.
func (c *verification) distinct() error {
	for i := range c.found {
		for j := range i {
			a, b := &c.found[i], &c.found[j]
			named := !c.x.Order.Signatories[a.expects].Who.Anyone && !c.x.Order.Signatories[b.expects].Who.Anyone
			switch {
			case a.proof.raw == b.proof.raw:
				return refuse(signing.SignerMismatch, "one login in two signatures")
			case !named && samePerson(&a.proof.id, &b.proof.id):
				return refuse(signing.SignerMismatch, "one person for two signatories, whom the order does not both name (Who.Anyone)")
			}
		}
	}
	return nil
}

func samePerson(a, b *claims.Identity) bool {
	return a.Subject != "" && a.Subject == b.Subject || !a.UUID.IsZero() && a.UUID == b.UUID || !a.CPR.IsZero() && a.CPR == b.CPR
}

// expected returns the indexes of the signatories whose signature must be there: those
// who have signed, and whom the document concerns.
func (c *verification) expected() map[int]bool {
	all := map[int]bool{}
	for i, t := range c.x.Ticket.Signatories {
		for _, told := range c.x.Signatories {
			if told.ID == t.ID && told.State == signing.SignatorySigned && told.Role != signing.Viewer && concerns(&c.x.Order.Signatories[i], c.x.Document) {
				all[i] = true
			}
		}
	}
	return all
}

func concerns(s *signing.Signatory, document int) bool {
	for _, d := range s.Documents {
		if d == document {
			return true
		}
	}
	return s.Documents == nil
}

// assignByID compares the ids in the evidence with those of the ticket.
func (c *verification) assignByID(expected map[int]bool) error {
	for i := range c.found {
		f := &c.found[i]
		if !sameID(c.x.Ticket.ID, f.meta.order) {
			return incomplete("evidence of another order, or of one whose ids cannot be compared (VerifierConfig.IDs)")
		}
		matches := 0
		for j, s := range c.x.Ticket.Signatories {
			if sameID(s.ID, f.meta.signatory) {
				f.expects = j
				matches++
			}
		}
		if matches == 0 {
			return refuse(signing.SignerMismatch, "a signature of a signatory whom the order does not have")
		}
		if matches > 1 {
			return incomplete("evidence of a signatory whose id cannot be compared (VerifierConfig.IDs)")
		}
	}
	return nil
}

// sameID reports whether an id of the interface is one of the evidence, or contains it.
func sameID(api signing.ID, evidence string) bool {
	if string(api) == evidence {
		return true
	}
	guid := folded(evidence)
	if len(guid) != 32 || strings.Trim(guid, "0123456789abcdef") != "" {
		return false
	}
	if contains(string(api), guid) {
		return true
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if plain, err := encoding.DecodeString(string(api)); err == nil && contains(string(plain), guid) {
			return true
		}
	}
	return false
}

// folded returns an id in lower case, without hyphens and braces.
func folded(id string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "{", "", "}", "").Replace(id))
}

// contains reports whether id has guid in it, with neither a letter nor a digit beside it.
func contains(id, guid string) bool {
	id = folded(id)
	for at := 0; ; at++ {
		i := strings.Index(id[at:], guid)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(guid)
		if (at == 0 || !alphanumeric(id[at-1])) && (end == len(id) || !alphanumeric(id[end])) {
			return true
		}
	}
}

func alphanumeric(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' }

// assignByPerson finds signatories by Signatory.Who, where ids cannot be compared.
func (c *verification) assignByPerson(expected map[int]bool) error {
	free, anyone := map[int]bool{}, []int{}
	for i := range expected {
		if c.x.Order.Signatories[i].Who.Anyone {
			anyone = append(anyone, i)
		} else {
			free[i] = true
		}
	}
	if len(anyone) > 1 {
		return incomplete("two signatories who may be anyone cannot be told apart without comparing ids (VerifierConfig.IDs)")
	}
	for i := range c.found {
		f, matches := &c.found[i], 0
		for j := range free {
			if right(&c.x.Order.Signatories[j].Who, &f.proof.id) == nil {
				f.expects = j
				matches++
			}
		}
		switch {
		case matches == 1:
			delete(free, f.expects)
		case matches > 1:
			return incomplete("one person for two signatories cannot be told apart without comparing ids (VerifierConfig.IDs)")
		case len(anyone) == 1:
			f.expects, anyone = anyone[0], nil
		default:
			return refuse(signing.SignerMismatch, "a signature of somebody whom the order does not ask for")
		}
	}
	return nil
}

// right refuses a person who is not who.
func right(who *signing.Who, id *claims.Identity) error {
	switch {
	case !who.UUID.IsZero() && id.UUID.IsZero(), who.Subject != "" && id.Subject == "", !who.CPR.IsZero() && id.CPR.IsZero():
		return incomplete("the token does not have what identifies the person (Signatory.Who)")
	case !who.UUID.IsZero() && id.UUID != who.UUID, who.Subject != "" && id.Subject != who.Subject, !who.CPR.IsZero() && id.CPR != who.CPR:
		return refuse(signing.SignerMismatch, "somebody else has signed")
	case who.UUID.IsZero() && who.Subject == "" && who.CPR.IsZero() && !who.Anyone:
		return refuse(signing.SignerMismatch, "the order does not say who may sign (Signatory.Who)")
	}
	return nil
}

// verdict says what was found, and no more than was checked.
func (c *verification) verdict() *signing.Verdict {
	cfg := &c.v.cfg
	v := &signing.Verdict{
		Checked: []string{
			"every signature covers its part of the file whole, and the last one reaches its end",
			"every signature was made with a certificate that is in it",
			"nothing that is shown was changed after the first signature",
			"every ID token is signed by the issuer, for this application, and names the documents of the order",
			"the people are those whom the order asks for, each with one signature",
		},
		Unchecked: []string{
			"whether a certificate was revoked of which the file has no answer",
			"what the signatures themselves show on the pages",
		},
	}
	say := func(checked bool, yes, no string) {
		if checked {
			v.Checked = append(v.Checked, yes)
		} else {
			v.Unchecked = append(v.Unchecked, no)
		}
	}
	say(!cfg.Rewritten, "the file begins with the original, byte for byte", "whether the pages are those of the original (VerifierConfig.Rewritten)")
	say(cfg.Seals != nil, "the seal is one of the configured certificates", "whether the seal is the service's own (VerifierConfig.Seals)")
	say(cfg.SealRoots != nil, "the seal's certificate leads to a configured authority", "whether an authority vouches for the seal's certificate (VerifierConfig.SealRoots)")
	say(cfg.TimestampRoots != nil, "the timestamps' certificates lead to a configured authority", "whether an authority vouches for the timestamps (VerifierConfig.TimestampRoots)")
	say(cfg.SealRoots != nil && cfg.TimestampRoots != nil, "no answer in the file says that a certificate was revoked", "whether an answer in the file says that a certificate was revoked (VerifierConfig.SealRoots, TimestampRoots)")
	say(c.unnamed == 0, "every signature says which certificate made it", "whether a certificate with the same key and name took the place of the one that signed (signingCertificateV2)")
	say(c.untimed == 0, "every signature has a timestamp", "when a signature without a timestamp was made")
	say(cfg.IDs == IDsContain, "the ids of the order and of the signatories are those in the file", "whether the ids of the order and of the signatories are those in the file (VerifierConfig.IDs)")
	if c.grown {
		v.Unchecked = append(v.Unchecked, "what stands on the pages that were added behind the original ones")
	}
	for _, f := range c.found {
		at := f.at
		if at.IsZero() {
			at = time.Unix(f.proof.claims.registered.IssuedAt, 0)
		}
		t := c.x.Ticket.Signatories[f.expects]
		v.Signatures = append(v.Signatures, signing.Signature{
			Signatory: t.ID, Reference: t.Reference, Identity: f.proof.id, Level: f.proof.id.Levels.LoA, SignedAt: at.UTC(),
			Evidence: []signing.Token{{Use: "id_token", Raw: signing.NewSecret(f.proof.raw), Key: f.proof.key}},
		})
	}
	return v
}
