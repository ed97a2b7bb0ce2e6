package eboks

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/shownline"
)

// Address is where the printed letter goes when print may happen. Give either
// Street and House, or Lines. It prints as a placeholder.
//
// The limits are those of the schema of fjernprint 1.0.0; they count characters.
type Address struct {
	guarded
	Name        string   // of the recipient, 1–130; required
	CareOf      string   // c/o, at most 34
	Street      string   // 1–40
	House       string   // 1–999 and perhaps a letter: "12B"
	Floor       string   // "1"–"99", "ST", "KL"
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

var (
	postCodeForm = regexp.MustCompile(`^[0-9]{4}$`)
	houseForm    = regexp.MustCompile(`^[1-9][0-9]{0,2}[A-Z]?$`)
	poBoxForm    = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
)

const (
	denmark    = "DK"
	maxLine    = 34
	maxLines   = 6
	noPostCode = "1000" // refused by the printers
)

// check refuses an address that no letter reaches.
func (a *Address) check() error {
	foreign := a.Country != "" && a.Country != denmark
	switch {
	case a.IsZero():
		return inputInvalid("Address is missing: on this Channel the letter may be printed")
	case a.Name == "":
		return inputInvalid("Address.Name is missing")
	case a.Country != "" && !countryForm.MatchString(a.Country):
		return inputInvalid("Address.Country is not two capital letters")
	case len(a.Lines) == 0 && (a.Street == "" || a.House == "") && a.POBox == "":
		return inputInvalid("Address has neither Street and House, nor POBox, nor Lines")
	case len(a.Lines) > 0 && (a.Street != "" || a.House != "" || a.CareOf != "" || a.Floor != "" || a.Suite != "" ||
		a.Sublocation != "" || a.District != "" || a.POBox != ""):
		return inputInvalid("Address has both Lines and parts")
	case foreign && len(a.Lines) == 0:
		return inputInvalid("Address abroad: use Lines, and put the postal code and city into one of them")
	case len(a.Lines) > maxLines:
		return inputInvalid("Address.Lines has more than six lines")
	case !foreign && !postCodeForm.MatchString(a.PostCode), foreign && a.PostCode != "" && !postCodeForm.MatchString(a.PostCode):
		return inputInvalid("Address.PostCode is not four digits")
	case a.PostCode == noPostCode:
		return inputInvalid("Address.PostCode 1000 is refused by the printers")
	case a.Street != "" && !houseForm.MatchString(a.House):
		return inputInvalid("Address.House is not a number up to 999 with perhaps a letter")
	case a.POBox != "" && !poBoxForm.MatchString(a.POBox):
		return inputInvalid("Address.POBox is not a number up to 9999")
	}
	for _, f := range []struct {
		name, text string
		limit      int
	}{
		{"Name", a.Name, 130}, {"CareOf", a.CareOf, maxLine}, {"Street", a.Street, 40}, {"Floor", a.Floor, 2}, {"Suite", a.Suite, 4},
		{"Sublocation", a.Sublocation, maxLine}, {"District", a.District, maxLine},
	} {
		if err := checkLine(f.name, f.text, f.limit); err != nil {
			return err
		}
	}
	for _, line := range a.Lines {
		if strings.TrimSpace(line) == "" {
			return inputInvalid("a line of Address.Lines is empty")
		}
		if err := checkLine("Lines", line, maxLine); err != nil {
			return err
		}
	}
	return nil
}

func checkLine(field, s string, limit int) error {
	if s == "" {
		return nil
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, shownline.Hidden) || strings.TrimSpace(s) == "" {
		return inputInvalid("Address." + field + " is not clean text")
	}
	if utf8.RuneCountInString(s) > limit {
		return inputInvalid("Address." + field + " is too long")
	}
	return nil
}
