package stralfors

import (
	"net/http"
	"slices"

	"github.com/dkeid/dkeid/eboks"
)

// Operation is how one service is called. What is empty is as in
// DefaultOperations.
type Operation struct {
	Method string
	// Path is what follows Config.BaseURL, a query included. It may hold variables:
	//
	//	{system}           Config.System, everywhere
	//	{shipment}         the letter's ID: EnkeltforsendelseOpret, ForsendelseTilbagekald,
	//	                   TransaktionslogForsendelseHent
	//	{type} {material}  shipment type and content type: EnkeltforsendelseOpret,
	//	                   KanalvalgHent
	//	{cpr} {cvr}        the recipient's number: KanalvalgHent; see Wire.CPRInURL
	//	{after} {count}    marker (if empty, from the beginning) and number of
	//	                   transactions: TransaktionslogForsendelserHent
	Path   string
	Expect []int // the statuses of success, 200 to 299
	Off    bool  // the agreement does not have this service
}

// Operations is the table of the services that this package calls. The fields
// have Strålfors' own names of them. The names are documented; method, path and success code of each
// are this package's guess, after sibling interfaces of the same years, so that a
// customer can write those of the real documentation beside them. See
// DefaultOperations.
type Operations struct {
	EnkeltforsendelseOpret          Operation // one letter
	ForsendelseTilbagekald          Operation // a letter back
	TransaktionslogForsendelseHent  Operation // what happened to one letter; 404: it is unknown
	TransaktionslogForsendelserHent Operation // what happened
	ForsendelsesTyperHent           Operation // the shipment types open to this sender
	KanalvalgHent                   Operation // the channel that a letter would get
}

// DefaultOperations is the table that holds where Wire.Operations is empty.
func DefaultOperations() Operations {
	return Operations{
		EnkeltforsendelseOpret: Operation{Method: http.MethodPut, Path: "/afsendersystem/{system}/forsendelser/{shipment}",
			Expect: []int{204, 200, 201, 202}},
		ForsendelseTilbagekald: Operation{Method: http.MethodPost, Path: "/afsendersystem/{system}/forsendelser/{shipment}/tilbagekald",
			Expect: []int{200}},
		TransaktionslogForsendelseHent: Operation{Method: http.MethodGet, Path: "/afsendersystem/{system}/forsendelser/{shipment}/transaktionslog",
			Expect: []int{200}},
		TransaktionslogForsendelserHent: Operation{Method: http.MethodGet, Path: "/afsendersystem/{system}/transaktionslog?efter={after}&antal={count}",
			Expect: []int{200}},
		ForsendelsesTyperHent: Operation{Method: http.MethodGet, Path: "/afsendersystem/{system}/forsendelsestyper", Expect: []int{200}},
		KanalvalgHent:         Operation{Method: http.MethodPost, Path: "/afsendersystem/{system}/kanalvalg", Expect: []int{200}},
	}
}

// operation is a checked row of the table.
type operation struct {
	method string
	path   template
	expect []int
	off    bool
}

// table is the checked table.
type table struct {
	send, recall, log, events, types, lookup operation
}

// compile checks the table.
func (o Operations) compile(cprInURL bool) (*table, error) {
	d := DefaultOperations()
	t := new(table)
	for _, row := range []struct {
		name            string
		given, fallback Operation
		into            *operation
		may             []string
		need            string // the variable without which the call says nothing
		body            bool   // the call is its body
	}{
		{"EnkeltforsendelseOpret", o.EnkeltforsendelseOpret, d.EnkeltforsendelseOpret, &t.send, []string{"shipment", "type", "material"}, "", true},
		{"ForsendelseTilbagekald", o.ForsendelseTilbagekald, d.ForsendelseTilbagekald, &t.recall, []string{"shipment"}, "shipment", false},
		{"TransaktionslogForsendelseHent", o.TransaktionslogForsendelseHent, d.TransaktionslogForsendelseHent, &t.log, []string{"shipment"}, "shipment", false},
		// Without {after} every page would be the first.
		{"TransaktionslogForsendelserHent", o.TransaktionslogForsendelserHent, d.TransaktionslogForsendelserHent, &t.events, []string{"after", "count"}, "after", false},
		{"ForsendelsesTyperHent", o.ForsendelsesTyperHent, d.ForsendelsesTyperHent, &t.types, nil, "", false},
		{"KanalvalgHent", o.KanalvalgHent, d.KanalvalgHent, &t.lookup, []string{"cpr", "cvr", "type", "material"}, "", false},
	} {
		op, why := row.given.compile(row.fallback, append(row.may, "system"), cprInURL)
		switch {
		case why != "":
		case row.need != "" && !op.path.names(row.need):
			why = "Path needs {" + row.need + "}"
		case row.body && !op.carries():
			why = "Method must be PUT or POST"
		}
		if why != "" {
			return nil, invalid("Wire.Operations." + row.name + ": " + why)
		}
		*row.into = op
	}
	switch {
	case t.send.off:
		return nil, invalid("Wire.Operations.EnkeltforsendelseOpret cannot be Off")
	case !t.lookup.carries() && !(t.lookup.path.names("cpr") && t.lookup.path.names("cvr")):
		return nil, invalid("Wire.Operations.KanalvalgHent: without a body (PUT, POST) Path needs {cpr} and {cvr}")
	}
	return t, nil
}

func (o Operation) compile(fallback Operation, may []string, cprInURL bool) (operation, string) {
	if o.Method == "" {
		o.Method = fallback.Method
	}
	if o.Path == "" {
		o.Path = fallback.Path
	}
	if o.Expect == nil {
		o.Expect = fallback.Expect
	}
	switch o.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete:
	default:
		return operation{}, "Method must be GET, POST, PUT or DELETE"
	}
	if len(o.Expect) == 0 || slices.ContainsFunc(o.Expect, func(status int) bool { return status < 200 || status > 299 }) {
		return operation{}, "Expect must name statuses from 200 to 299"
	}
	path, why := parseTemplate(o.Path, may)
	if why != "" {
		return operation{}, why
	}
	if path.names("cpr") && !cprInURL {
		return operation{}, "{cpr} puts CPR numbers into addresses, and so into logs; Wire.CPRInURL admits it"
	}
	return operation{method: o.Method, path: path, expect: slices.Clone(o.Expect), off: o.Off}, ""
}

// carries reports whether a call has a body that says whom or what it is about.
func (o *operation) carries() bool { return o.method == http.MethodPost || o.method == http.MethodPut }

// missing refuses a service that the agreement does not have.
func missing() *eboks.Error {
	return &eboks.Error{Kind: eboks.Unsupported, Why: "the agreement does not have this service (Wire.Operations)", Then: eboks.Stop}
}
