package pades

import (
	"fmt"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/shownline"
)

// Language is the language of [Report.Text].
type Language uint8

// The languages.
const (
	Danish Language = iota
	English
)

// both is a text in both languages.
type both struct{ da, en string }

func (b both) in(l Language) string {
	if l == English {
		return b.en
	}
	return b.da
}

// Text returns the reason in a sentence.
func (r Reason) Text(l Language) string { return reasonTexts[r].in(l) }

// Text returns the note in a sentence.
func (n Note) Text(l Language) string { return noteTexts[n].in(l) }

// Text returns the report for people. It has the names of those who signed, and no CPR
// number.
func (r *Report) Text(l Language) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		fmt.Fprintf(&b, strings.Repeat("  ", indent)+format+"\n", args...)
	}
	line(0, "%s", verdictTexts[r.Verdict].in(l))
	for _, reason := range r.Reasons {
		line(1, "%s [%s]", reason.Text(l), reason)
	}
	for _, s := range r.Signatures {
		line(0, both{"Underskrift %s: %s", "Signature %s: %s"}.in(l), quoted(s.Field), verdictTexts[s.Verdict].in(l))
		for _, p := range s.Persons {
			line(1, both{"Underskriver: %s", "Signed by: %s"}.in(l), p.describe(l))
		}
		if s.Signer != "" {
			line(1, both{"Segl: %s", "Seal: %s"}.in(l), clean(s.Signer))
		}
		switch {
		case s.Proven:
			line(1, both{"Senest: %s (tidsstempel)", "At the latest: %s (timestamp)"}.in(l), s.Time.Format(time.RFC3339))
		case !s.Time.IsZero():
			line(1, both{"Ifølge underskriften selv: %s", "By the signature's own word: %s"}.in(l), s.Time.Format(time.RFC3339))
		}
		for _, reason := range s.Reasons {
			line(1, "%s [%s]", reason.Text(l), reason)
		}
		for _, n := range s.Notes {
			line(1, "%s [%s]", n.Text(l), n)
		}
	}
	for _, t := range r.Timestamps {
		line(0, both{"Tidsstempel %s: %s", "Timestamp %s: %s"}.in(l), quoted(t.Field), verdictTexts[t.Verdict].in(l))
		if !t.Time.IsZero() {
			line(1, "%s", t.Time.Format(time.RFC3339))
		}
		for _, reason := range t.Reasons {
			line(1, "%s [%s]", reason.Text(l), reason)
		}
	}
	for _, c := range r.Changes {
		if !c.Allowed || c.Kind == "field-filled" {
			line(0, both{"Ændring i revision %d%s: %s [%s]", "Change in revision %d%s: %s [%s]"}.in(l), c.Revision, c.where(l), c.Text(l), c.Kind)
		}
	}
	if len(r.Discloses) > 0 {
		var all []string
		for _, d := range r.Discloses {
			all = append(all, disclosureTexts[d].in(l))
		}
		line(0, both{"Enhver, der har filen, kan læse: %s", "Anybody who has the file can read: %s"}.in(l), strings.Join(all, ", "))
	}
	return b.String()
}

// Text returns the kind of change in words.
func (c *Change) Text(l Language) string { return changeTexts[c.Kind].in(l) }

// where says where a change is, as far as that is known.
func (c *Change) where(l Language) string {
	s := ""
	if c.Page > 0 {
		s += fmt.Sprintf(both{", side %d", ", page %d"}.in(l), c.Page)
	}
	if c.Object > 0 {
		s += fmt.Sprintf(both{", objekt %d", ", object %d"}.in(l), c.Object)
	}
	if c.Field != "" {
		s += fmt.Sprintf(both{", felt %s", ", field %s"}.in(l), quoted(c.Field))
	}
	return s
}

// describe says who a person is, without a CPR number.
func (p *Person) describe(l Language) string {
	name := clean(p.Name)
	if name == "" {
		name = both{"uden navn", "without a name"}.in(l)
	}
	if p.Scheme == drawing {
		return name + both{" (tegnet)", " (drawn)"}.in(l)
	}
	if p.Level.IsValid() {
		name += ", " + p.Level.String()
	}
	if p.Scheme != "" {
		name += ", " + clean(p.Scheme)
	}
	return name
}

