package ebokstest

import (
	"io"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// readLetter reads one letter in the fake's dialect.
func (d *Distributor) readLetter(r *http.Request) (*Letter, error) {
	if w, ok := d.wire.(*dispatch); ok {
		return w.read(d, r)
	}
	w := d.wire.(*connect)
	n, err := w.read(d, r, w.shipment)
	if err != nil {
		return nil, err
	}
	return d.shipment(n)
}

// read reads a request of Connect.
func (c *connect) read(d *Distributor, r *http.Request, e element) (*node, error) {
	rd := newReader(r.Body, nil)
	rd.choose = connectSpaces
	rd.keep = func(root, in *node, from io.Reader) (*Document, error) {
		l := Letter{ID: parseID(root.at("fp:AfsendelseIdentifikator")), Material: eboks.Material(root.at("fp:ForsendelseTypeIdentifikator"))}
		l.To, _ = recipient(root.child("fp:ForsendelseModtager", "dkal:AfsendelseModtager"))
		name := ""
		if bilag := root.child("fp:BilagSamling"); bilag != nil {
			name = bilag.kids[len(bilag.kids)-1].at("fp:BilagNavn")
		}
		return d.receive(l, name, from)
	}
	return rd.readRoot(e)
}

// shipment makes a letter of a ForsendelseI that follows the schema.
func (d *Distributor) shipment(n *node) (*Letter, error) {
	bad := func(code, text string) (*Letter, error) {
		return nil, &refusal{http.StatusBadRequest, code, text}
	}
	l := &Letter{
		ID:       parseID(n.at("fp:AfsendelseIdentifikator")),
		Title:    n.at("fp:DokumentParametre", "sd:TitelTekst"),
		Material: eboks.Material(n.at("fp:ForsendelseTypeIdentifikator")),
		User:     n.at("fp:KanalUafhaengigeParametreI", "fp:BrugerNavn"),
		Mass:     n.at("fp:TransaktionsParametreI", "fp:MasseForsendelseIdentifikator"),
	}
	var err error
	l.To, err = recipient(n.child("fp:ForsendelseModtager", "dkal:AfsendelseModtager"))
	address := n.child("fp:ForsendelseModtager", "fp:ModtagerAdresse")
	if address != nil {
		l.Address = addressOf(address)
	}
	switch n.at("fp:KanalUafhaengigeParametreI", "fp:KanalKode") {
	case "":
		l.Channel = eboks.DigitalThenPrint
	case "Fysisk Post":
		l.Channel = eboks.PrintOnly
	}
	switch {
	case l.ID.IsZero():
		return bad(CodeValidation, "AfsendelseIdentifikator is not a UUID of 36 characters in lower case.")
	case err != nil:
		return nil, err
	case l.To.IsZero() && l.Channel != eboks.PrintOnly:
		return bad(CodeInvalidNumber, "A digital letter needs the recipient's number.")
	case l.Channel == eboks.PrintOnly && address == nil:
		return bad(CodeValidation, "A letter on paper needs an address.")
	case l.Channel.MayPrint() && l.Address.PostCode == "1000":
		return bad(CodeValidation, "Post code 1000 is refused by the printers.")
	case !d.knowsType(string(l.Material)):
		return bad(CodeUnknownType, "There is no such ForsendelseTypeIdentifikator.")
	}
	if p := n.child("fp:DigitalPostParametre"); p != nil {
		l.NotBefore, _ = readTime(p.at("dkal:AfsendelseDatoTid"))
		l.Reply.Mailbox, l.Reply.Subject = p.at("dkal:MeddelelseSvarPostkasseIdentifikator"), p.at("dkal:MeddelelseSvarEmneIdentifikator")
		switch p.at("dkal:MeddelelseSvarTypeNavn") {
		case "standard":
			l.Reply.Mode = eboks.ReplyStandard
		case "angivet":
			l.Reply.Mode = eboks.ReplyTo
		}
	}
	l.Documents = append(l.Documents, *n.child("dkal:MeddelelseIndholdData").doc)
	if bilag := n.child("fp:BilagSamling"); bilag != nil {
		for _, b := range bilag.kids {
			if data := b.child("dkal:VedhaeftningIndholdData"); data != nil {
				l.Documents = append(l.Documents, *data.doc)
			}
		}
	}
	return l, nil
}

// recipient reads AfsendelseModtager. Ten zeros, and nothing at all, are nobody.
func recipient(n *node) (eboks.Recipient, error) {
	person, company := n.at("id:CPRnummerIdentifikator"), n.at("id:CVRnummerIdentifikator")
	switch {
	case person == unknownPerson, person == "" && company == "":
		return eboks.Recipient{}, nil
	case person != "":
		number, err := cpr.Parse(person)
		if err != nil || number.RequireOrdinary() != nil {
			return eboks.Recipient{}, errNumber()
		}
		return eboks.Person(number), nil
	}
	number, err := claims.ParseCVR(company)
	if err != nil {
		return eboks.Recipient{}, errNumber()
	}
	return eboks.Company(number), nil
}

const unknownPerson = "0000000000"

func errNumber() error {
	return &refusal{http.StatusBadRequest, CodeInvalidNumber, "The recipient's number is not valid."}
}

func addressOf(n *node) eboks.Address {
	a := eboks.Address{
		Name: n.at("itst:PersonName"), CareOf: n.at("fp:CoNavn"),
		Street: n.at("dkcc05a:StreetName"), House: n.at("dkcc03:StreetBuildingIdentifier"),
		Floor: n.at("dkcc03:FloorIdentifier"), Suite: n.at("dkcc03:SuiteIdentifier"),
		Sublocation: n.at("dkcc03:MailDeliverySublocationIdentifier"),
		District:    n.at("dkcc05a:DistrictSubdivisionIdentifier"), POBox: n.at("dkcc05b:PostOfficeBoxIdentifier"),
		PostCode: n.at("dkcc05a:PostCodeIdentifier"), Country: n.at("dkcc03:CountryIdentificationCode"),
	}
	for _, which := range []string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth"} {
		if line := n.at("dkcc05c:PostalAddress" + which + "LineText"); line != "" {
			a.Lines = append(a.Lines, line)
		}
	}
	return a
}

// readTime reads xs:dateTime. Without a zone it is Danish time.
func readTime(s string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC(), true
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", s, copenhagen())
	return at.UTC(), err == nil
}

// copenhagen is the Danish time zone, or UTC on a machine that does not know it.
func copenhagen() *time.Location {
	if zone, err := time.LoadLocation("Europe/Copenhagen"); err == nil {
		return zone
	}
	return time.UTC
}
