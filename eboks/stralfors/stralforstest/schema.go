package stralforstest

import (
	"strings"

	"github.com/dkeid/dkeid/eboks/internal/fakewire"
	"github.com/dkeid/dkeid/eboks/internal/fjernprint"
)

// The namespaces of Connect.
const (
	nsFP3     = "urn:oio:fjernprint:3.0.0"
	nsFP1     = "urn:oio:fjernprint:1.0.0"
	nsDKAL    = "urn:oio:dkal:1.0.0"
	nsADIR    = "urn:oio:adir:dagpenge:2009.07.01"
	nsSD      = "urn:oio:sagdok:3.0.0"
	nsITST    = "http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/"
	nsDKCC03  = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
	nsDKCC05A = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
	nsDKCC05B = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/"
	nsDKCC05C = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/19/"
)

// spaces returns the namespaces of a request whose root is in space. The
// recipient's number is in adir; with 3.0.0 it may also be in the letter's own.
func spaces(space string) map[string][]string {
	fp, id := nsFP3, []string{nsFP3, nsADIR}
	if space == nsFP1 {
		fp, id = nsFP1, []string{nsADIR}
	}
	return map[string][]string{
		"fp": {fp}, "id": id, "dkal": {nsDKAL}, "sd": {nsSD}, "itst": {nsITST},
		"dkcc03": {nsDKCC03}, "dkcc05a": {nsDKCC05A}, "dkcc05b": {nsDKCC05B}, "dkcc05c": {nsDKCC05C},
	}
}

// country: the sender chooses the scheme.
const country = `[A-Za-z]{2,3}|[0-9]{3,4}`

// leaf is an element that holds what the public schema admits. eboks.Address and the
// settings of the adapter go by the same table, which is no code of theirs.
func leaf(name string) fakewire.Element {
	_, local, _ := strings.Cut(name, ":")
	return fakewire.Leaf(name, func(text string) bool { return fjernprint.Fault(local, text) == "" })
}

// shipmentSchema is ForsendelseI of fjernprint 1.0.0. In Connect the shipment
// type is required.
func shipmentSchema() fakewire.Element {
	return fakewire.Block("fp:ForsendelseI",
		leaf("fp:AfsendelseIdentifikator"),
		leaf("fp:ForsendelseTypeIdentifikator"),
		fakewire.Block("fp:ForsendelseModtager", recipientSchema().Optional(), addressSchema("fp:ModtagerAdresse").Optional()).Optional(),
		fakewire.Leaf("dkal:FilformatNavn", fileFormat),
		fakewire.Document("dkal:MeddelelseIndholdData"),
		fakewire.Block("fp:TransaktionsParametreI",
			fakewire.Leaf("fp:TransaktionsDatoTid", fakewire.DateTime).Optional(),
			fakewire.Leaf("fp:MasseForsendelseIdentifikator", fakewire.Length(1, 38)).Optional(),
			leaf("fp:KvitteringsTypeKode").Optional(),
			leaf("fp:KvitteringsEmail").Optional(),
		).Optional(),
		fakewire.Block("fp:DokumentParametre",
			fakewire.Leaf("sd:TitelTekst", fakewire.Length(0, 4000)).Optional(),
			fakewire.Leaf("sd:UUIDIdentifikator", fakewire.Length(36, 36)).Optional(),
			fakewire.Leaf("sd:BrevDato", fakewire.Length(10, 16)).Optional(),
			fakewire.Anything("fp:MeddelelsesFormatObjekt").Optional(),
		),
		fakewire.Block("fp:KanalUafhaengigeParametreI",
			leaf("fp:EnhedTekst").Optional(),
			leaf("fp:BrugerNavn"),
			leaf("fp:KonteringsGruppeTekst").Optional(),
			fakewire.Block("fp:ForsendelseAfsender", addressSchema("fp:AfsenderAdresse").Optional()).Optional(),
			fakewire.Leaf("fp:PaatrykAfsenderAdresseIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:PaatrykModtagerAdresseIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:PaatrykBrevdatoIndikator", fakewire.Boolean).Optional(),
			leaf("fp:KanalKode").Optional(),
			fakewire.Leaf("fp:HasteBrevIndikator", fakewire.Boolean).Optional(),
		).Optional(),
		fakewire.Block("fp:PrintParametre",
			leaf("fp:SimplexDuplexKode").Optional(),
			leaf("fp:FarveSHKode").Optional(),
			leaf("fp:KuvertTypeKode").Optional(),
		).Optional(),
		fakewire.Block("fp:DigitalPostParametre",
			fakewire.Leaf("dkal:AfsendelseDatoTid", fakewire.DateTime).Optional(),
			leaf("dkal:MeddelelseIndholdstypeIdentifikator").Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarTypeNavn", fakewire.Among("angivet", "ikkeMuligt", "standard")).Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarPostkasseIdentifikator", fakewire.Digits(1, 18)).Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarEmneIdentifikator", fakewire.Digits(1, 18)).Optional(),
			fakewire.Anything("dkal:MeddelelseFESDmetadata").Optional(),
			fakewire.Leaf("fp:MedsendDokumentRegistreringIndikator", fakewire.Boolean),
		).Optional(),
		fakewire.Block("fp:PostParametre",
			leaf("fp:PostKategoriKode").Optional(),
			leaf("fp:AllokeringsIdentifikator").Optional(),
			fakewire.Leaf("fp:ReturposthaandteringHosLeverandoerIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:InformationVedAdresseAendringIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:SideKvantitet", fakewire.Digits(1, 9)).Optional(),
		).Optional(),
		fakewire.Block("fp:BilagSamling",
			fakewire.Block("fp:Bilag",
				leaf("fp:BilagNavn"),
				fakewire.Leaf("dkal:FilformatNavn", fileFormat),
				fakewire.Leaf("fp:BilagSorteringsIndeksIdentifikator", fakewire.Digits(1, 9)),
				fakewire.Choice(
					[]fakewire.Element{fakewire.Leaf("dkal:BilagIdentifikator", fakewire.Length(1, 10))},
					[]fakewire.Element{fakewire.Document("dkal:VedhaeftningIndholdData")},
					[]fakewire.Element{fakewire.Leaf("dkal:VedhaeftningIndholdURLreference", fakewire.Length(1, 2000)), fakewire.Leaf("fp:VedhaeftSomIndholdDataIndikator", fakewire.Boolean)},
				),
			).UpTo(100),
		).Optional(),
	)
}

