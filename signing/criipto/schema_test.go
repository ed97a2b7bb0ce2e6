package criipto_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// Each query, with the variables of real calls, holds against the schema: a field or a
// variable that the service does not have fails here.
func TestQueriesAndVariablesHoldAgainstTheSchema(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: signingtest.SDL()})
	require.NoError(t, err)
	r := newRemote(t, func(w http.ResponseWriter, c call) {
		switch c.Name {
		case "signatureOrders":
			_, _ = io.WriteString(w, pageSays(variables(t, c).After == nil, `"c1"`, node(string(theOrder), "sag-1")))
		case "signatureOrder":
			orderSays(openOrder)(w, c)
		default:
			_, _ = io.WriteString(w, "{}")
		}
	})
	plain := r.service(t)
	full := r.service(t, func(cfg *criipto.Config) {
		cfg.Level, cfg.AskCPR, cfg.ViewWithoutLogin, cfg.MessageBase64, cfg.MaxSignatories, cfg.PageSize = claims.High, true, true, true, 3, 7
		cfg.NoFixes, cfg.PreserveStructure, cfg.RemoveBookmarks = true, true, true
		cfg.Webhook = criipto.Hook{URL: "https://app.example.dk/hook", Secret: bytes.Repeat([]byte{7}, 32), Validate: true}
	})
	for _, s := range []*criipto.Service{plain, full} {
		for _, f := range eachCall(s) {
			_ = f(t.Context()) // most of them get no answer; what left is what counts
		}
	}
	o := newOrder()
	o.Language, o.ReturnURL, o.Expires = signing.English, "https://app.example.dk/tak", noon.Add(time.Hour)
	o.Documents = append(o.Documents, signing.Bytes("Bilag", annex))
	o.Signatories = append(o.Signatories, signing.Signatory{Reference: "b", Role: signing.Approver, Sequence: 2, SigningAs: "værge", Who: signing.Who{Subject: "{x}", CPR: cprtest.Number(1)}},
		signing.Signatory{Reference: "c", Role: signing.Viewer, Who: anybody})
	_, _ = full.CreateOrder(t.Context(), o, digests(o))

	checked := map[string]bool{}
	for _, c := range r.all() {
		doc, errs := gqlparser.LoadQueryWithRules(schema, c.Query, rules.NewDefaultRules())
		require.Empty(t, errs, c.Query)
		require.Len(t, doc.Operations, 1)
		var vars map[string]any
		require.NoError(t, json.Unmarshal(c.Variables, &vars))
		_, err := validator.VariableValues(schema, doc.Operations[0], vars)
		require.NoError(t, err, "%s: %s", c.Name, c.Variables)
		checked[c.Query] = true
		if c.Name == "signatureOrder" {
			continue
		}
		// And the check is one: another variable is refused.
		vars["input"] = map[string]any{"signatureOrdreId": "x"}
		if len(doc.Operations[0].VariableDefinitions) == 1 && doc.Operations[0].VariableDefinitions[0].Variable == "input" {
			_, err = validator.VariableValues(schema, doc.Operations[0], vars)
			require.Error(t, err, c.Name)
		}
	}
	assert.Len(t, checked, 15, "every query of queries.go")
}
