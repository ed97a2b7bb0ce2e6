package pades

import (
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/contactinfo"
)

// drawing is the Scheme of a person who drew a signature and did not log in.
const drawing = "drawing"

// criipto judges evidence of Criipto (Idura) in the ContactInfo of a signature.
func (b *bond) criipto(demanded bool) {
	text := b.signature.ContactInfo
	if !demanded && !contactinfo.Is(text) {
		return
	}
	if !contactinfo.Is(text) {
		b.refuse(EvidenceMissing)
		return
	}
	e, err := contactinfo.Read(text)
	if err != nil {
		if demanded {
			b.refuse(EvidenceMalformed)
		}
		return
	}
	for _, at := range e.Environments {
		if at != "PRODUCTION" {
			b.test()
		}
	}
	for _, part := range e.Parts {
		if part == (contactinfo.Part{}) {
			continue // it proves nothing, and says so
		}
		if part.Token == "" {
			b.out.Persons = append(b.out.Persons, Person{Name: part.Name, Scheme: drawing, Order: e.Order, Signatory: e.Signatory})
			continue
		}
		b.tokens = append(b.tokens, part.Token)
		t, ok := b.criiptoToken(part)
		if !ok {
			b.refuse(EvidenceWrong)
			continue
		}
		p := criiptoPerson(t)
		p.Order, p.Signatory = e.Order, e.Signatory
		b.admit(t)
		b.level(p.Level)
		b.out.Persons = append(b.out.Persons, p)
	}
	// Who logged in stands before what was drawn.
	slices.SortStableFunc(b.out.Persons, func(p, q Person) int {
		switch {
		case p.Scheme != drawing && q.Scheme == drawing:
			return -1
		case p.Scheme == drawing && q.Scheme != drawing:
			return 1
		}
		return 0
	})
	if len(b.tokens) > 0 {
		return
	}
	if len(b.out.Persons) > 0 {
		add(&b.out.Notes, Drawn)
	}
	// A drawing is evidence, but not for a policy that says who may vouch for the person, and how well.
	p := b.v.policy
	if demanded && (len(b.out.Persons) == 0 || p.MinLevel != claims.LevelUnknown || p.Issuers != nil || p.Audiences != nil) {
		b.refuse(EvidenceMissing)
	}
}

// criiptoToken verifies an ID token: with the issuer's keys if the policy has them, else with
// those that came with it.
func (b *bond) criiptoToken(part contactinfo.Part) (*token, bool) {
	set, fetched := b.v.policy.Keys[unverified(part.Token)]
	if !fetched {
		set = []byte(part.Keys)
	}
	t, ok := verifyToken(part.Token, readKeys(set))
	if ok {
		t.own = !fetched
	}
	return t, ok
}

// criiptoPerson is the person of an ID token of Criipto (Idura) Verify
// (https://docs.idura.app/verify/e-ids/danish-mitid/). A claim that cannot be read is left out.
func criiptoPerson(t *token) Person {
	c := t.claims
	p := Person{
		Name: c["name"], Subject: c["sub"], Scheme: c["identityscheme"], Issuer: c["iss"], Audience: t.audience(), LoginAt: t.issued, Said: c["refTextBody"],
	}
	p.UUID, _ = claims.ParseUUID(c["uuid"])
	p.CPR, _ = cpr.Parse(c["cprNumberIdentifier"])
	p.CVR, _ = claims.ParseCVR(c["cvrNumberIdentifier"])
	p.BirthDate, _ = time.Parse(time.DateOnly, c["birthdate"])
	switch c["loA"] {
	case "LOW":
		p.Level = claims.Low
	case "SUBSTANTIAL":
		p.Level = claims.Substantial
	case "HIGH":
		p.Level = claims.High
	}
	return p
}
