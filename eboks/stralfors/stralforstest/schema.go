package stralforstest

import (
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
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

// The patterns of the public schema fjernprint 1.0.0. The adapter checks the same fields
// by a table of its own; a table that both read would stand here.
const (
	house         = `[1-9][0-9]{0,2}[A-Z]?`
	floor         = `[1-9][0-9]?|ST|st|KL|kl|[Kk][2-9]`
	postOfficeBox = `[1-9][0-9]{0,3}`
	country       = `[A-Za-z]{2,3}|[0-9]{3,4}`
	mail          = `[^@>()\[\]\\,;:\s]{1,191}@[^@>()\[\]\\,;:\s]{1,64}`
)

// shipmentSchema is ForsendelseI of fjernprint 1.0.0. In Connect the shipment
// type is required.
func shipmentSchema() fakewire.Element {
	return fakewire.Block("fp:ForsendelseI",
		fakewire.Leaf("fp:AfsendelseIdentifikator", fakewire.Length(1, 38)),
		fakewire.Leaf("fp:ForsendelseTypeIdentifikator", fakewire.Positive),
		fakewire.Block("fp:ForsendelseModtager", recipientSchema().Optional(), addressSchema("fp:ModtagerAdresse").Optional()).Optional(),
		fakewire.Leaf("dkal:FilformatNavn", fileFormat),
		fakewire.Document("dkal:MeddelelseIndholdData"),
		fakewire.Block("fp:TransaktionsParametreI",
			fakewire.Leaf("fp:TransaktionsDatoTid", fakewire.DateTime).Optional(),
			fakewire.Leaf("fp:MasseForsendelseIdentifikator", fakewire.Length(1, 38)).Optional(),
			fakewire.Leaf("fp:KvitteringsTypeKode", fakewire.Among("Alle", "Ingen", "Kun fejl")).Optional(),
			fakewire.Leaf("fp:KvitteringsEmail", fakewire.Pattern(mail)).Optional(),
		).Optional(),
		fakewire.Block("fp:DokumentParametre",
			fakewire.Leaf("sd:TitelTekst", fakewire.Length(0, 4000)).Optional(),
			fakewire.Leaf("sd:UUIDIdentifikator", fakewire.Length(36, 36)).Optional(),
			fakewire.Leaf("sd:BrevDato", fakewire.Length(10, 16)).Optional(),
			fakewire.Anything("fp:MeddelelsesFormatObjekt").Optional(),
		),
		fakewire.Block("fp:KanalUafhaengigeParametreI",
			fakewire.Leaf("fp:EnhedTekst", fakewire.Length(0, 2000)).Optional(),
			fakewire.Leaf("fp:BrugerNavn", fakewire.Length(1, 2000)),
			fakewire.Leaf("fp:KonteringsGruppeTekst", fakewire.Length(0, 2000)).Optional(),
			fakewire.Block("fp:ForsendelseAfsender", addressSchema("fp:AfsenderAdresse").Optional()).Optional(),
			fakewire.Leaf("fp:PaatrykAfsenderAdresseIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:PaatrykModtagerAdresseIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:PaatrykBrevdatoIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:KanalKode", fakewire.Among("Digital Post", "Fysisk Post")).Optional(),
			fakewire.Leaf("fp:HasteBrevIndikator", fakewire.Boolean).Optional(),
		).Optional(),
		fakewire.Block("fp:PrintParametre",
			fakewire.Leaf("fp:SimplexDuplexKode", fakewire.Among("Simplex", "Duplex")).Optional(),
			fakewire.Leaf("fp:FarveSHKode", fakewire.Among("SH", "Farve")).Optional(),
			fakewire.Leaf("fp:KuvertTypeKode", fakewire.Among("C4", "C5", "MA")).Optional(),
		).Optional(),
		fakewire.Block("fp:DigitalPostParametre",
			fakewire.Leaf("dkal:AfsendelseDatoTid", fakewire.DateTime).Optional(),
			fakewire.Leaf("dkal:MeddelelseIndholdstypeIdentifikator", fakewire.Digits(1, 18)).Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarTypeNavn", fakewire.Among("angivet", "ikkeMuligt", "standard")).Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarPostkasseIdentifikator", fakewire.Digits(1, 18)).Optional(),
			fakewire.Leaf("dkal:MeddelelseSvarEmneIdentifikator", fakewire.Digits(1, 18)).Optional(),
			fakewire.Anything("dkal:MeddelelseFESDmetadata").Optional(),
			fakewire.Leaf("fp:MedsendDokumentRegistreringIndikator", fakewire.Boolean),
		).Optional(),
		fakewire.Block("fp:PostParametre",
			fakewire.Leaf("fp:PostKategoriKode", fakewire.Among("Prioritaire", "Economique", "Bulk", "Rekommanderet", "Rekommanderet med modtagerbevis", "Forkyndelse")).Optional(),
			fakewire.Leaf("fp:AllokeringsIdentifikator", fakewire.Length(0, 2000)).Optional(),
			fakewire.Leaf("fp:ReturposthaandteringHosLeverandoerIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:InformationVedAdresseAendringIndikator", fakewire.Boolean).Optional(),
			fakewire.Leaf("fp:SideKvantitet", fakewire.Digits(1, 9)).Optional(),
		).Optional(),
		fakewire.Block("fp:BilagSamling",
			fakewire.Block("fp:Bilag",
				fakewire.Leaf("fp:BilagNavn", fakewire.Length(1, 300)),
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
	line := func(which string) fakewire.Element {
		return fakewire.Leaf("dkcc05c:PostalAddress"+which+"LineText", fakewire.Length(1, 34))
	}
	postCode := fakewire.Leaf("dkcc05a:PostCodeIdentifier", fakewire.Digits(4, 4))
	return fakewire.Block(name,
		fakewire.Leaf("itst:PersonName", fakewire.Length(1, 130)),
		fakewire.Choice(
			[]fakewire.Element{
				fakewire.Leaf("fp:CoNavn", fakewire.Length(1, 130)).Optional(),
				fakewire.Leaf("dkcc05a:StreetName", fakewire.Length(1, 40)),
				fakewire.Leaf("dkcc03:StreetBuildingIdentifier", fakewire.Pattern(house)),
				fakewire.Leaf("dkcc03:FloorIdentifier", fakewire.Pattern(floor)).Optional(),
				fakewire.Leaf("dkcc03:SuiteIdentifier", fakewire.Length(1, 4)).Optional(),
				fakewire.Leaf("dkcc03:MailDeliverySublocationIdentifier", fakewire.Length(1, 34)).Optional(),
				postCode,
				fakewire.Leaf("dkcc05a:DistrictSubdivisionIdentifier", fakewire.Length(1, 34)).Optional(),
				fakewire.Leaf("dkcc05b:PostOfficeBoxIdentifier", fakewire.Pattern(postOfficeBox)).Optional(),
			},
			[]fakewire.Element{
				line("First"), line("Second").Optional(), line("Third").Optional(),
				line("Fourth").Optional(), line("Fifth").Optional(), line("Sixth").Optional(),
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
		fakewire.Leaf("fp:ForsendelseTypeIdentifikator", fakewire.Positive),
		recipientSchema())
}
