package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// Address is a person's address in CPR, as the broker looked it up. Parts that
// the broker did not give are empty.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type Address struct {
	Lines            []string // as on an envelope, without the person's name if the broker puts it there
	CareOf           string   // the person in whose home the person lives, without "c/o"
	Street           string   // road, house number, floor and side in one text: "Grusgraven 1,3 tv"
	Road             string   // "Grusgraven"
	RoadCode         string   // four digits, unique in the municipality: "1732"
	HouseNumber      string   // without leading zeros: "1", "12B"
	Floor            string   // "3", "st", "kl"
	Side             string   // "tv", "mf", "th" or the number of a door
	PostalCode       string   // "3400"
	City             string   // "Hillerød"
	Locality         string   // a named place within the city
	Region           string
	Municipality     string // "Lyngby-Taarbæk"
	MunicipalityCode string // four digits: "0173"
	Country          string // in words: "Danmark"
}

// String names the parts that are present.
func (a Address) String() string {
	return private.Outline("claims.Address",
		private.Part("lines", len(a.Lines) > 0),
		private.Part("care_of", a.CareOf != ""),
		private.Part("street", a.Street != ""),
		private.Part("road", a.Road != ""),
		private.Part("road_code", a.RoadCode != ""),
		private.Part("house_number", a.HouseNumber != ""),
		private.Part("floor", a.Floor != ""),
		private.Part("side", a.Side != ""),
		private.Part("postal_code", a.PostalCode != ""),
		private.Part("city", a.City != ""),
		private.Part("locality", a.Locality != ""),
		private.Part("region", a.Region != ""),
		private.Part("municipality", a.Municipality != ""),
		private.Part("municipality_code", a.MunicipalityCode != ""),
		private.Part("country", a.Country != ""),
	)
}

// Format writes String under every verb.
func (a Address) Format(f fmt.State, _ rune) { private.Format(f, a.String()) }

// LogValue returns String.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON refuses; see [Plain].
func (a Address) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (a Address) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (a Address) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// IsZero reports whether no part of the address is known.
func (a Address) IsZero() bool {
	return len(a.Lines) == 0 && a.CareOf == "" && a.Street == "" && a.Road == "" && a.RoadCode == "" && a.HouseNumber == "" &&
		a.Floor == "" && a.Side == "" && a.PostalCode == "" && a.City == "" && a.Locality == "" &&
		a.Region == "" && a.Municipality == "" && a.MunicipalityCode == "" && a.Country == ""
}
