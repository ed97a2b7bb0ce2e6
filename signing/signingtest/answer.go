package signingtest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Side says who calls the API.
type Side string

// The sides.
const (
	NoSide          Side = ""            // neither credentials nor a signatory's token
	ApplicationSide Side = "application" // HTTP Basic
	SignatorySide   Side = "signatory"   // Signatory-Token
)

// caller is who sends a request.
type caller struct {
	side                      Side
	party                     *party // of a signatory
	validProvider, validToken string // of the header Signatory-Validation
}

// call is one root field of an operation while it is carried out.
type call struct {
	s      *Service
	who    caller
	locked bool
	// after is done when the answer has been made, under the lock.
	after []func()
}

// lock takes the service's lock, unless this call has it, and does what the clock demands.
func (c *call) lock() {
	if c.locked {
		return
	}
	c.s.mu.Lock()
	c.locked = true
	c.s.settle()
}

func (c *call) unlock() {
	if c.locked {
		c.locked = false
		c.s.mu.Unlock()
	}
}

// operation carries out one field of Query or Mutation.
type operation struct {
	side Side
	run  runs
}

type runs = func(ctx context.Context, c *call, args map[string]any) (any, error)

// table returns the operations by name.
func (s *Service) table() map[string]operation {
	app := func(run runs) operation { return operation{ApplicationSide, run} }
	signer := func(run runs) operation { return operation{SignatorySide, run} }
	return map[string]operation{
		"signatureOrder": app(querySignatureOrder),
		"signatory":      app(querySignatory),
		"batchSignatory": app(queryBatch),
		"document":       app(queryDocument),
		"timezones":      {NoSide, func(context.Context, *call, map[string]any) (any, error) { return timezones(), nil }},
		"viewer":         {NoSide, viewer},

		"createSignatureOrder":       app(createSignatureOrder),
		"changeSignatureOrder":       app(changeSignatureOrder),
		"addSignatory":               app(addSignatory),
		"addSignatories":             app(addSignatories),
		"changeSignatory":            app(changeSignatory),
		"deleteSignatory":            app(deleteSignatory),
		"extendSignatureOrder":       app(extendSignatureOrder),
		"closeSignatureOrder":        app(closeSignatureOrder),
		"cancelSignatureOrder":       app(cancelSignatureOrder),
		"cleanupSignatureOrder":      app(cleanupSignatureOrder),
		"signActingAs":               app(signActingAs),
		"validateDocument":           app(validateDocument),
		"createBatchSignatory":       app(createBatchSignatory),
		"retrySignatureOrderWebhook": app(retryWebhook),

		"sign":                                  signer(sign),
		"rejectSignatureOrder":                  signer(rejectSignatureOrder),
		"updateSignatoryDocumentStatus":         signer(updateDocumentStatus),
		"startCriiptoVerifyEvidenceProvider":    signer(startVerify),
		"completeCriiptoVerifyEvidenceProvider": signer(completeVerify),
		"trackSignatory":                        signer(track),
		"signatoryBeacon":                       signer(beacon),
	}
}

// execute carries out the operation and returns the answer.
func (x *exchange) execute() *fakehttp.Reply {
	w := &writer{schema: x.s.schema, vars: x.vars, spoil: x.spoil, left: maxFields, out: []byte(`{"data":{`)}
	defer x.consume()
	kind := "Query"
	if x.isMutation() {
		kind = "Mutation"
	}
	for i, g := range w.collect(kind, x.op.SelectionSet, nil) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = appendString(w.out, g.name)
		w.out = append(w.out, ':')
		w.path = []any{g.name}
		if err := x.root(w, kind, g); err != nil {
			return errorReply(http.StatusOK, gqlerror.List{asGraphQL(err, g.name)})
		}
	}
	return fakehttp.NewReply(http.StatusOK, jsonType, append(w.out, "}}"...))
}

// root carries out one root field and writes its answer.
func (x *exchange) root(w *writer, kind string, g group) error {
	f := g.fields[0]
	if f.Name == "__typename" {
		w.out = appendString(w.out, kind)
		return nil
	}
	op, known := x.s.operations[f.Name]
	if !known { // __schema, __type
		return refuse("introspection is off: a GET request answers the schema")
	}
	if op.side != NoSide && op.side != x.caller.side {
		return refuse("not authorized for " + f.Name)
	}
	c := &call{s: x.s, who: x.caller}
	defer c.unlock()
	v, err := op.run(x.r.Context(), c, f.ArgumentMap(w.vars))
	if err == nil {
		c.lock()
		var sel ast.SelectionSet
		for _, f := range g.fields {
			sel = append(sel, f.SelectionSet...)
		}
		err = w.value(v, sel)
	}
	if len(c.after) > 0 {
		c.lock()
		for _, do := range c.after {
			do()
		}
	}
	return err
}

func asGraphQL(err error, root string) *gqlerror.Error {
	g := &gqlerror.Error{Message: err.Error(), Path: ast.Path{ast.PathName(root)}}
	var f *failure
	if errors.As(err, &f) && f.path != nil {
		g.Path = nil
		for _, p := range f.path {
			switch p := p.(type) {
			case string:
				g.Path = append(g.Path, ast.PathName(p))
			case int:
				g.Path = append(g.Path, ast.PathIndex(p))
			}
		}
	}
	return g
}

// same compares secrets in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
