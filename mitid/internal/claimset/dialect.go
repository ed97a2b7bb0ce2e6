package claimset

import (
	"encoding/json"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// State is what a claim struct records about its reading.
type State struct {
	LevelTold bool  // there is a claim about the level of assurance, known or not
	Invalid   error // the first claim about the person that cannot be used
}

// Keep records err, the reason why the claims cannot be used. If a reason is recorded
// already, or err is nil, it does nothing.
func (s *State) Keep(err error) {
	if s.Invalid == nil {
		s.Invalid = err
	}
}

// keepUnusable records that a claim cannot be used. name and why must hold no input.
func (s *State) keepUnusable(name, why string) {
	s.Keep(fault.New(fault.ClaimInvalid, "claim "+name+" "+why))
}

// Target points to the parts that every claim struct has.
type Target struct {
	Registered *claims.Registered
	Unknown    *map[string]json.RawMessage
	State      *State
}

// Dialect holds the claims of one kind of token. It never changes.
type Dialect[D any] struct {
	claims  map[string]*named[D]
	folded  map[string]bool
	several int // the number of claims with several names
	target  func(*D) Target
}

type named[D any] struct {
	Claim[D]
	name string
}

// NewDialect returns the dialect with the claims in t. target returns the parts that
// every claim struct has.
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

// lowerNames returns the names in t in lower case.
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

// Read reads a payload into d in one pass. It checks no signature. If it runs before
// the signature is checked, use nothing but Registered until then. The caller limits
// the size of payload.
//
// The error is TokenInvalid if the payload is not strict JSON (see
// internal/strictjson), if a claim of Registered has the wrong type, or if a member
// differs from a known claim in letter case only. If a claim of Registered is missing,
// it is zero, and the caller decides.
//
// A claim about the person that cannot be used (a CPR number in a list, a date that
// does not exist, one claim under two names) is not an error of Read, because the
// signature may not hold. State records it. Nothing of a malformed CPR number is kept.
// null and the empty text stand for a missing claim.
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
	seen []*named[D] // the claims with several names that were in the payload
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

// text reads a claim, or an element of its list, as a text.
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
