package claims

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/fault"
)

// The limits of one assertion. The bytes are those of all names and values.
const (
	maxSAMLAttributes = 200
	maxSAMLValues     = 1000 // of one attribute
	maxSAMLBytes      = 512 << 10
)

// ParseOIOSAML reads the attributes of an assertion of NemLog-in. Call it only with
// attributes that a verified signature covers.
//
// It compares names and values byte for byte, and trims nothing. The error is
// [ErrClaimInvalid], and holds no value, if
//   - an attribute is there twice, or under a name of OIOSAML 3 and one of OIOSAML 2,
//   - an attribute has more than one value (email, authorizedToRepresent and
//     privilegesSimple may),
//   - a value is empty or missing (an email, a productionUnit or a seNumber may be, and is
//     then absent),
//   - a value does not have the form of its field,
//   - a name differs from a known one in letter case only, or
//   - there are more than 200 attributes, 1,000 values of one, or 512 KiB in all.
//
// A level in another spelling than OIOSAML 3 has it is no error: it is LevelUnknown, which
// satisfies no demand. So a level as a URI is refused as one that is too low.
//
// Of attributes that it does not know, it keeps the names.
func ParseOIOSAML(attributes []SAMLAttribute) (*OIOSAML, error) {
	if err := checkSAMLSize(attributes); err != nil {
		return nil, err
	}
	o := new(OIOSAML)
	seen := make([]bool, len(oiosamlAttributes))
	for _, a := range attributes {
		i := slices.IndexFunc(oiosamlAttributes, func(k oiosamlAttribute) bool { return slices.Contains(k.names, a.Name) })
		if i < 0 {
			if err := o.keepUnknown(a.Name); err != nil {
				return nil, err
			}
			continue
		}
		known := oiosamlAttributes[i]
		if seen[i] {
			return nil, fault.Newf(fault.ClaimInvalid, "the attribute %s is there twice", known.names[0])
		}
		seen[i] = true
		if err := known.read(o, a.Values); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// read sets the field of o to the values of the attribute.
func (a oiosamlAttribute) read(o *OIOSAML, values []string) error {
	if len(values) == 0 {
		values = []string{""}
	}
	if len(values) > 1 && !a.several {
		return fault.Newf(fault.ClaimInvalid, "the attribute %s has several values", a.names[0])
	}
	for _, v := range values {
		if v == "" && a.mayBeEmpty {
			continue
		}
		if v == "" {
			return fault.Newf(fault.ClaimInvalid, "the attribute %s is empty", a.names[0])
		}
		err := a.set(o, v)
		switch {
		case err == nil:
		case fault.ClassOf(err) != 0:
			return err
		default:
			return fault.Newf(fault.ClaimInvalid, "the attribute %s is malformed", a.names[0])
		}
	}
	return nil
}

// keepUnknown keeps the name of an attribute that is not in oiosamlAttributes.
func (o *OIOSAML) keepUnknown(name string) error {
	sameFold := func(known string) bool { return strings.EqualFold(known, name) }
	switch {
	case name == "":
		return fault.New(fault.ClaimInvalid, "an attribute without a name")
	case slices.Contains(o.Unknown, name):
		return fault.New(fault.ClaimInvalid, "an unknown attribute is there twice")
	case slices.ContainsFunc(oiosamlAttributes, func(k oiosamlAttribute) bool { return slices.ContainsFunc(k.names, sameFold) }):
		return fault.New(fault.ClaimInvalid, "a known attribute in another letter case")
	}
	o.Unknown = append(o.Unknown, strings.Clone(name))
	return nil
}

func checkSAMLSize(attributes []SAMLAttribute) error {
	if len(attributes) > maxSAMLAttributes {
		return fault.Newf(fault.ClaimInvalid, "more than %d attributes", maxSAMLAttributes)
	}
	size := 0
	for _, a := range attributes {
		if len(a.Values) > maxSAMLValues {
			return fault.Newf(fault.ClaimInvalid, "an attribute has more than %d values", maxSAMLValues)
		}
		valid := utf8.ValidString(a.Name)
		size += len(a.Name)
		for _, v := range a.Values {
			valid = valid && utf8.ValidString(v)
			size += len(v)
		}
		if !valid {
			return fault.New(fault.ClaimInvalid, "an attribute is not UTF-8")
		}
	}
	if size > maxSAMLBytes {
		return fault.Newf(fault.ClaimInvalid, "the attributes are larger than %d bytes", maxSAMLBytes)
	}
	return nil
}
