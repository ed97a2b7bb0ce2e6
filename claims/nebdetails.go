package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// NEBDetails are the claims ssn.details.*: what Nets eID Broker looked up in CPR
// (scopes ssn.details_name and ssn.details_address). Texts are as they came. Of a
// person with a protected name and address, and of one who could not be looked
// up, little but Status comes.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NEBDetails struct {
	Status       string     // ssn.details.status: "success", "unable_to_lookup"
	Protection   Protection // ssn.details.name_address_protected
	PersonStatus string     // ssn.details.person_status: "active", "Emigrated"; letter case varies
	GivenName    string     // ssn.details.given_name
	MiddleName   string     // ssn.details.middle_name
	Surname      string     // ssn.details.surname
	CareOfName   string     // ssn.details.care_of_name
	StreetName   string     // ssn.details.street_name
	StreetNumber string     // ssn.details.street_number
	Floor        string     // ssn.details.floor
	Unit         string     // ssn.details.unit
	CityName     string     // ssn.details.city_name: a place within the postal district
	ZipCode      string     // ssn.details.zip_code
	ZipName      string     // ssn.details.zip_name: the postal district
}

// nebDetailsClaims is only read.
var nebDetailsClaims = claimTable[NEBDetails]{
	"ssn.details.status":                 texts(func(d *NEBDetails) *string { return &d.Status }),
	"ssn.details.name_address_protected": parsed(truthForm, func(d *NEBDetails) *Protection { return &d.Protection }, protection),
	"ssn.details.person_status":          texts(func(d *NEBDetails) *string { return &d.PersonStatus }),
	"ssn.details.given_name":             texts(func(d *NEBDetails) *string { return &d.GivenName }),
	"ssn.details.middle_name":            texts(func(d *NEBDetails) *string { return &d.MiddleName }),
	"ssn.details.surname":                texts(func(d *NEBDetails) *string { return &d.Surname }),
	"ssn.details.care_of_name":           texts(func(d *NEBDetails) *string { return &d.CareOfName }),
	"ssn.details.street_name":            texts(func(d *NEBDetails) *string { return &d.StreetName }),
	"ssn.details.street_number":          texts(func(d *NEBDetails) *string { return &d.StreetNumber }),
	"ssn.details.floor":                  texts(func(d *NEBDetails) *string { return &d.Floor }),
	"ssn.details.unit":                   texts(func(d *NEBDetails) *string { return &d.Unit }),
	"ssn.details.city_name":              texts(func(d *NEBDetails) *string { return &d.CityName }),
	"ssn.details.zip_code":               texts(func(d *NEBDetails) *string { return &d.ZipCode }),
	"ssn.details.zip_name":               texts(func(d *NEBDetails) *string { return &d.ZipName }),
}

func protection(s string) (Protection, error) {
	protected, err := truth(s)
	switch {
	case err != nil:
		return ProtectionUnknown, err
	case protected:
		return NameAndAddressProtected, nil
	}
	return Unprotected, nil
}

// found reports whether the look-up succeeded. A broker that does not say so has
// told no more than it told.
func (d *NEBDetails) found() bool {
	return d != nil && (d.Status == "" || d.Status == "success")
}

// address returns what CPR knows; nil when that is nothing.
func (d *NEBDetails) address() *Address {
	a := Address{
		CareOf:      d.CareOfName,
		Road:        d.StreetName,
		HouseNumber: unpadded(d.StreetNumber),
		Floor:       unpadded(d.Floor),
		Side:        unpadded(d.Unit),
		PostalCode:  d.ZipCode,
		City:        d.ZipName,
	}
	if d.CityName != d.ZipName {
		a.Locality = d.CityName
	}
	if a.isZero() {
		return nil
	}
	return &a
}

// String names the parts that are present.
func (d NEBDetails) String() string {
	return private.Outline("claims.NEBDetails",
		private.Part("status", d.Status != ""),
		private.Part("name_address_protected", d.Protection != ProtectionUnknown),
		private.Part("person_status", d.PersonStatus != ""),
		private.Part("name", d.GivenName != "" || d.MiddleName != "" || d.Surname != ""),
		private.Part("address", d.address() != nil),
	)
}

// Format writes String under every verb.
func (d NEBDetails) Format(f fmt.State, _ rune) { private.Format(f, d.String()) }

// LogValue returns String.
func (d NEBDetails) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON refuses; see [Plain].
func (d NEBDetails) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (d NEBDetails) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (d NEBDetails) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
