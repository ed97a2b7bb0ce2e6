package ebokstest

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

// connectSpaces returns the namespaces of a request whose root is in space. The
// recipient's number is in adir; with 3.0.0 it may also be in the letter's own.
func connectSpaces(space string) map[string][]string {
	fp, id := nsFP3, []string{nsFP3, nsADIR}
	if space == nsFP1 {
		fp, id = nsFP1, []string{nsADIR}
	}
	return map[string][]string{
		"fp": {fp}, "id": id, "dkal": {nsDKAL}, "sd": {nsSD}, "itst": {nsITST},
		"dkcc03": {nsDKCC03}, "dkcc05a": {nsDKCC05A}, "dkcc05b": {nsDKCC05B}, "dkcc05c": {nsDKCC05C},
	}
}

// shipmentSchema is ForsendelseI of fjernprint 1.0.0. In Connect the shipment
// type is required.
func shipmentSchema() element {
	return block("fp:ForsendelseI",
		leaf("fp:AfsendelseIdentifikator", length(1, 38)),
		leaf("fp:ForsendelseTypeIdentifikator", positive),
		block("fp:ForsendelseModtager", recipientSchema().optional(), addressSchema("fp:ModtagerAdresse").optional()).optional(),
		leaf("dkal:FilformatNavn", fileFormat),
		document("dkal:MeddelelseIndholdData"),
		block("fp:TransaktionsParametreI",
			leaf("fp:TransaktionsDatoTid", dateTime).optional(),
			leaf("fp:MasseForsendelseIdentifikator", length(1, 38)).optional(),
			leaf("fp:KvitteringsTypeKode", among("Alle", "Ingen", "Kun fejl")).optional(),
			leaf("fp:KvitteringsEmail", length(1, 320)).optional(),
		).optional(),
		block("fp:DokumentParametre",
			leaf("sd:TitelTekst", length(0, 4000)).optional(),
			leaf("sd:UUIDIdentifikator", length(36, 36)).optional(),
			leaf("sd:BrevDato", length(10, 16)).optional(),
			anything("fp:MeddelelsesFormatObjekt").optional(),
		),
		block("fp:KanalUafhaengigeParametreI",
			leaf("fp:EnhedTekst", length(0, 2000)).optional(),
			leaf("fp:BrugerNavn", length(1, 2000)),
			leaf("fp:KonteringsGruppeTekst", length(0, 2000)).optional(),
			block("fp:ForsendelseAfsender", addressSchema("fp:AfsenderAdresse").optional()).optional(),
			leaf("fp:PaatrykAfsenderAdresseIndikator", boolean).optional(),
			leaf("fp:PaatrykModtagerAdresseIndikator", boolean).optional(),
			leaf("fp:PaatrykBrevdatoIndikator", boolean).optional(),
			leaf("fp:KanalKode", among("Digital Post", "Fysisk Post")).optional(),
			leaf("fp:HasteBrevIndikator", boolean).optional(),
		).optional(),
		block("fp:PrintParametre",
			leaf("fp:SimplexDuplexKode", among("Simplex", "Duplex")).optional(),
			leaf("fp:FarveSHKode", among("SH", "Farve")).optional(),
			leaf("fp:KuvertTypeKode", among("C4", "C5", "MA")).optional(),
		).optional(),
		block("fp:DigitalPostParametre",
			leaf("dkal:AfsendelseDatoTid", dateTime).optional(),
			leaf("dkal:MeddelelseIndholdstypeIdentifikator", digits(1, 18)).optional(),
			leaf("dkal:MeddelelseSvarTypeNavn", among("angivet", "ikkeMuligt", "standard")).optional(),
			leaf("dkal:MeddelelseSvarPostkasseIdentifikator", digits(1, 18)).optional(),
			leaf("dkal:MeddelelseSvarEmneIdentifikator", digits(1, 18)).optional(),
			anything("dkal:MeddelelseFESDmetadata").optional(),
			leaf("fp:MedsendDokumentRegistreringIndikator", boolean),
		).optional(),
		block("fp:PostParametre",
			leaf("fp:PostKategoriKode", among("Prioritaire", "Economique", "Bulk", "Rekommanderet", "Rekommanderet med modtagerbevis", "Forkyndelse")).optional(),
			leaf("fp:AllokeringsIdentifikator", length(0, 2000)).optional(),
			leaf("fp:ReturposthaandteringHosLeverandoerIndikator", boolean).optional(),
			leaf("fp:InformationVedAdresseAendringIndikator", boolean).optional(),
			leaf("fp:SideKvantitet", digits(1, 9)).optional(),
		).optional(),
		block("fp:BilagSamling",
			block("fp:Bilag",
				leaf("fp:BilagNavn", length(1, 300)),
				leaf("dkal:FilformatNavn", fileFormat),
				leaf("fp:BilagSorteringsIndeksIdentifikator", digits(1, 9)),
				choice(
					[]element{leaf("dkal:BilagIdentifikator", length(1, 10))},
					[]element{document("dkal:VedhaeftningIndholdData")},
					[]element{leaf("dkal:VedhaeftningIndholdURLreference", length(1, 2000)), leaf("fp:VedhaeftSomIndholdDataIndikator", boolean)},
				),
			).upTo(100),
		).optional(),
	)
}

// fileFormat: only PDF is taken.
func fileFormat(s string) bool { return s == "PDF" || s == "pdf" }

func recipientSchema() element {
	return block("dkal:AfsendelseModtager", choice(
		[]element{leaf("id:CPRnummerIdentifikator", digits(10, 10))},
		[]element{leaf("id:CVRnummerIdentifikator", digits(8, 8))},
	))
}

func addressSchema(name string) element {
	line := func(which string) element {
		return leaf("dkcc05c:PostalAddress"+which+"LineText", length(1, 34))
	}
	postCode := leaf("dkcc05a:PostCodeIdentifier", digits(4, 4))
	return block(name,
		leaf("itst:PersonName", length(1, 130)),
		choice(
			[]element{
				leaf("fp:CoNavn", length(1, 34)).optional(),
				leaf("dkcc05a:StreetName", length(1, 40)),
				leaf("dkcc03:StreetBuildingIdentifier", house),
				leaf("dkcc03:FloorIdentifier", floor).optional(),
				leaf("dkcc03:SuiteIdentifier", length(1, 4)).optional(),
				leaf("dkcc03:MailDeliverySublocationIdentifier", length(1, 34)).optional(),
				postCode,
				leaf("dkcc05a:DistrictSubdivisionIdentifier", length(1, 34)).optional(),
				leaf("dkcc05b:PostOfficeBoxIdentifier", digits(1, 4)).optional(),
			},
			[]element{
				line("First"), line("Second").optional(), line("Third").optional(),
				line("Fourth").optional(), line("Fifth").optional(), line("Sixth").optional(),
				postCode.optional(),
			},
		),
		leaf("dkcc03:CountryIdentificationCode", length(1, 5)).
			with("scheme", "iso3166-alpha2", "iso3166-alpha3", "un-numeric3", "imk"),
	)
}

// massSchema and channelSchema are made up.
func massSchema() element {
	return block("fp:MasseforsendelseI",
		leaf("fp:MasseForsendelseIdentifikator", length(1, 38)),
		leaf("fp:ForsendelseTypeIdentifikator", positive))
}

func channelSchema() element {
	return block("fp:KanalvalgI",
		leaf("fp:ForsendelseTypeIdentifikator", positive),
		recipientSchema())
}
