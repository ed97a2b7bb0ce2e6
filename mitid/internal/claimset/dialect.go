package claimset

import (
	"encoding/json"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// State is what a claim struct remembers of how it was read.
type State struct {
	LevelTold bool  // there is a claim about the level of assurance, whatever it says
	Invalid   error // the first claim about the person that cannot be used
}

// Keep remembers why the claims cannot be used, unless something is remembered already
// or err is nil.
func (s *State) Keep(err error) {
	if s.Invalid == nil {
		s.Invalid = err
	}
}

// keepUnusable remembers that a claim cannot be used. name and why are ours.
func (s *State) keepUnusable(name, why string) {
	s.Keep(fault.New(fault.ClaimInvalid, "claim "+name+" "+why))
}

// Target is where the parts go that every claim struct has.
type Target struct {
	Registered *claims.Registered
	Unknown    *map[string]json.RawMessage
	State      *State
}

// Dialect is the claims of one kind of token. It is only read.
type Dialect[D any] struct {
	claims  map[string]*named[D]
	folded  map[string]bool
	several int // how many claims have several names
	target  func(*D) Target
}

type named[D any] struct {
	Claim[D]
	name string
}

// NewDialect returns the dialect of the claims in t. target says where the parts are
// that every struct has.
func NewDialect[D any](target func(*D) Target, t Table[D]) *Dialect[D] {
	l := &Dialect[D]{claims: make(map[string]*named[D]), folded: lowerNames(t), target: target}
	for name, c := range t {
		n := &named[D]{Claim: c, name: name}
		if c.also != nil {
			l.several++
		}
		l.claims[name] = n
		for _, other := range c.also {
			l.claims[other] = n
		}
	}
	for _, name := range registeredNames {
		l.folded[strictjson.Folded(name)] = true
	}
	return l
}

// Names returns the names of all claims but the registered ones, in no order.
func (l *Dialect[D]) Names() []string {
	names := make([]string, 0, len(l.claims))
	for name := range l.claims {
		names = append(names, name)
	}
	return names
}

// lowerNames returns the names in t without letter case.
func lowerNames[D any](t Table[D]) map[string]bool {
	folded := make(map[string]bool)
	for name, c := range t {
		folded[strictjson.Folded(name)] = true
		for _, other := range c.also {
			folded[strictjson.Folded(other)] = true
		}
	}
	return folded
}

// Read reads a payload into d in one pass. It checks no signature, and it may run
// before one is checked: then nothing but Registered may be looked at until the
// signature holds. The caller bounds the size of payload.
//
// An error (TokenInvalid) means that there are no claims: the text is not strict JSON
// (see internal/strictjson), a claim of Registered has the wrong type, or a member
// differs from a known claim by letter case alone. If a claim of Registered is missing,
// it is zero, for the caller to judge.
//
// A claim about the person that cannot be used (a CPR number in a list, a date that
// does not exist, one claim under two names) is no error here, since the signature may
// be somebody else's. State remembers it. Of a malformed CPR number nothing is kept. null
// and the empty text stand for a missing claim.
func (l *Dialect[D]) Read(payload []byte, d *D) error {
	r := reader[D]{Dialect: l, Target: l.target(d), into: d, seen: make([]*named[D], 0, l.several)}
	err := strictjson.Members(payload, r.member)
	if err != nil && fault.ClassOf(err) == 0 {
		return fault.New(fault.TokenInvalid, "claims").With(err)
	}
	return err
}

// reader reads one payload, member by member.
type reader[D any] struct {
	*Dialect[D]
	Target
	into *D
	seen []*named[D] // those of the claims with several names that were there
}

func (r *reader[D]) member(name string, v *strictjson.Value) error {
	if known, err := readRegistered(r.Registered, name, v); known {
		return err
	}
	c, known := r.claims[name]
	if !known {
		return r.unknown(name, v)
	}
	if c.level {
		r.State.LevelTold = true
	}
	if c.also != nil {
		if slices.Contains(r.seen, c) {
			r.State.keepUnusable(c.name, "is there in both styles of names")
			return nil
		}
		r.seen = append(r.seen, c)
	}
	switch kind := v.Kind(); {
	case kind == strictjson.Null:
		return nil
	case c.value != nil:
		return c.value(r.State, r.into, c.name, v)
	case kind == strictjson.List && c.form == List:
		return v.Elements(func(v *strictjson.Value) error { return r.text(c, v) })
	}
	return r.text(c, v)
}

// text reads a claim, or an element of its list, that is a text or stands for one.
func (r *reader[D]) text(c *named[D], v *strictjson.Value) error {
	kind := v.Kind()
	text, isText, err := v.Text()
	switch {
	case err != nil:
		return err
	case kind == strictjson.Null, isText && text == "":
	case isText || c.form.takes(kind):
		if c.set(r.into, text) != nil {
			r.State.keepUnusable(c.name, "is malformed")
		}
	case c.form != Silent:
		r.State.keepUnusable(c.name, "has the wrong type")
	}
	return nil
}

func (r *reader[D]) unknown(name string, v *strictjson.Value) error {
	if r.folded[strictjson.Folded(name)] {
		return fault.New(fault.TokenInvalid, "a known claim in another letter case")
	}
	raw, err := v.Raw()
	if err != nil {
		return err
	}
	if *r.Unknown == nil {
		*r.Unknown = make(map[string]json.RawMessage)
	}
	(*r.Unknown)[name] = json.RawMessage(raw)
	return nil
}
