package signingtest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// everything selects all fields of a type, and of what lies below it.
func everything(schema *ast.Schema, name string, depth int) string {
	def := schema.Types[name]
	if def.Kind == ast.Scalar || def.Kind == ast.Enum {
		return ""
	}
	var b strings.Builder
	b.WriteString("{ __typename ")
	if def.Kind == ast.Object {
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			kind := schema.Types[f.Type.Name()].Kind
			leaf := kind == ast.Scalar || kind == ast.Enum
			if !leaf && depth == 0 {
				continue
			}
			alias := name + "_" + f.Name + ": " // fields of one name differ in type from one object to the other
			args := ""
			if f.Name == "logs" || f.Name == "webhookLogs" {
				args = `(from: "2026-01-01T00:00:00Z", to: "2028-01-01T00:00:00Z")`
			}
			b.WriteString(alias + f.Name + args + everything(schema, f.Type.Name(), depth-1) + " ")
		}
	} else {
		for _, p := range schema.GetPossibleTypes(def) {
			b.WriteString("... on " + p.Name + everything(schema, p.Name, depth) + " ")
		}
	}
	return b.String() + "}"
}

// Every field of the schema has an answer.
func TestEveryFieldIsAnswered(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: signingtest.SDL()})
	require.NoError(t, err)
	s, app := start(t)
	r := receive(t, s)
	o := app.place(r.hook, func(in object) {
		in["evidenceProviders"] = []any{object{"allOf": object{"providers": []any{object{"criiptoVerify": object{}}, object{"drawable": object{}}, object{"noop": object{"name": "æ"}}}}},
			object{"drawable": object{}}, object{"criiptoVerify": object{}}, object{"noop": object{"name": "ø"}}}
		in["ui"] = object{"logo": object{"src": "https://elsewhere.example/å.png"}}
		in["signatories"] = []any{object{"role": "æ"}, object{}, object{"signatoryRole": "APPROVER"}}
		d := pdf("æ", contract())
		d["pdf"].(object)["form"] = object{"enabled": true}
		in["documents"] = []any{d}
	})
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	r.answer(404)
	require.NoError(t, s.Approve(t.Context(), word(o, "signatories", 2, "id"), mitidtest.Ditlev()))
	s.Settle()
	id := word(o, "id")
	app.ask(`{ signatureOrder(id: "`+id+`") `+everything(schema, "SignatureOrder", 3)+` }`, nil)
	app.ask(`{ signatory(id: "`+word(o, "signatories", 0, "id")+`") `+everything(schema, "Signatory", 2)+` }`, nil)
	app.ask(`{ document(id: "`+word(o, "documents", 0, "id")+`") `+everything(schema, "Document", 3)+` }`, nil)
	app.ask(`{ viewer `+everything(schema, "Viewer", 3)+` }`, nil)
	signatoryAPI(t, s, word(o, "signatories", 1, "token")).ask(`{ viewer `+everything(schema, "Viewer", 3)+` }`, nil)
	seenBefore := app.place(func(in object) { in["evidenceValidationStages"] = []any{"VIEW"} })
	signatoryAPI(t, s, word(seenBefore, "signatories", 0, "token")).ask(`{ viewer `+everything(schema, "Viewer", 3)+` }`, nil)
	got := app.ask(`mutation b { createBatchSignatory(input: { items: [{ signatoryId: "`+word(o, "signatories", 1, "id")+`", signatureOrderId: "`+id+`" }] }) `+everything(schema, "CreateBatchSignatoryOutput", 2)+` }`, nil)
	batch := at(got, "createBatchSignatory", "CreateBatchSignatoryOutput_batchSignatory")
	signatoryAPI(t, s, word(batch, "BatchSignatory_token")).ask(`{ viewer `+everything(schema, "Viewer", 3)+` }`, nil)
	app.close(id, "retainDocumentsForDays", 1)
	signatoryAPI(t, s, word(o, "signatories", 1, "token")).ask(`{ viewer `+everything(schema, "Viewer", 2)+` }`, nil)
	nobody := &api{t, s, nil}
	nobody.header = app.header.Clone()
	nobody.header.Del("Authorization")
	nobody.ask(`{ viewer `+everything(schema, "Viewer", 1)+` timezones }`, nil)

	for _, def := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range def.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				assert.NoError(t, s.At(f.Name, "500"), "it is carried out by nobody")
			}
		}
	}
}

func TestFormIsFilledByTheFirst(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{object{"noop": object{"name": "æ"}}}
		in["disableVerifyEvidenceProvider"] = true
		d := pdf("æ", contract())
		d["pdf"].(object)["form"] = object{"enabled": true}
		in["documents"] = []any{d}
		in["signatories"] = []any{object{}, object{}}
	})
	assert.Equal(t, object{"enabled": true, "fields": nil}, at(o, "documents", 0, "form"))
	doc := word(o, "documents", 0, "id")
	for i := range 2 {
		g := signatoryAPI(t, s, word(o, "signatories", i, "token"))
		g.ask(update, object{"input": object{"documentId": doc, "status": "OPENED"}})
		g.ask(update, object{"input": object{"documentId": doc, "status": "APPROVED"}})
		g.ask(signs, object{"input": object{"id": word(o, "evidenceProviders", 0, "id"), "noop": true,
			"documents": []any{object{"id": doc, "form": object{"fields": []any{object{"field": "navn", "value": []string{"Åse", "Ib"}[i]}}}}}}})
	}
	o = app.order(word(o, "id"))
	assert.Equal(t, []any{object{"field": "navn", "value": "Åse"}}, at(o, "documents", 0, "form", "fields"))
	assert.True(t, bytes.Equal(contract(), content(t, o, "documents", 0, "blob")), "noop does not touch the file")
}
