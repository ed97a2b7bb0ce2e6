package claimset

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// Object is a claim that is an object of texts. It reads the members in parts into the
// result of at, and ignores the others. If a part has the wrong type, the whole claim
// cannot be used.
func Object[D, P any](at func(*D) *P, parts Table[P]) Claim[D] {
	folded := lowerNames(parts)
	return Claim[D]{value: func(s *State, d *D, claim string, v *strictjson.Value) error {
		p := at(d)
		if v.Kind() != strictjson.Object {
			s.keepUnusable(claim, "is not an object")
			return nil
		}
		return v.Members(func(name string, v *strictjson.Value) error {
			part, known := parts[name]
			if !known {
				if folded[strictjson.Folded(name)] {
					return fault.New(fault.TokenInvalid, "a known part of a claim in another letter case")
				}
				return nil
			}
			kind := v.Kind()
			if kind == strictjson.Null {
				return nil
			}
			if part.value != nil {
				return part.value(s, p, name, v)
			}
			text, isText, err := v.Text()
			if err != nil {
				return err
			}
			if !isText || text != "" && part.set(p, text) != nil {
				s.keepUnusable(claim, "has a part of the wrong type")
			}
			return nil
		})
	}}
}
