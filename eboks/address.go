package eboks

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
	Country     string   // ISO 3166-1 alpha-2; empty: DK
}

// IsZero reports whether nothing is set.
func (a Address) IsZero() bool {
	return a.Name == "" && a.CareOf == "" && a.Street == "" && a.House == "" && a.Floor == "" && a.Suite == "" &&
		a.Sublocation == "" && a.District == "" && a.POBox == "" && a.PostCode == "" && len(a.Lines) == 0 && a.Country == ""
}
