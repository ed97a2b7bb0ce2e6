package rawpost

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

// Letter is a letter as a test writes it.
type Letter struct {
	ID        eboks.ID
	To        eboks.Recipient
	Title     string
	Material  string
	PDF       string
	Channel   string // KanalKode; if empty, it is left out
	NotBefore time.Time
	Address   bool // on paper, to a fictitious address
}

// PDF is the document of a letter.
const PDF = "%PDF-1.7\nkanariefugl æøå\n%%EOF\n"

// Title is the title of a letter.
const Title = "Afgørelse om æblegrød på Ærø"

// To returns a digital letter.
func To(r eboks.Recipient) Letter {
	return Letter{ID: eboks.NewID(), To: r, Title: Title, Material: "1001", PDF: PDF, Channel: "Digital Post"}
}

// Someone is the i-th fictitious person, and Company a fictitious company.
func Someone(i int) eboks.Recipient { return eboks.Person(cprtest.Number(i)) }

// Company is a fictitious company.
func Company() eboks.Recipient { return eboks.Company(claims.MustParseCVR("12345674")) }

// Path returns where a letter goes on the wire of a fake.
func Path(name string, id eboks.ID) string {
	if name == "postnord" {
		return "/int/rest/srv.svc/3/dispatchsystem/4711/dispatches/004711DKEID" + hex.EncodeToString(id[:])
	}
	return "/afsendersystem/4711/forsendelser/" + id.String()
}

// Write returns the letter in the words of the wire of a fake.
func (l Letter) Write(name string) string {
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	data := base64.StdEncoding.EncodeToString([]byte(l.PDF))
	if name == "postnord" {
		return head + l.dispatch(data)
	}
	return head + l.shipment(data)
}

func (l Letter) dispatch(data string) string {
	id, kind := l.To.CPR().Reveal(), "P"
	if id == "" {
		id, kind = l.To.CVR().String(), "V"
	}
	return `<Dispatch xmlns="urn:eboks:en:3.0.0"><DispatchRecipient><Id>` + id + `</Id><Type>` + kind +
		`</Type><Nationality>DK</Nationality></DispatchRecipient><ContentTypeId>` + l.Material + `</ContentTypeId><Title>` + l.Title +
		`</Title><Content><Data>` + data + `</Data><FileExtension>pdf</FileExtension></Content></Dispatch>`
}

func (l Letter) shipment(data string) string {
	to := "<CPRnummerIdentifikator>" + l.To.CPR().Reveal() + "</CPRnummerIdentifikator>"
	if !l.To.CVR().IsZero() {
		to = "<CVRnummerIdentifikator>" + l.To.CVR().String() + "</CVRnummerIdentifikator>"
	}
	if l.To.IsZero() {
		to = "<CPRnummerIdentifikator>0000000000</CPRnummerIdentifikator>"
	}
	channel, digital, address := "", "", ""
	if l.Channel != "" {
		channel = "<KanalKode>" + l.Channel + "</KanalKode>"
	}
	if !l.NotBefore.IsZero() {
		digital = "<DigitalPostParametre><dkal:AfsendelseDatoTid>" + l.NotBefore.UTC().Format(time.RFC3339) +
			"</dkal:AfsendelseDatoTid><MedsendDokumentRegistreringIndikator>false</MedsendDokumentRegistreringIndikator></DigitalPostParametre>"
	}
	if l.Address {
		address = `<ModtagerAdresse xmlns:i="http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/" xmlns:a="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/" xmlns:c="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/">` +
			`<i:PersonName>Åse Ærlig Østergård</i:PersonName><a:StreetName>Ærøvej</a:StreetName><c:StreetBuildingIdentifier>12B</c:StreetBuildingIdentifier>` +
			`<a:PostCodeIdentifier>5970</a:PostCodeIdentifier><c:CountryIdentificationCode scheme="iso3166-alpha2">DK</c:CountryIdentificationCode></ModtagerAdresse>`
	}
	return `<ForsendelseI xmlns="urn:oio:fjernprint:3.0.0" xmlns:dkal="urn:oio:dkal:1.0.0" xmlns:sd="urn:oio:sagdok:3.0.0">` +
		`<AfsendelseIdentifikator>` + l.ID.String() + `</AfsendelseIdentifikator><ForsendelseTypeIdentifikator>` + l.Material + `</ForsendelseTypeIdentifikator>` +
		`<ForsendelseModtager><dkal:AfsendelseModtager>` + to + `</dkal:AfsendelseModtager>` + address + `</ForsendelseModtager>` +
		`<dkal:FilformatNavn>PDF</dkal:FilformatNavn><dkal:MeddelelseIndholdData>` + data + `</dkal:MeddelelseIndholdData>` +
		`<DokumentParametre><sd:TitelTekst>` + l.Title + `</sd:TitelTekst></DokumentParametre>` +
		`<KanalUafhaengigeParametreI><BrugerNavn>Prøve</BrugerNavn>` + channel + `</KanalUafhaengigeParametreI>` + digital + `</ForsendelseI>`
}
