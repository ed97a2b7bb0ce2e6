package claims

import (
	"encoding/json"
	"maps"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// form is what a claim may be besides a text.
type form uint8

const (
	textForm   form = iota // a text and nothing else
	numberForm             // a number too, where it can mean one thing only
	truthForm              // true and false too
	wordsForm              // a list of texts too
	silentForm             // anything: what does not fit is passed over
)

func (f form) takes(k strictjson.Kind) bool {
	switch k {
	case strictjson.Number:
		return f == numberForm || f == silentForm
	case strictjson.True, strictjson.False:
		return f == truthForm
	}
	return false
}

// claim says how one member of a token is read into a D. set gets a text that
// is not empty.
type claim[D any] struct {
	form form
	set  func(d *D, text string) error
}

// claimTable holds the claims that a dialect knows, by their exact names. It is
// only read.
type claimTable[D any] map[string]claim[D]

// texts is a claim whose text is kept as it is.
func texts[D any](at func(*D) *string) claim[D] {
	return claim[D]{set: func(d *D, s string) error {
		*at(d) = s
		return nil
	}}
}

// parsed is a claim that parse reads.
func parsed[D, T any](f form, at func(*D) *T, parse func(string) (T, error)) claim[D] {
	return claim[D]{form: f, set: func(d *D, s string) (err error) {
		*at(d), err = parse(s)
		return err
	}}
}

// words is a claim that holds one text or a list of them.
func words[D any](at func(*D) *[]string) claim[D] {
	return claim[D]{form: wordsForm, set: func(d *D, s string) error {
		*at(d) = append(*at(d), s)
		return nil
	}}
}

// nsisLevel is a claim about a level, which is never malformed: what is no level
// is LevelUnknown, which satisfies no demand.
func nsisLevel[D any](at func(*D) *Level) claim[D] {
	return claim[D]{form: silentForm, set: func(d *D, s string) error {
		*at(d) = netsLevel(s)
		return nil
	}}
}

// claimReader reads one payload, member by member.
type claimReader struct {
	registered *Registered
	unknown    *map[string]json.RawMessage
	levelTold  *bool
	invalid    *error
	folded     map[string]bool
	known      func(name string, v *strictjson.Value) (bool, error)
}

// read returns TokenInvalid when there are no claims.
func (r *claimReader) read(payload []byte) error {
	err := strictjson.Members(payload, r.member)
	if err != nil && fault.ClassOf(err) == 0 {
		return fault.New(fault.TokenInvalid, "claims").With(err)
	}
	return err
}

func (r *claimReader) member(name string, v *strictjson.Value) error {
	if known, err := r.registered.read(name, v); known {
		return err
	}
	if name == "loa" {
		*r.levelTold = true
	}
	if known, err := r.known(name, v); known || err != nil {
		return err
	}
	if r.folded[strictjson.Folded(name)] {
		return fault.New(fault.TokenInvalid, "a known claim in another letter case")
	}
	raw, err := v.Raw()
	if err != nil {
		return err
	}
	if *r.unknown == nil {
		*r.unknown = make(map[string]json.RawMessage)
	}
	(*r.unknown)[name] = json.RawMessage(raw)
	return nil
}

// unusable remembers that a claim about the person cannot be used. name is one
// of ours, and so is why.
func (r *claimReader) unusable(name, why string) {
	if *r.invalid == nil {
		*r.invalid = fault.New(fault.ClaimInvalid, "claim "+name+" "+why)
	}
}

// take reads a member if t knows it.
func take[D any](r *claimReader, t claimTable[D], d *D, name string, v *strictjson.Value) (known bool, err error) {
	c, known := t[name]
	if !known {
		return false, nil
	}
	kind := v.Kind()
	if kind == strictjson.List && c.form == wordsForm {
		return true, v.Elements(func(v *strictjson.Value) error { return put(r, c, d, name, v, v.Kind()) })
	}
	return true, put(r, c, d, name, v, kind)
}

func put[D any](r *claimReader, c claim[D], d *D, name string, v *strictjson.Value, kind strictjson.Kind) error {
	text, isText, err := v.Text()
	switch {
	case err != nil:
		return err
	case kind == strictjson.Null, isText && text == "":
		return nil
	case isText || c.form.takes(kind):
		if c.set(d, text) != nil {
			r.unusable(name, "is malformed")
		}
	case c.form != silentForm:
		r.unusable(name, "has the wrong type")
	}
	return nil
}

// merged holds what the tables hold.
func merged[D any](tables ...claimTable[D]) claimTable[D] {
	all := make(claimTable[D])
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// fold adds the names of t without letter case to those of before.
func fold[D any](before map[string]bool, t claimTable[D]) map[string]bool {
	folded := make(map[string]bool, len(before)+len(t)+len(registeredNames))
	maps.Copy(folded, before)
	for name := range t {
		folded[strictjson.Folded(name)] = true
	}
	for _, name := range registeredNames {
		folded[strictjson.Folded(name)] = true
	}
	return folded
}
