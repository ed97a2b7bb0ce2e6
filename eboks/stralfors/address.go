package stralfors

import (
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// address writes an address: by its parts, or by its lines. The order is the
// schema's (KontaktOplysning); the namespaces are those of the public registers.
func address(b *xmlbody.Builder, element string, a eboks.Address) {
	const dkcc = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/"
	spaces := []string{"xmlns:itst", "http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/",
		"xmlns:dkcc03", dkcc + "2003/02/13/", "xmlns:dkcc05a", dkcc + "2005/03/15/"}
	if a.POBox != "" {
		spaces = append(spaces, "xmlns:dkcc05b", dkcc+"2005/05/13/")
	}
	if len(a.Lines) > 0 {
		spaces = append(spaces, "xmlns:dkcc05c", dkcc+"2005/05/19/")
	}
	b.Open(element, spaces...)
	b.Text("itst:PersonName", a.Name)
	if len(a.Lines) > 0 {
		for i, line := range a.Lines {
			b.Text("dkcc05c:PostalAddress"+ordinals[i]+"LineText", line)
		}
		b.TextIf("dkcc05a:PostCodeIdentifier", a.PostCode)
	} else {
		b.TextIf("CoNavn", a.CareOf)
		b.Text("dkcc05a:StreetName", a.Street)
		b.Text("dkcc03:StreetBuildingIdentifier", a.House)
		b.TextIf("dkcc03:FloorIdentifier", a.Floor)
		b.TextIf("dkcc03:SuiteIdentifier", a.Suite)
		b.TextIf("dkcc03:MailDeliverySublocationIdentifier", a.Sublocation)
		b.Text("dkcc05a:PostCodeIdentifier", a.PostCode)
		b.TextIf("dkcc05a:DistrictSubdivisionIdentifier", a.District)
		b.TextIf("dkcc05b:PostOfficeBoxIdentifier", a.POBox)
	}
	country := a.Country
	if country == "" {
		country = "DK"
	}
	b.Text("dkcc03:CountryIdentificationCode", country, "scheme", "iso3166-alpha2")
	b.Close()
}

// ordinals count the lines of an address; a Client admits no more.
var ordinals = [...]string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth"}
