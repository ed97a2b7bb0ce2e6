package stralforstest

import (
	"io"
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

// ReadLetter reads a ForsendelseI.
func (d *dialect) ReadLetter(r *http.Request) (*ebokstest.Letter, error) {
	var documents []ebokstest.Document
	n, err := read(r, d.shipment, func(root *fakewire.Node, from io.Reader) error {
		l := ebokstest.Letter{ID: parseID(root.At("fp:AfsendelseIdentifikator")), Material: eboks.Material(root.At("fp:ForsendelseTypeIdentifikator"))}
		l.To, _ = recipient(root.Child("fp:ForsendelseModtager", "dkal:AfsendelseModtager"))
		doc, err := d.Receive(l, root.Child("fp:BilagSamling").Last().At("fp:BilagNavn"), from)
		documents = append(documents, doc)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.letter(n, documents)
}

func read(r *http.Request, e fakewire.Element, keep func(*fakewire.Node, io.Reader) error) (*fakewire.Node, error) {
	return fakewire.Read(r.Body, e, fakewire.Config{Spaces: spaces, Keep: keep})
}

// letter makes a letter of a ForsendelseI that follows the schema.
func (d *dialect) letter(n *fakewire.Node, documents []ebokstest.Document) (*ebokstest.Letter, error) {
	bad := func(code, text string) (*ebokstest.Letter, error) {
		return nil, &ebokstest.Refusal{Status: http.StatusBadRequest, Code: code, Text: text}
	}
	l := &ebokstest.Letter{
		Documents: documents,
		ID:        parseID(n.At("fp:AfsendelseIdentifikator")),
		Title:     n.At("fp:DokumentParametre", "sd:TitelTekst"),
		Material:  eboks.Material(n.At("fp:ForsendelseTypeIdentifikator")),
		User:      n.At("fp:KanalUafhaengigeParametreI", "fp:BrugerNavn"),
	}
	var err error
	l.To, err = recipient(n.Child("fp:ForsendelseModtager", "dkal:AfsendelseModtager"))
	address := n.Child("fp:ForsendelseModtager", "fp:ModtagerAdresse")
	if address != nil {
		l.Address = addressOf(address)
	}
	switch n.At("fp:KanalUafhaengigeParametreI", "fp:KanalKode") {
	case "":
		l.Channel = eboks.DigitalThenPrint
	case "Fysisk Post":
		l.Channel = eboks.PrintOnly
	}
	switch {
	case l.ID.IsZero():
		return bad(ebokstest.CodeValidation, "AfsendelseIdentifikator is not a UUID of 36 characters in lower case.")
	case err != nil:
		return nil, err
	case l.To.IsZero() && l.Channel != eboks.PrintOnly:
		return bad(ebokstest.CodeInvalidNumber, "A digital letter needs the recipient's number.")
	case l.Channel == eboks.PrintOnly && address == nil:
		return bad(ebokstest.CodeValidation, "A letter on paper needs an address.")
	case l.Channel.MayPrint() && l.Address.PostCode == "1000":
		return bad(ebokstest.CodeValidation, "Post code 1000 is refused by the printers.")
	case !d.KnowsMaterial(l.Material):
		return bad(ebokstest.CodeUnknownType, "There is no such ForsendelseTypeIdentifikator.")
	}
	if p := n.Child("fp:DigitalPostParametre"); p != nil {
		l.NotBefore, _ = fakewire.ReadTime(p.At("dkal:AfsendelseDatoTid"))
		l.Reply.Mailbox, l.Reply.Subject = p.At("dkal:MeddelelseSvarPostkasseIdentifikator"), p.At("dkal:MeddelelseSvarEmneIdentifikator")
		switch p.At("dkal:MeddelelseSvarTypeNavn") {
		case "standard":
			l.Reply.Mode = eboks.ReplyStandard
		case "angivet":
			l.Reply.Mode = eboks.ReplyTo
		}
	}
	return l, nil
}

// recipient reads AfsendelseModtager. Ten zeros, and nothing at all, are nobody.
func recipient(n *fakewire.Node) (eboks.Recipient, error) {
	person, company := n.At("id:CPRnummerIdentifikator"), n.At("id:CVRnummerIdentifikator")
	switch {
	case person == unknownPerson, person == "" && company == "":
		return eboks.Recipient{}, nil
	case person != "":
		return ebokstest.PersonOf(person)
	}
	return ebokstest.CompanyOf(company)
}

const unknownPerson = "0000000000"

func addressOf(n *fakewire.Node) eboks.Address {
	a := eboks.Address{
		Name: n.At("itst:PersonName"), CareOf: n.At("fp:CoNavn"),
		Street: n.At("dkcc05a:StreetName"), House: n.At("dkcc03:StreetBuildingIdentifier"),
		Floor: n.At("dkcc03:FloorIdentifier"), Suite: n.At("dkcc03:SuiteIdentifier"),
		Sublocation: n.At("dkcc03:MailDeliverySublocationIdentifier"),
		District:    n.At("dkcc05a:DistrictSubdivisionIdentifier"), POBox: n.At("dkcc05b:PostOfficeBoxIdentifier"),
		PostCode: n.At("dkcc05a:PostCodeIdentifier"), Country: n.At("dkcc03:CountryIdentificationCode"),
	}
	for _, which := range []string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth"} {
		if line := n.At("dkcc05c:PostalAddress" + which + "LineText"); line != "" {
			a.Lines = append(a.Lines, line)
		}
	}
	return a
}
