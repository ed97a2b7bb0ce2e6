// Package contactinfo reads the evidence that Criipto (Idura) Signatures puts into the
// ContactInfo of each signature: JSON that says which order and signatory it is about, and
// holds an ID token with the keys of its issuer, a drawing, or several of these
// (github.com/criipto/criipto-signatures-validation; measured in its sample files).
//
// It reads strictly and verifies nothing.
package contactinfo

import (
	"encoding/json"
	"strings"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// The limits of evidence.
const (
	MaxSize  = 8 << 20 // bytes; drawings are pictures
	maxParts = 16      // of a composite
)

// Evidence is what stands in a ContactInfo.
type Evidence struct {
	Application, Order, Signatory string   // ids; Order and Signatory are never empty
	Environments                  []string // where it was made, as far as it says: it may say so twice
	Parts                         []Part
}

// Part is one piece of evidence.
type Part struct {
	Token string // an ID token (JWS); empty if it is a drawing, or nothing
	Keys  string // the JWK set that came with it; may be empty
	Name  string // that was written beside a drawing; may be empty
}

// Error says what is wrong with evidence. Its text holds nothing of it.
type Error struct{ Why string }

// Error returns the text.
func (e *Error) Error() string { return "contactinfo: " + e.Why }

func refuse(why string) error { return &Error{why} }

// Is reports whether a ContactInfo looks like evidence, which Read may still refuse.
func Is(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "{") }

// Read reads a ContactInfo. Members that are not known do not matter. The error is an [*Error].
func Read(text string) (*Evidence, error) {
	if len(text) > MaxSize {
		return nil, refuse("evidence that is too long")
	}
	var e Evidence
	var meta, environment, kind, value string
	if err := read(text, map[string]field{
		"meta": nested(&meta), "environment": plain(&environment), "type": plain(&kind), "value": nested(&value),
	}); err != nil {
		return nil, err
	}
	inner := ""
	if err := read(meta, map[string]field{
		"applicationId": plain(&e.Application), "signatureOrderId": plain(&e.Order), "signatoryId": plain(&e.Signatory), "environment": plain(&inner),
	}); err != nil {
		return nil, err
	}
	if e.Order == "" || e.Signatory == "" {
		return nil, refuse("evidence that names no order or no signatory")
	}
	for _, at := range []string{environment, inner} {
		if at != "" {
			e.Environments = append(e.Environments, at)
		}
	}
	all, err := parts(kind, value)
	if err != nil {
		return nil, err
	}
	e.Parts = all
	return &e, nil
}

// bare returns a kind without the prefix that older evidence lacks.
func bare(kind string) string { return strings.TrimPrefix(kind, "criipto.") }

func parts(kind, value string) ([]Part, error) {
	if bare(kind) != "signature.composite.v1" {
		p, err := part(kind, value)
		return []Part{p}, err
	}
	var list []json.RawMessage
	if err := strictjson.Unmarshal([]byte(value), &list); err != nil || len(list) == 0 || len(list) > maxParts {
		return nil, refuse("evidence of parts that cannot be read, of none, or of too many")
	}
	all := make([]Part, len(list))
	for i, raw := range list {
		var kind, value string
		err := read(string(raw), map[string]field{"type": plain(&kind), "value": nested(&value)})
		if err == nil {
			all[i], err = part(kind, value)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func part(kind, value string) (p Part, err error) {
	switch bare(kind) {
	case "signature.jwt.v1":
		if err := read(value, map[string]field{"jwt": plain(&p.Token), "jwks": nested(&p.Keys)}); err != nil {
			return Part{}, err
		}
		if p.Token == "" {
			return Part{}, refuse("evidence without its token")
		}
		return p, nil
	case "signature.drawable.v1":
		return p, read(value, map[string]field{"name": plain(&p.Name)})
	case "signature.empty.v1", "signature.noop.v1":
		return Part{}, nil
	}
	return Part{}, refuse("evidence of a kind that is not known")
}

// A field reads one member. It returns false for one of the wrong form.
type field func(v *strictjson.Value) (bool, error)

// plain reads a text; null is none.
func plain(into *string) field {
	return func(v *strictjson.Value) (bool, error) {
		if v.Kind() == strictjson.Null {
			*into = ""
			return true, nil
		}
		text, ok, err := v.Text()
		*into = text
		return ok, err
	}
}

// nested reads an object or a list, or a text that holds JSON.
func nested(into *string) field {
	return func(v *strictjson.Value) (bool, error) {
		kind := v.Kind()
		text, ok, err := v.Text()
		*into = text
		return ok || kind == strictjson.Object || kind == strictjson.List, err
	}
}

// read reads the known members of a JSON object. Names are compared letter by letter, and
// a name that differs by letter case alone is refused.
func read(text string, fields map[string]field) error {
	err := strictjson.Members([]byte(text), func(name string, v *strictjson.Value) error {
		f, known := fields[name]
		if !known {
			for other := range fields {
				if strings.EqualFold(name, other) {
					return refuse("evidence with a known name in another letter case")
				}
			}
			return nil
		}
		ok, err := f(v)
		if err == nil && !ok {
			return refuse("evidence with a member of the wrong form")
		}
		return err
	})
	if e, ok := err.(*Error); ok {
		return e
	}
	if err != nil {
		return refuse("evidence that cannot be read")
	}
	return nil
}
