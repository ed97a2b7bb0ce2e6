package criipto_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

type list = []any

type object = map[string]any

func TestVerifierReadsTheEvidence(t *testing.T) {
	drawing := object{"image": "iVBORw0KGgo=", "name": "Åse Sørensen"}
	for title, c := range map[string]struct {
		evidence func(s *scene, token string) string
		kind     signing.Kind
	}{
		"jwt": {func(s *scene, token string) string {
			return envelope(s.meta(0), "criipto.signature.jwt.v1", jwtValue(token))
		}, 0},
		"jwt without the prefix": {func(s *scene, token string) string { return envelope(s.meta(0), "signature.jwt.v1", jwtValue(token)) }, 0},
		"jwt in a composite": {func(s *scene, token string) string {
			return envelope(s.meta(0), "criipto.signature.composite.v1", list{
				object{"type": "criipto.signature.drawable.v1", "value": drawing}, object{"type": "criipto.signature.jwt.v1", "value": jwtValue(token)},
			})
		}, 0},
		"jwt in a composite without the prefix": {func(s *scene, token string) string {
			return envelope(s.meta(0), "signature.composite.v1", list{object{"type": "signature.jwt.v1", "value": text(jwtValue(token))}})
		}, 0},
		"meta as an object": {func(s *scene, token string) string {
			return text(object{"meta": s.meta(0), "type": "criipto.signature.jwt.v1", "value": jwtValue(token)})
		}, 0},
		"without a key set": {func(s *scene, token string) string {
			return envelope(s.meta(0), "criipto.signature.jwt.v1", object{"jwt": token})
		}, 0},
		"more members": {func(s *scene, token string) string {
			return strings.Replace(envelope(s.meta(0), "signature.jwt.v1", jwtValue(token)), "{", `{"nyt":["æ"],`, 1)
		}, 0},
		"drawing alone": {func(s *scene, _ string) string { return envelope(s.meta(0), "criipto.signature.drawable.v1", drawing) }, signing.EvidenceIncomplete},
		"drawing in a composite": {func(s *scene, _ string) string {
			return envelope(s.meta(0), "signature.composite.v1", list{object{"type": "signature.drawable.v1", "value": drawing}})
		}, signing.EvidenceIncomplete},
		"empty":           {func(s *scene, _ string) string { return envelope(s.meta(0), "criipto.signature.empty.v1", object{}) }, signing.EvidenceIncomplete},
		"empty composite": {func(s *scene, _ string) string { return envelope(s.meta(0), "criipto.signature.composite.v1", list{}) }, signing.EvidenceIncomplete},
		"two tokens": {func(s *scene, token string) string {
			part := object{"type": "signature.jwt.v1", "value": jwtValue(token)}
			return envelope(s.meta(0), "signature.composite.v1", list{part, part})
		}, signing.EvidenceIncomplete},
		"composite in a composite": {func(s *scene, token string) string {
			inner := list{object{"type": "signature.jwt.v1", "value": jwtValue(token)}}
			return envelope(s.meta(0), "signature.composite.v1", list{object{"type": "signature.composite.v1", "value": inner}})
		}, signing.EvidenceIncomplete},
		"seventeen parts": {func(s *scene, token string) string {
			parts := list{object{"type": "signature.jwt.v1", "value": jwtValue(token)}}
			for len(parts) < 17 {
				parts = append(parts, object{"type": "signature.drawable.v1", "value": drawing})
			}
			return envelope(s.meta(0), "signature.composite.v1", parts)
		}, signing.EvidenceIncomplete},
		"composite is an object": {func(s *scene, token string) string {
			return envelope(s.meta(0), "signature.composite.v1", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"unknown kind": {func(s *scene, token string) string {
			return envelope(s.meta(0), "criipto.signature.jwt.v2", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"kind in capitals": {func(s *scene, token string) string {
			return envelope(s.meta(0), "CRIIPTO.SIGNATURE.JWT.V1", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"prefix twice": {func(s *scene, token string) string {
			return envelope(s.meta(0), "criipto.criipto.signature.jwt.v1", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"no kind": {func(s *scene, token string) string {
			return text(object{"meta": text(s.meta(0)), "value": jwtValue(token)})
		}, signing.EvidenceIncomplete},
		"no value": {func(s *scene, _ string) string {
			return text(object{"meta": text(s.meta(0)), "type": "signature.jwt.v1"})
		}, signing.EvidenceIncomplete},
		"no meta": {func(s *scene, token string) string {
			return text(object{"type": "signature.jwt.v1", "value": jwtValue(token)})
		}, signing.EvidenceIncomplete},
		"meta without an order": {func(s *scene, token string) string {
			return envelope(object{"signatoryId": s.people[0].guid}, "signature.jwt.v1", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"meta without a signatory": {func(s *scene, token string) string {
			return envelope(object{"signatoryId": "", "signatureOrderId": orderGUID}, "signature.jwt.v1", jwtValue(token))
		}, signing.EvidenceIncomplete},
		"member twice": {func(s *scene, token string) string {
			return strings.Replace(envelope(s.meta(0), "signature.jwt.v1", jwtValue(token)), "{", `{"type":"signature.jwt.v1",`, 1)
		}, signing.EvidenceIncomplete},
		"member twice in meta": {func(s *scene, token string) string {
			return text(object{"meta": `{"signatureOrderId":"x",` + text(s.meta(0))[1:], "type": "signature.jwt.v1", "value": jwtValue(token)})
		}, signing.EvidenceIncomplete},
		"member in another letter case": {func(s *scene, token string) string {
			return strings.Replace(envelope(s.meta(0), "signature.jwt.v1", jwtValue(token)), "{", `{"Value":"{}",`, 1)
		}, signing.EvidenceIncomplete},
		"text behind": {func(s *scene, token string) string {
			return envelope(s.meta(0), "signature.jwt.v1", jwtValue(token)) + "æ"
		}, signing.EvidenceIncomplete},
		"not JSON":       {func(*scene, string) string { return "Åse Sørensen" }, signing.EvidenceIncomplete},
		"a list":         {func(*scene, string) string { return "[]" }, signing.EvidenceIncomplete},
		"nothing":        {func(*scene, string) string { return "" }, signing.EvidenceIncomplete},
		"deep":           {func(*scene, string) string { return strings.Repeat(`{"meta":`, 5000) }, signing.EvidenceIncomplete},
		"token a number": {func(s *scene, _ string) string { return envelope(s.meta(0), "signature.jwt.v1", object{"jwt": 7}) }, signing.EvidenceIncomplete},
		"unknown environment": {func(s *scene, token string) string {
			return text(object{"meta": text(s.meta(0)), "environment": "STAGING", "type": "signature.jwt.v1", "value": jwtValue(token)})
		}, signing.EvidenceIncomplete},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.evidence = func(_ int, token string) string { return c.evidence(s, token) }
			s.wants(c.kind)
		})
	}
}

func TestVerifierRefusesTheTestEnvironment(t *testing.T) {
	for title, c := range map[string]struct {
		inside, outside string
		kind            signing.Kind
	}{
		"production, said twice":  {"PRODUCTION", "PRODUCTION", 0},
		"older files say nothing": {"", "", 0},
		"test in meta":            {"TEST", "", signing.EvidenceIncomplete},
		"test outside":            {"", "TEST", signing.EvidenceIncomplete},
		"test in lower case":      {"", "test", signing.EvidenceIncomplete},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.cfg.AllowTest = false
			s.evidence = func(_ int, token string) string {
				meta := s.meta(0)
				meta["environment"] = c.inside
				return text(object{"meta": text(meta), "environment": c.outside, "type": "signature.jwt.v1", "value": text(jwtValue(token))})
			}
			s.wants(c.kind)
		})
	}
	s := newScene(t, 1)
	s.cfg.AllowTest = false
	s.evidence = func(_ int, token string) string {
		return text(object{"meta": object{"signatureOrderId": orderGUID, "signatoryId": s.people[0].guid}, "type": "signature.jwt.v1", "value": jwtValue(token)})
	}
	for claim, value := range map[string]string{"authenticationtype": "urn:grn:authn:mock", "identityscheme": "sebankid"} {
		s.claims = func(_ int, c map[string]any) { c[claim] = value }
		s.wants(signing.EvidenceIncomplete)
	}
}

func TestVerifierComparesIDs(t *testing.T) {
	p := people()[0]
	for title, c := range map[string]struct {
		order, signatory signing.ID
		kind             signing.Kind
	}{
		"equal":                   {orderGUID, signing.ID(p.guid), 0},
		"contained":               {"SignatureOrder:abc|" + orderGUID, signing.ID("Signatory:abc|" + p.guid), 0},
		"contained in capitals":   {signing.ID("X|" + strings.ToUpper(orderGUID)), signing.ID(strings.ToUpper(p.guid)), 0},
		"contained, no hyphens":   {signing.ID("X|" + strings.ReplaceAll(orderGUID, "-", "")), signing.ID("{" + p.guid + "}"), 0},
		"in base64":               {"U2lnbmF0dXJlT3JkZXI6N2ExYzBmOWUtNTJkOC00YjdlLTlkMzgtMGMyYjFmNmE5ZTEx", signing.ID(p.guid), 0},
		"another order":           {"SignatureOrder:9a1c0f9e-52d8-4b7e-9d38-0c2b1f6a9e11", signing.ID(p.guid), signing.EvidenceIncomplete},
		"another signatory":       {orderGUID, signing.ID(people()[1].guid), signing.SignerMismatch},
		"opaque":                  {"SignatureOrder:8fe1|99ad", "Signatory:12", signing.EvidenceIncomplete},
		"with a digit beside it":  {orderGUID + "0", signing.ID(p.guid), signing.EvidenceIncomplete},
		"with a letter before it": {"a" + orderGUID, signing.ID(p.guid), signing.EvidenceIncomplete},
		"swapped":                 {signing.ID(p.guid), orderGUID, signing.EvidenceIncomplete},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.change = func(x *signing.Exhibit) {
				x.Ticket.ID = c.order
				x.Ticket.Signatories[0].ID, x.Signatories[0].ID = c.signatory, c.signatory
			}
			v, err := s.verify()
			assert.Equal(t, c.kind.String(), signing.KindOf(err).String(), "%v", err)
			if c.kind == 0 && assert.NotNil(t, v) {
				assert.Equal(t, c.signatory, v.Signatures[0].Signatory)
			}
		})
	}
}

func TestVerifierWithIDsThatDiffer(t *testing.T) {
	opaque := func(x *signing.Exhibit) {
		x.Ticket.ID = "SignatureOrder:8fe1"
		for i := range x.Signatories {
			id := signing.ID("Signatory:" + string(rune('a'+i)))
			x.Ticket.Signatories[i].ID, x.Signatories[i].ID = id, id
		}
	}
	open := func(n int, change func(s *scene, x *signing.Exhibit)) *scene {
		s := newScene(t, n)
		s.cfg.IDs = criipto.IDsDiffer
		s.change = func(x *signing.Exhibit) {
			opaque(x)
			if change != nil {
				change(s, x)
			}
		}
		return s
	}
	check := func(kind signing.Kind, s *scene) *signing.Verdict {
		v, err := s.verify()
		assert.Equal(t, kind.String(), signing.KindOf(err).String(), "%v", err)
		return v
	}
	v := check(0, open(2, nil))
	assert.Contains(t, v.Unchecked, "whether the ids of the order and of the signatories are those in the file (VerifierConfig.IDs)")
	assert.Equal(t, signing.ID("Signatory:b"), v.Signatures[1].Signatory)
	check(0, open(2, func(_ *scene, x *signing.Exhibit) { x.Order.Signatories[0].Who = signing.Who{Anyone: true} }))
	check(signing.EvidenceIncomplete, open(2, func(_ *scene, x *signing.Exhibit) {
		x.Order.Signatories[0].Who, x.Order.Signatories[1].Who = signing.Who{Anyone: true}, signing.Who{Anyone: true}
	}))
	check(signing.EvidenceIncomplete, open(2, func(_ *scene, x *signing.Exhibit) { x.Order.Signatories[1].Who = x.Order.Signatories[0].Who }))
	check(signing.SignerMismatch, open(1, func(_ *scene, x *signing.Exhibit) { x.Order.Signatories[0].Who.UUID = mustUUID(people()[2].uuid) }))

	twoOrders := open(2, nil)
	twoOrders.evidence = func(i int, token string) string {
		meta := twoOrders.meta(i)
		meta["signatureOrderId"] = people()[i].guid
		return envelope(meta, "signature.jwt.v1", jwtValue(token))
	}
	check(signing.EvidenceIncomplete, twoOrders)
}

func TestVerifierWantsEachSignatoryOnce(t *testing.T) {
	for title, c := range map[string]struct {
		signatories int
		set         func(s *scene)
		kind        signing.Kind
	}{
		"one of two has not signed": {2, func(s *scene) {
			s.signs = func(i int, pdf []byte, f fakepdf.Signature) ([]byte, error) {
				if i == 1 {
					return pdf, nil
				}
				return s.authority.Sign(pdf, f)
			}
		}, signing.EvidenceIncomplete},
		"one has signed twice": {1, func(s *scene) {
			s.signs = func(_ int, pdf []byte, f fakepdf.Signature) ([]byte, error) {
				pdf, err := s.authority.Sign(pdf, f)
				if err != nil {
					return nil, err
				}
				return s.authority.Sign(pdf, f)
			}
		}, signing.SignerMismatch},
		"somebody has signed whom the order does not have": {2, func(s *scene) {
			s.change = func(x *signing.Exhibit) {
				x.Ticket.Signatories, x.Order.Signatories, x.Signatories = x.Ticket.Signatories[:1], x.Order.Signatories[:1], x.Signatories[:1]
			}
		}, signing.SignerMismatch},
		"somebody has signed of whom the service says it not": {2, func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Signatories[1].State = signing.SignatoryRejected }
		}, signing.SignerMismatch},
		"a viewer has signed": {2, func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Signatories[1].Role = signing.Viewer }
		}, signing.SignerMismatch},
		"the document does not concern one who signed it": {2, func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[1].Documents = []int{1} }
		}, signing.SignerMismatch},
		"the document concerns one alone": {1, func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[0].Documents = []int{0} }
		}, 0},
		"two have changed places": {2, func(s *scene) {
			s.evidence = func(i int, token string) string {
				return envelope(s.meta(1-i), "signature.jwt.v1", jwtValue(token))
			}
		}, signing.SignerMismatch},
		"the service knows nobody": {1, func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Signatories = nil }
		}, signing.SignerMismatch},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, c.signatories)
			c.set(s)
			s.wants(c.kind)
		})
	}
}