// clean returns a text from a file without a CPR number, and with no character that a terminal
// would act on.
func clean(s string) string {
	return cprshape.Hide(strings.Map(func(r rune) rune {
		if shownline.Hidden(r) {
			return '\ufffd'
		}
		return r
	}, s))
}

func quoted(s string) string { return "“" + clean(s) + "”" }

var verdictTexts = map[Verdict]both{
	Passed:        {"godkendt", "passed"},
	Failed:        {"afvist", "failed"},
	Indeterminate: {"kan ikke afgøres", "indeterminate"},
}

var reasonTexts = map[Reason]both{
	NoSignature:           {"Ingen har underskrevet filen.", "Nobody has signed the file."},
	Malformed:             {"Filen er i stykker, så programmer kan vise forskelligt indhold.", "The file is broken, so that programs may show different things."},
	Coverage:              {"Underskriften dækker ikke hele sin del af filen.", "The signature does not cover its part of the file whole."},
	Replaced:              {"En senere ændring har udskiftet underskriften.", "A later update has replaced the signature."},
	DigestMismatch:        {"Underskriften gælder noget andet end det, der står i filen.", "The signature is about something else than what stands in the file."},
	SignatureWrong:        {"Underskriften er ikke lavet med certifikatets nøgle.", "The signature was not made with the certificate's key."},
	MessageMalformed:      {"Underskriften kan ikke læses.", "The signature cannot be read."},
	CertificateMismatch:   {"Underskriften nævner et andet certifikat end det, den er lavet med.", "The signature names another certificate than the one that made it."},
	CertificateNotYet:     {"Underskriften er fra før certifikatets gyldighed.", "The signature is from before the certificate's life."},
	CertificateExpired:    {"Certifikatet var udløbet, da underskriften blev lavet.", "The certificate had expired when the signature was made."},
	CertificateRevoked:    {"Certifikatet var spærret, da underskriften blev lavet.", "The certificate had been revoked when the signature was made."},
	CertificateUse:        {"Certifikatet er ikke til underskrifter.", "The certificate is not for signatures."},
	TimestampWrong:        {"Et tidsstempel gælder noget andet, eller er ikke ægte.", "A timestamp is about something else, or is not genuine."},
	TimestampFuture:       {"Et tidsstempel ligger i fremtiden.", "A timestamp lies in the future."},
	Modified:              {"Dokumentet er ændret efter underskriften.", "The document was changed after the signature."},
	EvidenceMalformed:     {"Beviset for hvem der underskrev kan ikke læses.", "The evidence of who signed cannot be read."},
	EvidenceWrong:         {"Beviset for hvem der underskrev holder ikke.", "The evidence of who signed does not hold."},
	EvidenceElsewhen:      {"Personen loggede ind på et andet tidspunkt end underskriften.", "The person logged in at another time than the signature."},
	EvidenceTwice:         {"Samme login står i to underskrifter.", "One login stands in two signatures."},
	TestEnvironment:       {"Underskriften er fra et testmiljø, hvor enhver kan underskrive som enhver.", "The signature is from a test environment, where anybody can sign as anybody."},
	OriginalDiffers:       {"Det er et andet dokument end originalen, der er underskrevet.", "Another document than the original was signed."},
	SignatureUnsupported:  {"Underskriften har en form, der ikke beviser noget i dag.", "The signature has a form that proves nothing today."},
	CertificateUntrusted:  {"Ingen af de kendte udstedere står inde for certifikatet.", "None of the known authorities vouches for the certificate."},
	RevocationUnknown:     {"Det vides ikke, om certifikatet var spærret.", "Whether the certificate was revoked is not known."},
	ExpiredWithoutProof:   {"Certifikatet er udløbet, og intet beviser, at det blev brugt før.", "The certificate has expired, and nothing proves that it was used before."},
	RevokedWithoutProof:   {"Certifikatet er spærret, og intet beviser, at det blev brugt før.", "The certificate was revoked, and nothing proves that it was used before."},
	TimestampMissing:      {"Underskriften mangler et tidsstempel.", "The signature has no timestamp."},
	TimestampUntrusted:    {"Ingen af de kendte udstedere står inde for tidsstemplet.", "None of the known authorities vouches for the timestamp."},
	CertificateUnnamed:    {"Underskriften nævner ikke sit certifikat.", "The signature does not name its certificate."},
	IndefiniteLength:      {"Underskriften er skrevet i BER med ubestemt længde, som reglerne her ikke tager.", "The signature is written in BER with indefinite lengths, which the policy does not take."},
	Weak:                  {"En algoritme eller nøgle er for svag eller ukendt.", "An algorithm or key is too weak or not known."},
	FormFilled:            {"Et felt er udfyldt efter underskriften.", "A form field was filled in after the signature."},
	EvidenceMissing:       {"Der er intet bevis for hvem der underskrev.", "There is no evidence of who signed."},
	OriginalRewritten:     {"Filen begynder ikke med originalen; kun seglet står inde for resten.", "The file does not begin with the original; the seal alone vouches for the rest."},
	CertificateUnreadable: {"Underskrivernes certifikat er ikke i filen.", "The signer's certificate is not in the file."},
}

