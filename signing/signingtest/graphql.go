package signingtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"

	// maxTokens bounds a query. The vendor's largest has some hundred.
	maxTokens = 10_000
)

// question is the body of a GraphQL request.
type question struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

// exchange is one GraphQL request with its answer.
type exchange struct {
	s      *Service
	w      http.ResponseWriter
	r      *http.Request
	to     int // the record
	q      *question
	op     *ast.OperationDefinition
	vars   map[string]any
	caller caller
	as     answerSpoil
}

func plain(status int, text string) *fakehttp.Reply {
	return fakehttp.NewReply(status, textType, []byte(text+"\n"))
}

// serveGraphQL answers the API's one address.
func (s *Service) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	x := &exchange{s: s, w: w, r: r, to: s.records.Add(s.note(r))}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		x.send(fakehttp.NewReply(http.StatusOK, textType, []byte(sdl)))
		return
	case http.MethodPost:
	default:
		x.w.Header().Set("Allow", "GET, HEAD, POST")
		x.send(plain(http.StatusMethodNotAllowed, "method not allowed"))
		return
	}
	if bad := x.read(); bad != nil {
		x.send(bad)
		return
	}
	x.answer()
}

// send writes an answer and notes its status.
func (x *exchange) send(p *fakehttp.Reply) {
	x.s.records.Change(x.to, func(q *Request) { q.Status = p.Status })
	p.Write(x.w, x.r)
}

// read reads and checks the request. It returns an answer if the request goes no further.
func (x *exchange) read() *fakehttp.Reply {
	var known bool
	if x.caller, known = x.s.identify(x.r); !known {
		p := plain(http.StatusUnauthorized, "unauthorized")
		p.Header.Set("WWW-Authenticate", "Basic")
		return p
	}
	x.s.records.Change(x.to, func(q *Request) { q.Side = x.caller.side })
	if kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return plain(http.StatusBadRequest, "the body must be application/json")
	}
	limit := x.s.settings().MaxBody
	if limit <= 0 {
		limit = DefaultMaxBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, limit))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return plain(http.StatusRequestEntityTooLarge, "the request is too large")
		}
		return plain(http.StatusBadRequest, "the body is unreadable")
	}
	if x.q = readQuestion(body); x.q == nil {
		return plain(http.StatusBadRequest, "the body is not a GraphQL request in JSON")
	}
	list := x.validate()
	if x.op != nil {
		x.s.records.Change(x.to, func(q *Request) {
			q.Operations, q.Variables = roots(x.op), shorten(x.q.Variables).(map[string]any)
		})
	}
	if len(list) > 0 {
		status := x.s.settings().InvalidStatus
		if status == 0 {
			status = http.StatusOK
		}
		return errorReply(status, list)
	}
	return nil
}

// readQuestion returns nil unless body is one JSON object with a query.
func readQuestion(body []byte) *question {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	q := new(question)
	if d.Decode(q) != nil || q.Query == "" {
		return nil
	}
	if _, err := d.Token(); err != io.EOF {
		return nil
	}
	return q
}

// validate checks the request against the schema and finds its operation.
func (x *exchange) validate() gqlerror.List {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: x.q.Query}, maxTokens)
	if err != nil {
		return listOf(err)
	}
	if list := validator.ValidateWithRules(x.s.schema, doc, nil); len(list) > 0 {
		return list
	}
	switch {
	case x.q.OperationName != "":
		x.op = doc.Operations.ForName(x.q.OperationName)
	case len(doc.Operations) == 1:
		x.op = doc.Operations[0]
	}
	if x.op == nil {
		return listOf(errors.New("operationName names no operation of the query"))
	}
	if x.op.Operation == ast.Subscription {
		return listOf(errors.New("there are no subscriptions"))
	}
	if x.vars, err = validator.VariableValues(x.s.schema, x.op, x.q.Variables); err != nil {
		return listOf(err)
	}
	for _, v := range x.op.VariableDefinitions {
		if err := x.s.checkValue(v.Type, x.vars[v.Variable], v.Variable); err != nil {
			return listOf(err)
		}
	}
	return nil
}

