package mitidtest

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
)

// Pair is one parameter. It is an alias, so that a literal needs no field names.
type Pair = struct{ Name, Value string }

// Pairs are parameters. They keep their order and may repeat a name.
type Pairs []Pair

// Problem returns the error that the parameters tell, with its description, or "" if they tell none.
func (p Pairs) Problem() string { return Fail(p.Get("error"), p.Get("error_description")).problem() }

// Encode returns the parameters as a query, in their order.
func (p Pairs) Encode() string {
	parts := make([]string, len(p))
	for i, q := range p {
		parts[i] = url.QueryEscape(q.Name) + "=" + url.QueryEscape(q.Value)
	}
	return strings.Join(parts, "&")
}

// Get returns the first value of that name.
func (p Pairs) Get(name string) string {
	for _, q := range p {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// Answer is what the browser carries to the app, so that a tampering can spoil it.
type Answer struct {
	RedirectURI string // of the authorization request
	Post        bool   // sent as a form that the browser posts
	Params      Pairs
}

// Set replaces the first parameter of that name where it stands, or appends one.
func (a *Answer) Set(name, value string) {
	for i := range a.Params {
		if a.Params[i].Name == name {
			a.Params[i].Value = value
			return
		}
	}
	a.Add(name, value)
}

// Add appends a parameter.
func (a *Answer) Add(name, value string) { a.Params = append(a.Params, Pair{name, value}) }

// Drop removes every parameter of that name.
func (a *Answer) Drop(name string) {
	var kept Pairs
	for _, p := range a.Params {
		if p.Name != name {
			kept = append(kept, p)
		}
	}
	a.Params = kept
}

// key returns what the app can redeem, or the assertion itself.
func (a *Answer) key() string {
	return cmp.Or(a.Params.Get("code"), a.Params.Get("SAMLart"), a.Params.Get("SAMLResponse"), a.Params.Get("id_token"))
}

// Address returns the redirect URI with the parameters in its query.
func (a *Answer) Address() string {
	sep := "?"
	if strings.Contains(a.RedirectURI, "?") {
		sep = "&"
	}
	return a.RedirectURI + sep + a.Params.Encode()
}

// ErrorPairs returns the parameters of an error answer, without an empty description.
func ErrorPairs(code, description string) Pairs {
	p := Pairs{{"error", code}}
	if description != "" {
		p = append(p, Pair{"error_description", description})
	}
	return p
}

// Show sends the browser to the app, by redirect or by a form that posts itself.
func (a *Answer) Show(w http.ResponseWriter) {
	if a.Post {
		showFormPost(w, a)
		return
	}
	w.Header().Set("Location", a.Address())
	w.WriteHeader(http.StatusFound)
}
