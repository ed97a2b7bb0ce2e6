package claimset

import (
	"encoding/json"
	"maps"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// Form says which JSON types a claim may have besides a text.
type Form uint8

// The forms. Number is for values that cannot have lost leading zeros only.
const (
	Text   Form = iota // a text and nothing else
	Number             // a number too
	Truth              // true and false too
	List               // a list of texts too
	Silent             // any type; what cannot be read is ignored
)

func (f Form) takes(k strictjson.Kind) bool {
	switch k {
	case strictjson.Number:
		return f == Number || f == Silent
	case strictjson.True, strictjson.False:
		return f == Truth
	}
	return false
}

// Claim reads one member of a token into a D.
type Claim[D any] struct {
	form  Form
	set   func(d *D, text string) error                                // gets a text that is not empty
	value func(s *State, d *D, name string, v *strictjson.Value) error // replaces set for objects and raw JSON; never gets null
	also  []string                                                     // other names of the claim
	level bool                                                         // tells the level of assurance
}

// Table holds claims by their exact names. It never changes.
type Table[D any] map[string]Claim[D]

// String is a claim whose text is kept as it is.
func String[D any](at func(*D) *string) Claim[D] {
	return Claim[D]{set: func(d *D, s string) error {
		*at(d) = s
		return nil
	}}
}

// Parsed is a claim that parse reads.
func Parsed[D, T any](f Form, at func(*D) *T, parse func(string) (T, error)) Claim[D] {
	return Claim[D]{form: f, set: func(d *D, s string) (err error) {
		*at(d), err = parse(s)
		return err
	}}
}

// Strings is a claim that holds one text or a list of them.
func Strings[D any](at func(*D) *[]string) Claim[D] {
	return Claim[D]{form: List, set: func(d *D, s string) error {
		*at(d) = append(*at(d), s)
		return nil
	}}
}

// Level is a claim about a level. It is never malformed: an unknown word is
// LevelUnknown, which satisfies no demand.
func Level[D any](at func(*D) *claims.Level, parse func(string) claims.Level) Claim[D] {
	return Claim[D]{form: Silent, set: func(d *D, s string) error {
		*at(d) = parse(s)
		return nil
	}}
}

// Raw is a claim that is kept as JSON.
func Raw[D any](at func(*D) *json.RawMessage) Claim[D] {
	return Claim[D]{value: func(_ *State, d *D, _ string, v *strictjson.Value) error {
		raw, err := v.Raw()
		*at(d) = json.RawMessage(raw)
		return err
	}}
}

// LoA marks the claim that tells the level of assurance; see [State.LevelTold].
func (c Claim[D]) LoA() Claim[D] {
	c.level = true
	return c
}

// Or gives a claim more names. The claims of a token that has two of them cannot be
// used.
func (c Claim[D]) Or(names ...string) Claim[D] {
	c.also = names
	return c
}

// Within is the table of the claims of a P that is part of a D.
func Within[D, P any](at func(*D) *P, t Table[P]) Table[D] {
	lifted := make(Table[D], len(t))
	for name, c := range t {
		l := Claim[D]{form: c.form, also: c.also, level: c.level}
		if c.set != nil {
			l.set = func(d *D, text string) error { return c.set(at(d), text) }
		}
		if c.value != nil {
			l.value = func(s *State, d *D, name string, v *strictjson.Value) error { return c.value(s, at(d), name, v) }
		}
		lifted[name] = l
	}
	return lifted
}

// Join returns the claims of all tables in one.
func Join[D any](tables ...Table[D]) Table[D] {
	all := make(Table[D])
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