func listOf(err error) gqlerror.List {
	var one *gqlerror.Error
	if errors.As(err, &one) {
		return gqlerror.List{one}
	}
	return gqlerror.List{{Message: err.Error()}}
}

// checkValue is stricter than the validator, which takes a number in a text, a fraction
// for a whole number, and enum values in any letter case.
func (s *Service) checkValue(t *ast.Type, v any, at string) error {
	wrong := errors.New("variable " + at + " is no " + t.Name())
	switch {
	case v == nil:
		return nil
	case t.Elem != nil:
		list, ok := v.([]any)
		if !ok {
			return s.checkValue(t.Elem, v, at)
		}
		for _, v := range list {
			if err := s.checkValue(t.Elem, v, at); err != nil {
				return err
			}
		}
		return nil
	}
	def := s.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		if word, ok := v.(string); !ok || def.EnumValues.ForName(word) == nil {
			return wrong
		}
	case ast.Scalar:
		return checkScalar(t.NamedType, v, wrong)
	case ast.InputObject:
		members, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		for name, v := range members {
			if f := def.Fields.ForName(name); f != nil {
				if err := s.checkValue(f.Type, v, at+"."+name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func checkScalar(name string, v any, wrong error) error {
	ok := true
	switch name {
	case "Int":
		var n int64
		switch v := v.(type) {
		case json.Number:
			var err error
			n, err = v.Int64()
			ok = err == nil
		case int64:
			n = v
		default:
			ok = false
		}
		ok = ok && n == int64(int32(n))
	case "Float":
		switch v.(type) {
		case json.Number, float64, int64:
		default:
			ok = false
		}
	case "Boolean":
		_, ok = v.(bool)
	default: // identifiers, texts, and the schema's own scalars
		_, ok = v.(string)
	}
	if !ok {
		return wrong
	}
	return nil
}

// errorReply writes errors as the real service does: with an empty object for data.
func errorReply(status int, list gqlerror.List) *fakehttp.Reply {
	text, err := json.Marshal(list)
	if err != nil {
		text = []byte(`[{"message":"error"}]`)
	}
	return fakehttp.NewReply(status, jsonType, []byte(`{"errors":`+string(text)+`,"data":{}}`))
}

// roots names what an operation asks of Query or Mutation, in order.
func roots(op *ast.OperationDefinition) []string {
	var names []string
	var walk func(ast.SelectionSet)
	walk = func(sel ast.SelectionSet) {
		for _, s := range sel {
			switch s := s.(type) {
			case *ast.Field:
				names = append(names, s.Name)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				walk(s.Definition.SelectionSet)
			}
		}
	}
	walk(op.SelectionSet)
	return names
}

// isMutation reports whether the request changes something.
func (x *exchange) isMutation() bool { return x.op.Operation == ast.Mutation }

// identify says who calls. known is false for wrong credentials, not for none.
func (s *Service) identify(r *http.Request) (who caller, known bool) {
	if r.Header.Get("Authorization") != "" {
		id, secret, ok := r.BasicAuth()
		if !ok || !same(id, s.cfg.ClientID) || !same(secret, s.cfg.ClientSecret) {
			return caller{}, false
		}
		return caller{side: ApplicationSide}, true
	}
	token := r.Header.Get("Signatory-Token")
	if token == "" {
		return caller{side: NoSide}, true
	}
	s.mu.Lock()
	p := s.orders.parties[token]
	s.mu.Unlock()
	if p == nil {
		return caller{}, false
	}
	who = caller{side: SignatorySide, party: p}
	who.validProvider, who.validToken, _ = strings.Cut(r.Header.Get("Signatory-Validation"), ":")
	// An id of ours has a colon itself: the token is what follows the last one.
	if i := strings.LastIndex(r.Header.Get("Signatory-Validation"), ":"); i >= 0 {
		who.validProvider, who.validToken = r.Header.Get("Signatory-Validation")[:i], r.Header.Get("Signatory-Validation")[i+1:]
	}
	return who, true
}
