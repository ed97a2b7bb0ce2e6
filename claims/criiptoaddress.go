package claims

import (
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// part is a member of an object of texts.
type part struct {
	name string
	to   *string
}

// object reads a claim that is an object of texts; members without a part are
// passed over. One of the wrong type makes the whole claim unusable.
func (r *criiptoReader) object(claim criiptoClaim, v *strictjson.Value, parts []part) error {
	if v.Kind() != strictjson.Object {
		r.invalid(claim, "is not an object")
		return nil
	}
	return v.Members(func(name string, v *strictjson.Value) error {
		to, err := find(name, parts)
		if claim == claimAddress && err == nil && to == &r.details {
			return r.detailsWithin(v)
		}
		if to == nil {
			return err
		}
		kind := v.Kind()
		text, ok, err := v.Text()
		switch {
		case err != nil:
			return err
		case ok:
			*to = text
		case kind != strictjson.Null:
			r.invalid(claim, "has a part of the wrong type")
		}
		return nil
	})
}

// detailsWithin reads address_details in address, where the vendor's example has it.
// Recorded tokens have it beside address.
func (r *criiptoReader) detailsWithin(v *strictjson.Value) error {
	if v.Kind() == strictjson.Null {
		return nil
	}
	r.within = new(CriiptoAddressDetails)
	return r.object(claimAddressDetails, v, r.within.parts())
}

// find returns where the member goes; nil for an unknown one, and an error for a
// known one in another letter case.
func find(name string, parts []part) (*string, error) {
	for _, p := range parts {
		if p.name == name {
			return p.to, nil
		}
	}
	for _, p := range parts {
		if strings.EqualFold(p.name, name) {
			return nil, fault.New(fault.TokenInvalid, "a known part of a claim in another letter case")
		}
	}
	return nil, nil
}

func (a *CriiptoAddress) parts() []part {
	return []part{
		{"formatted", &a.Formatted},
		{"common_name", &a.CommonName},
		{"street_address", &a.StreetAddress},
		{"postal_code", &a.PostalCode},
		{"city", &a.City},
		{"locality", &a.Locality},
		{"region", &a.Region},
		{"country", &a.Country},
	}
}

func (d *CriiptoAddressDetails) parts() []part {
	return []part{
		{"road", &d.Road},
		{"road_code", &d.RoadCode},
		{"municipality", &d.Municipality},
		{"municipality_code", &d.MunicipalityCode},
		{"house_number", &d.HouseNumber},
		{"floor", &d.Floor},
		{"apartment_code", &d.ApartmentCode},
	}
}

// address joins what the broker says in two claims; nil when it says nothing.
func (c *Criipto) address() *Address {
	var a Address
	if f := c.Address; f != nil {
		a.Lines = c.envelope()
		a.Street = f.StreetAddress
		a.PostalCode = f.PostalCode
		a.City = f.City
		a.Region = f.Region
		a.Country = f.Country
		if !placeholder(f.Locality) {
			a.Locality = f.Locality
		}
	}
	if d := c.AddressDetails; d != nil {
		a.Road = d.Road
		a.RoadCode = d.RoadCode
		a.Municipality = d.Municipality
		a.MunicipalityCode = d.MunicipalityCode
		a.HouseNumber = unpadded(d.HouseNumber)
		a.Floor = unpadded(d.Floor)
		a.Side = unpadded(d.ApartmentCode)
	}
	if a.isZero() {
		return nil
	}
	return &a
}

// envelope cuts the formatted address into lines, without the person's name,
// which comes first, and without placeholders.
func (c *Criipto) envelope() []string {
	var lines []string
	for i, line := range strings.Split(c.Address.Formatted, "\n") {
		name := i == 0 && line != "" && (line == c.Address.CommonName || line == c.Name)
		if line != "" && !name && !placeholder(line) {
			lines = append(lines, line)
		}
	}
	return lines
}
