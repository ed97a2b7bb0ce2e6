package criipto

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// Address is the claim address, part by part as it came.
type Address struct {
	Formatted     string // begins with the person's name
	CommonName    string // the person's name in CPR; may differ from the claim name
	StreetAddress string
	PostalCode    string
	City          string
	Locality      string // "(Lokalitet ukendt)" if there is none
	Region        string
	Country       string // in words: "Danmark"
}

// AddressDetails is the claim address_details, part by part as it came,
// with the padding of CPR.
type AddressDetails struct {
	Road             string
	RoadCode         string
	Municipality     string
	MunicipalityCode string
	HouseNumber      string // "001"
	Floor            string // "03"
	ApartmentCode    string // "  tv"
}

// addressParts is the table of the claim address. The vendor's example has
// address_details in it. Recorded tokens have it beside address.
var addressParts = claimset.Table[reader]{
	"formatted":       claimset.String(func(r *reader) *string { return &r.Address.Formatted }),
	"common_name":     claimset.String(func(r *reader) *string { return &r.Address.CommonName }),
	"street_address":  claimset.String(func(r *reader) *string { return &r.Address.StreetAddress }),
	"postal_code":     claimset.String(func(r *reader) *string { return &r.Address.PostalCode }),
	"city":            claimset.String(func(r *reader) *string { return &r.Address.City }),
	"locality":        claimset.String(func(r *reader) *string { return &r.Address.Locality }),
	"region":          claimset.String(func(r *reader) *string { return &r.Address.Region }),
	"country":         claimset.String(func(r *reader) *string { return &r.Address.Country }),
	"address_details": claimset.Object(newAt(func(r *reader) **AddressDetails { return &r.within }), detailsParts),
}

// detailsParts is the table of the claim address_details.
var detailsParts = claimset.Table[AddressDetails]{
	"road":              claimset.String(func(d *AddressDetails) *string { return &d.Road }),
	"road_code":         claimset.String(func(d *AddressDetails) *string { return &d.RoadCode }),
	"municipality":      claimset.String(func(d *AddressDetails) *string { return &d.Municipality }),
	"municipality_code": claimset.String(func(d *AddressDetails) *string { return &d.MunicipalityCode }),
	"house_number":      claimset.String(func(d *AddressDetails) *string { return &d.HouseNumber }),
	"floor":             claimset.String(func(d *AddressDetails) *string { return &d.Floor }),
	"apartment_code":    claimset.String(func(d *AddressDetails) *string { return &d.ApartmentCode }),
}

// newAt returns a function that puts a new P at the place that at returns, and returns
// it.
func newAt[P any](at func(*reader) **P) func(*reader) *P {
	return func(r *reader) *P {
		p := new(P)
		*at(r) = p
		return p
	}
}

// address returns the address in the claims address and address_details, or nil if
// they are missing.
func (c *Claims) address() *claims.Address {
	var a claims.Address
	if f := c.Address; f != nil {
		a.Lines = c.addressLines()
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
		a.HouseNumber = claimset.Unpadded(d.HouseNumber)
		a.Floor = claimset.Unpadded(d.Floor)
		a.Side = claimset.Unpadded(d.ApartmentCode)
	}
	if a.IsZero() {
		return nil
	}
	return &a
}

// addressLines returns the lines of the formatted address, without the first, which is
// the person's name, and without placeholders.
func (c *Claims) addressLines() []string {
	var lines []string
	for i, line := range strings.Split(c.Address.Formatted, "\n") {
		name := i == 0 && line != "" && (line == c.Address.CommonName || line == c.Name)
		if line != "" && !name && !placeholder(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// placeholder reports whether a line is a remark in parentheses, such as "(Lokalitet
// ukendt)".
func placeholder(s string) bool {
	return strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")")
}

// String names the type alone.
func (a Address) String() string { return private.Outline("criipto.Address") }

// Format writes String under every verb.
func (a Address) Format(f fmt.State, _ rune) { private.Format(f, a.String()) }

// LogValue returns String.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON refuses; see [claims.Plain].
func (a Address) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [claims.Plain].
func (a Address) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (a Address) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// String names the type alone.
func (d AddressDetails) String() string {
	return private.Outline("criipto.AddressDetails")
}

// Format writes String under every verb.
func (d AddressDetails) Format(f fmt.State, _ rune) { private.Format(f, d.String()) }

// LogValue returns String.
func (d AddressDetails) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON refuses; see [claims.Plain].
func (d AddressDetails) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [claims.Plain].
func (d AddressDetails) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (d AddressDetails) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
