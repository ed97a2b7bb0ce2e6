package signingtest

import "strings"

// An evidence misbehaviour changes what the next signature leaves in the file.
func evidenceMisbehaviours() []Misbehaviour {
	all := []Misbehaviour{
		{Name: "drawing-instead", Doc: "the file holds a drawing where a login was demanded, and no token", signing: func(w *sealing) {
			g := w.signature
			name := g.token()
			g.kind, g.image, g.parts = kindDrawn, drawing(), nil
			if name != nil {
				g.name = text(name.claims.get("name"))
			}
		}},
		{Name: "empty-signature", Doc: "the file is sealed, and holds no evidence of a person", signing: func(w *sealing) {
			w.signature.kind, w.signature.parts = kindEmpty, nil
		}},
		{Name: "signed-without-seal", Doc: "the signatory is SIGNED, and the file is as it was", signing: func(w *sealing) { w.unsealed = true }},
		{Name: "evidence-missing", Doc: "the signature in the file has no evidence", contact: func(*sealing, string) string { return "" }},
		{Name: "evidence-not-json", Doc: "the evidence in the file is no JSON", contact: func(*sealing, string) string { return "æøå {" }},
		{Name: "evidence-cut", Doc: "half of the evidence is in the file", contact: func(_ *sealing, e string) string { return e[:len(e)/2] }},
		{Name: "evidence-unknown-type", Doc: "the evidence is of a type that nobody knows", contact: func(_ *sealing, e string) string {
			return strings.Replace(e, ".jwt.v1", ".jwt.v9", 1)
		}},
		{Name: "evidence-other-order", Doc: "the evidence names another order", contact: func(w *sealing, e string) string {
			return strings.ReplaceAll(e, w.order.guid, newGUID())
		}},
		{Name: "evidence-other-signatory", Doc: "the evidence names another signatory", contact: func(w *sealing, e string) string {
			return strings.ReplaceAll(e, w.who.guid, newGUID())
		}},
		{Name: "evidence-ids-swapped", Doc: "order and signatory have changed places in the evidence", contact: func(w *sealing, e string) string {
			return strings.NewReplacer(w.order.guid, w.who.guid, w.who.guid, w.order.guid).Replace(e)
		}},
		{Name: "evidence-duplicate-members", Doc: "the evidence says its type twice, first another one", contact: func(_ *sealing, e string) string {
			return strings.Replace(e, `"type":`, `"type":"criipto.signature.drawable.v1","type":`, 1)
		}},
		{Name: "evidence-other-environment", Doc: "the evidence is from the other environment, test or production", contact: func(w *sealing, e string) string {
			if strings.Contains(e, `"environment":"TEST"`) {
				return strings.NewReplacer(`"environment":"TEST",`, "", `\"environment\":\"TEST\"`, `\"environment\":\"PRODUCTION\"`).Replace(e)
			}
			o := strings.Replace(e, `\"environment\":\"PRODUCTION\"`, `\"environment\":\"TEST\"`, 1)
			return strings.Replace(o, `"type":`, `"environment":"TEST","type":`, 1)
		}},
		{Name: "evidence-unknown-members", Doc: "the evidence has members that nobody knows", contact: func(_ *sealing, e string) string {
			return strings.Replace(e, "{", `{"nyhed":"æøå",`, 1)
		}},
	}
	for i := range all {
		all[i].Occasion = AtSigning
	}
	return all
}
