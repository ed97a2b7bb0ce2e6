package eboks

import "github.com/dkeid/dkeid/eboks/internal/fjernprint"

// Address is where the printed letter goes when print may happen. Give either
// Street and House, or Lines. It prints as a placeholder.
//
// The limits are those of the schema of fjernprint 1.0.0; they count characters.
// Nothing is corrected on the way: [Address.Check] says what does not fit.
type Address struct {
	guarded
	Name        string   // of the recipient, 1–130; required
	CareOf      string   // c/o, at most 130; a line of an envelope has 34
	Street      string   // 1–40
	House       string   // 1–999 and perhaps a capital letter: "12B"
	Floor       string   // "1"–"99", "ST", "KL", "K2"–"K9"; without a dot
	Suite       string   // "TV", "TH", "MF", or a door number; at most 4
	Sublocation string   // a place within the district, at most 34
	District    string   // at most 34; the city follows from the postal code
	POBox       string   // 1–9999
	PostCode    string   // four digits; 1000 is refused by the printers
	Lines       []string // instead of Street and the rest: one to six lines of at most 34
	Country     string   // ISO 3166-1 alpha-2; if empty, DK
}

// IsZero reports whether nothing is set.
func (a Address) IsZero() bool {
	return a.Name == "" && a.CareOf == "" && a.Street == "" && a.House == "" && a.Floor == "" && a.Suite == "" &&
		a.Sublocation == "" && a.District == "" && a.POBox == "" && a.PostCode == "" && len(a.Lines) == 0 && a.Country == ""
}

const (
	denmark    = "DK"
	noPostCode = "1000" // refused by the printers
)

// Check refuses an address that no printed letter can carry, so that a form can say
// so at once: [Client.Send] checks the same. The error is [ErrInputInvalid] and names
// the field.
func (a Address) Check() error {
	if a.IsZero() {
		return inputInvalid("Address is missing: on this Channel the letter may be printed")
	}
	if fault := fjernprint.Fault("CountryIdentificationCode", a.Country); a.Country != "" && fault != "" {
		return inputInvalid("Address.Country" + fault)
	}
	foreign := a.Country != "" && a.Country != denmark
	switch {
	case len(a.Lines) == 0 && (a.Street == "" || a.House == "") && a.POBox == "":
		return inputInvalid("Address has neither Street and House, nor POBox, nor Lines")
	case a.Street == "" && a.House != "":
		return inputInvalid("Address has a House without a Street")
	case len(a.Lines) > 0 && (a.Street != "" || a.House != "" || a.CareOf != "" || a.Floor != "" || a.Suite != "" ||
		a.Sublocation != "" || a.District != "" || a.POBox != ""):
		return inputInvalid("Address has both Lines and parts")
	case foreign && len(a.Lines) == 0:
		return inputInvalid("Address abroad: use Lines, and put the postal code and city into one of them")
	case len(a.Lines) > fjernprint.Lines:
		return inputInvalid("Address.Lines has more than six lines")
	case a.PostCode == noPostCode:
		return inputInvalid("Address.PostCode 1000 is refused by the printers")
	}
	for _, f := range []struct {
		name, element, text string
		required            bool
	}{
		{"Name", "PersonName", a.Name, true}, {"CareOf", "CoNavn", a.CareOf, false},
		{"Street", "StreetName", a.Street, false}, {"House", "StreetBuildingIdentifier", a.House, a.Street != ""},
		{"Floor", "FloorIdentifier", a.Floor, false}, {"Suite", "SuiteIdentifier", a.Suite, false},
		{"Sublocation", "MailDeliverySublocationIdentifier", a.Sublocation, false},
		{"District", "DistrictSubdivisionIdentifier", a.District, false},
		{"POBox", "PostOfficeBoxIdentifier", a.POBox, false},
		{"PostCode", "PostCodeIdentifier", a.PostCode, !foreign},
	} {
		if f.text == "" && !f.required {
			continue
		}
		if fault := fjernprint.Fault(f.element, f.text); fault != "" {
			return inputInvalid("Address." + f.name + fault)
		}
	}
	for i, line := range a.Lines {
		if fault := fjernprint.Fault(fjernprint.Line(i), line); fault != "" {
			return inputInvalid("a line of Address.Lines" + fault)
		}
	}
	return nil
}
