package neb

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// CPRDetails are the claims ssn.details.*, which Nets eID Broker looks up in CPR
// (scopes ssn.details_name and ssn.details_address). Texts are as they came. For a
// person with a protected name and address, and for one whom the look-up did not find,
// there is little more than Status.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type CPRDetails struct {
	Status       string            // ssn.details.status: "success", "unable_to_lookup"
	Protection   claims.Protection // ssn.details.name_address_protected
	PersonStatus string            // ssn.details.person_status: "active", "Emigrated"; letter case varies
	GivenName    string            // ssn.details.given_name
	MiddleName   string            // ssn.details.middle_name
	Surname      string            // ssn.details.surname
	CareOfName   string            // ssn.details.care_of_name
	StreetName   string            // ssn.details.street_name
	StreetNumber string            // ssn.details.street_number
	Floor        string            // ssn.details.floor
	Unit         string            // ssn.details.unit
	CityName     string            // ssn.details.city_name: a place within the postal district
	ZipCode      string            // ssn.details.zip_code
	ZipName      string            // ssn.details.zip_name: the postal district
}

// found reports whether the look-up succeeded. A missing Status counts as success.
func (d *CPRDetails) found() bool {
	return d != nil && (d.Status == "" || d.Status == "success")
}

// address returns the address in CPR, or nil if there is none.
func (d *CPRDetails) address() *claims.Address {
	a := claims.Address{
		CareOf:      d.CareOfName,
		Road:        d.StreetName,
		HouseNumber: claimset.Unpadded(d.StreetNumber),
		Floor:       claimset.Unpadded(d.Floor),
		Side:        claimset.Unpadded(d.Unit),
		PostalCode:  d.ZipCode,
		City:        d.ZipName,
	}
	if d.CityName != d.ZipName {
		a.Locality = d.CityName
	}
	if a.IsZero() {
		return nil
	}
	return &a
}

// String names the parts that are present.
func (d CPRDetails) String() string {
	return private.Outline("neb.CPRDetails",
		private.Part("status", d.Status != ""),
		private.Part("name_address_protected", d.Protection != claims.ProtectionUnknown),
		private.Part("person_status", d.PersonStatus != ""),
		private.Part("name", d.GivenName != "" || d.MiddleName != "" || d.Surname != ""),
		private.Part("address", d.address() != nil),
	)
}

// Format writes String under every verb.
func (d CPRDetails) Format(f fmt.State, _ rune) { private.Format(f, d.String()) }

// LogValue returns String.
func (d CPRDetails) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON refuses; see [claims.Plain].
func (d CPRDetails) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [claims.Plain].
func (d CPRDetails) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (d CPRDetails) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
