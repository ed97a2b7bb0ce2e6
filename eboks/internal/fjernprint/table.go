package fjernprint

import "regexp"

// rule is what the text of an element may be. If match is nil, every text of that
// length fits.
type rule struct {
	min, max int // characters; if max is zero, match alone decides
	match    func(string) bool
	says     string // what a text must be, in words
}

func length(low, high int) rule { return rule{min: low, max: high} }

func pattern(says, expr string) rule {
	return rule{match: regexp.MustCompile(`^(?:` + expr + `)$`).MatchString, says: says}
}

// positive is a whole number. The schema has no longest one; ten digits are what the
// ids of the portal have.
func positive() rule {
	r := pattern("a positive number of at most ten digits", `0*[1-9][0-9]*`)
	r.max = 10
	return r
}

// table has the elements that a sender can fill, by their local names. It is as
// narrow as the schema, and narrower where its comment says so.
var table = map[string]rule{
	"AfsendelseIdentifikator": length(1, 38),
	"FilformatNavn":           length(1, 10), // the schema: from 0

	"ForsendelseTypeIdentifikator":        positive(),
	"AllokeringsIdentifikator":            positive(),
	"MeddelelseIndholdstypeIdentifikator": pattern("a number of at most ten digits", `[0-9]{1,10}`),

	// TransaktionsParametreI, KanalUafhaengigeParametreI.
	"KvitteringsTypeKode": pattern(`"Alle", "Ingen" or "Kun fejl"`, `Alle|Ingen|Kun fejl`),
	// The schema admits nothing before the @, too.
	"KvitteringsEmail": pattern(`an e-mail address: 1 to 191 characters, @, 1 to 64 characters, without blanks and > ( ) [ ] \ , ; :`,
		`[^>()\[\]\\,;:@\s]{1,191}@[^>()\[\]\\,;:@\s]{1,64}`),
	"EnhedTekst":            length(0, 2000),
	"BrugerNavn":            length(1, 2000),
	"KonteringsGruppeTekst": length(0, 2000),
	"KanalKode":             pattern(`"Digital Post" or "Fysisk Post"`, `Digital Post|Fysisk Post`),

	// PrintParametre, PostParametre.
	"SimplexDuplexKode": pattern(`"Simplex" or "Duplex"`, `Simplex|Duplex`),
	"FarveSHKode":       pattern(`"SH" or "Farve"`, `SH|Farve`),
	"KuvertTypeKode":    pattern(`"C4", "C5" or "MA"`, `C4|C5|MA`),
	"PostKategoriKode": pattern(`"Prioritaire", "Economique", "Bulk", "Rekommanderet", "Rekommanderet med modtagerbevis" or "Forkyndelse"`,
		`Prioritaire|Economique|Bulk|Rekommanderet|Rekommanderet med modtagerbevis|Forkyndelse`),

	// Bilag.
	"BilagNavn": length(1, 300), // the schema: from 0

	// KontaktOplysning.
	"PersonName":                        length(1, 130),
	"CoNavn":                            length(1, 130),
	"StreetName":                        length(1, 40),
	"StreetBuildingIdentifier":          pattern(`1 to 999 and perhaps a capital letter A to Z, such as "12B"`, `[1-9][0-9]{0,2}[A-Z]?`),
	"FloorIdentifier":                   pattern(`1 to 99, ST, KL or K2 to K9, without a dot`, `[1-9][0-9]?|KL|ST|kl|st|[kK][2-9]`),
	"SuiteIdentifier":                   length(1, 4),
	"MailDeliverySublocationIdentifier": length(1, 34),
	"PostCodeIdentifier":                pattern("four digits", `[0-9]{4}`),
	"DistrictSubdivisionIdentifier":     length(1, 34),
	"PostOfficeBoxIdentifier":           pattern("1 to 9999", `[1-9][0-9]{0,3}`),
	// The lines of an address. The schema: from 0.
	"PostalAddressFirstLineText":  length(1, 34),
	"PostalAddressSecondLineText": length(1, 34),
	"PostalAddressThirdLineText":  length(1, 34),
	"PostalAddressFourthLineText": length(1, 34),
	"PostalAddressFifthLineText":  length(1, 34),
	"PostalAddressSixthLineText":  length(1, 34),
	// The schema admits other sorts of codes, too.
	"CountryIdentificationCode": pattern("two capital letters, such as SE", `[A-Z]{2}`),
}