var noteTexts = map[Note]both{
	TimeClaimed:   {"Tidspunktet er underskriftens eget.", "The time is the signature's own word."},
	Pinned:        {"Certifikatet er godkendt enkeltvis; ingen udsteder står inde for det.", "The certificate is trusted by itself; no authority vouches for it."},
	KeysBySeal:    {"Nøglerne til beviset fulgte med det; kun seglet står inde for dem.", "The keys of the evidence came with it; the seal alone vouches for them."},
	Drawn:         {"Underskriften er tegnet og beviser ikke, hvem der underskrev.", "The signature is drawn and does not prove who signed."},
	NotTheOnly:    {"Filen er føjet til siden.", "The file was added to since."},
	TestAllowed:   {"Underskriften er fra et testmiljø.", "The signature is from a test environment."},
	SHA1Named:     {"Underskriften nævner sit certifikat med SHA-1 alene.", "The signature names its certificate by SHA-1 alone."},
	StampUnproven: {"Et tidsstempel tæller ikke med.", "A timestamp does not count."},
	AnySeal:       {"Ingen udsteder står inde for certifikatet.", "No authority vouches for the certificate."},
	AnyTimestamp:  {"Ingen udsteder står inde for et tidsstempel.", "No authority vouches for a timestamp."},
}

var changeTexts = map[string]both{
	string(pdfscan.SignatureAdded):    {"endnu en underskrift", "another signature"},
	string(pdfscan.TimestampAdded):    {"et tidsstempel", "a timestamp"},
	string(pdfscan.ProofsAdded):       {"svar om spærring", "answers about revocation"},
	string(pdfscan.MetadataSet):       {"metadata er ændret", "metadata were changed"},
	string(pdfscan.PagesAdded):        {"sider er føjet til", "pages were added"},
	string(pdfscan.FieldAdded):        {"et felt til en underskrift er føjet til", "a field for a signature was added"},
	string(pdfscan.FieldFilled):       {"et felt er udfyldt", "a form field was filled in"},
	string(pdfscan.CatalogChanged):    {"filens katalog er ændret", "the catalog of the file was changed"},
	string(pdfscan.FormChanged):       {"formularen er ændret", "the form was changed"},
	string(pdfscan.PagesChanged):      {"siderne er andre", "the pages are others"},
	string(pdfscan.AnnotationChanged): {"noget oven på en side er ændret", "something on top of a page was changed"},
	string(pdfscan.ContentChanged):    {"det, der vises, er ændret", "what is shown was changed"},
	string(pdfscan.ActionAdded):       {"en handling, et lag eller en vedhæftet fil er føjet til", "an action, a layer or an attachment was added"},
	string(pdfscan.ObjectHidden):      {"programmer kan se forskellige ting", "programs may see different things"},
}

var disclosureTexts = map[Disclosure]both{
	DisclosesCPR: {"et CPR-nummer", "a CPR number"}, DisclosesName: {"navne", "names"}, DisclosesBirthDate: {"fødselsdatoer", "birth dates"},
	DisclosesAddress: {"adresser", "addresses"}, DisclosesID: {"personers id'er", "ids of persons"}, DisclosesIP: {"IP-adresser", "IP addresses"},
	DisclosesEmail: {"e-mailadresser", "e-mail addresses"},
}