// fileFormat: only PDF is taken.
func fileFormat(s string) bool { return s == "PDF" || s == "pdf" }

func recipientSchema() fakewire.Element {
	return fakewire.Block("dkal:AfsendelseModtager", fakewire.Choice(
		[]fakewire.Element{fakewire.Leaf("id:CPRnummerIdentifikator", fakewire.Digits(10, 10))},
		[]fakewire.Element{fakewire.Leaf("id:CVRnummerIdentifikator", fakewire.Digits(8, 8))},
	))
}

func addressSchema(name string) fakewire.Element {
	line := func(i int) fakewire.Element { return leaf("dkcc05c:" + fjernprint.Line(i)) }
	postCode := leaf("dkcc05a:PostCodeIdentifier")
	return fakewire.Block(name,
		leaf("itst:PersonName"),
		fakewire.Choice(
			[]fakewire.Element{
				leaf("fp:CoNavn").Optional(),
				leaf("dkcc05a:StreetName"),
				leaf("dkcc03:StreetBuildingIdentifier"),
				leaf("dkcc03:FloorIdentifier").Optional(),
				leaf("dkcc03:SuiteIdentifier").Optional(),
				leaf("dkcc03:MailDeliverySublocationIdentifier").Optional(),
				postCode,
				leaf("dkcc05a:DistrictSubdivisionIdentifier").Optional(),
				leaf("dkcc05b:PostOfficeBoxIdentifier").Optional(),
			},
			[]fakewire.Element{
				line(0), line(1).Optional(), line(2).Optional(),
				line(3).Optional(), line(4).Optional(), line(5).Optional(),
				postCode.Optional(),
			},
		),
		fakewire.Leaf("dkcc03:CountryIdentificationCode", fakewire.Pattern(country)).
			With("scheme", "iso3166-alpha2", "iso3166-alpha3", "un-numeric3", "imk"),
	)
}

// channelSchema is made up.
func channelSchema() fakewire.Element {
	return fakewire.Block("fp:KanalvalgI",
		leaf("fp:ForsendelseTypeIdentifikator"),
		recipientSchema())
}
