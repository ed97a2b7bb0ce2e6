package stralfors

import (
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// The namespaces beside fjernprint's, with the prefixes that the schemas are
// written about. fjernprint is the default namespace.
const (
	dkal = "urn:oio:dkal:1.0.0"
	sd   = "urn:oio:sagdok:3.0.0"
)

// unknownNumber stands for a person whose number does not leave: the schema wants
// one, and live senders send this on paper.
const unknownNumber = "0000000000"

// kind is a letter's Material in the ids of the agreement.
func (s *Sender) kind(m eboks.Material) (Material, *eboks.Error) {
	if s.cfg.Materials == nil {
		if !isShipmentType(string(m)) {
			return Material{}, refuse("Material is no shipment type: a positive number of at most ten digits; Config.Materials gives numbers names")
		}
		return Material{ShipmentType: string(m)}, nil
	}
	kind, ok := s.cfg.Materials[m]
	if !ok {
		return Material{}, refuse("Material is not in Config.Materials")
	}
	return kind, nil
}

// refuse is about a letter that cannot be written; nothing leaves.
func refuse(why string) *eboks.Error {
	return &eboks.Error{Kind: eboks.InputInvalid, Why: why, Then: eboks.Stop}
}

// carry refuses what ForsendelseI has no place for.
func (s *Sender) carry(l *eboks.Letter) *eboks.Error {
	unsupported := func(why string) *eboks.Error {
		return &eboks.Error{Kind: eboks.Unsupported, Why: why, Then: eboks.Stop}
	}
	switch {
	case l.Document.Size() == 0:
		return refuse("letters reach a Sender through a Client")
	case l.Channel.MayPrint() && s.cfg.NoPrint:
		return unsupported("Channel: Config.NoPrint")
	case l.Channel.MayPrint() && !l.NotBefore.IsZero():
		return unsupported("NotBefore: this wire holds back digital letters alone, and this one may be printed at once")
	case l.Channel == eboks.PrintOnly && l.Reply.Mode != eboks.NoReply:
		return unsupported("Reply: this wire carries it for digital letters alone")
	case l.Channel.MayPrint() && !writable(&l.Address):
		return unsupported("Address: this wire has no post box without a street; use Lines")
	}
	for _, d := range l.Attachments {
		if d.Size() == 0 {
			return refuse("letters reach a Sender through a Client")
		}
	}
	return nil
}

// forsendelse writes one ForsendelseI. The order is the schema's xs:sequence.
func (s *Sender) forsendelse(b *xmlbody.Builder, l *eboks.Letter, kind Material, attrs ...string) {
	digital := l.Channel != eboks.PrintOnly
	b.Open("ForsendelseI", attrs...)
	b.Text("AfsendelseIdentifikator", l.ID.String())
	b.Text("ForsendelseTypeIdentifikator", kind.ShipmentType)
	b.Open("ForsendelseModtager")
	s.recipient(b, l.To, digital)
	if l.Channel.MayPrint() {
		address(b, "ModtagerAdresse", l.Address)
	}
	b.Close()
	b.Text("dkal:FilformatNavn", s.cfg.Wire.FileFormat)
	b.Base64("dkal:MeddelelseIndholdData", l.Document.Size(), l.Document.Content)
	s.transaction(b)
	s.document(b, l)
	s.everyChannel(b, l.Channel)
	if l.Channel.MayPrint() {
		s.printing(b)
	}
	if digital {
		s.digital(b, l, kind)
	}
	if l.Channel.MayPrint() {
		s.postage(b)
	}
	s.attachments(b, l.Attachments)
	b.Close()
}

// recipient writes the one number. numbered: a person's own may leave.
func (s *Sender) recipient(b *xmlbody.Builder, to eboks.Recipient, numbered bool) {
	element, number := "CVRnummerIdentifikator", to.CVR().String()
	if n := to.CPR(); !n.IsZero() {
		element, number = "CPRnummerIdentifikator", unknownNumber
		if numbered {
			number = n.Reveal()
		}
	}
	b.Open("dkal:AfsendelseModtager")
	switch s.cfg.Wire.NumberNamespace {
	case s.cfg.Wire.Namespace:
		b.Text(element, number)
	case dkal:
		b.Text("dkal:"+element, number)
	default:
		b.Text("adir:"+element, number, "xmlns:adir", s.cfg.Wire.NumberNamespace)
	}
	b.Close()
}

func (s *Sender) transaction(b *xmlbody.Builder) {
	r := s.cfg.Receipts
	if r == (Receipts{}) {
		return
	}
	b.Open("TransaktionsParametreI")
	if r.Time {
		b.Text("TransaktionsDatoTid", dateTime(s.now()))
	}
	b.TextIf("KvitteringsTypeKode", r.Which)
	b.TextIf("KvitteringsEmail", r.Mail)
	b.Close()
}

func (s *Sender) document(b *xmlbody.Builder, l *eboks.Letter) {
	var space []string
	if !s.cfg.Wire.NoTitle || s.cfg.DocumentID || s.cfg.LetterDate {
		space = []string{"xmlns:sd", sd}
	}
	b.Open("DokumentParametre", space...)
	if !s.cfg.Wire.NoTitle {
		b.Text("sd:TitelTekst", l.Title)
	}
	if s.cfg.DocumentID {
		b.Text("sd:UUIDIdentifikator", l.ID.String())
	}
	if s.cfg.LetterDate {
		b.Text("sd:BrevDato", s.cfg.Now().In(s.cfg.Wire.Zone).Format(time.DateOnly))
	}
	b.Close()
}

func (s *Sender) everyChannel(b *xmlbody.Builder, c eboks.Channel) {
	b.Open("KanalUafhaengigeParametreI")
	b.TextIf("EnhedTekst", s.cfg.Unit)
	b.Text("BrugerNavn", s.cfg.User)
	b.TextIf("KonteringsGruppeTekst", s.cfg.CostGroup)
	if !s.cfg.From.IsZero() {
		b.Open("ForsendelseAfsender")
		address(b, "AfsenderAdresse", s.cfg.From)
		b.Close()
	}
	if c.MayPrint() {
		choose(b, "PaatrykAfsenderAdresseIndikator", s.cfg.Print.StampFrom)
		choose(b, "PaatrykModtagerAdresseIndikator", s.cfg.Print.StampTo)
		choose(b, "PaatrykBrevdatoIndikator", s.cfg.Print.StampDate)
	}
	b.TextIf("KanalKode", s.cfg.Wire.Channels.of(c))
	if c.MayPrint() {
		choose(b, "HasteBrevIndikator", s.cfg.Print.Urgent)
	}
	b.Close()
}

// of returns the word for a channel.
func (c Channels) of(channel eboks.Channel) string {
	switch channel {
	case eboks.DigitalOnly:
		return c.Digital
	case eboks.PrintOnly:
		return c.Print
	default:
		return c.Either
	}
}

func (s *Sender) printing(b *xmlbody.Builder) {
	p := s.cfg.Print
	if p.Sides == "" && p.Colour == "" && p.Envelope == "" {
		return
	}
	b.Open("PrintParametre")
	b.TextIf("SimplexDuplexKode", p.Sides)
	b.TextIf("FarveSHKode", p.Colour)
	b.TextIf("KuvertTypeKode", p.Envelope)
	b.Close()
}

func (s *Sender) digital(b *xmlbody.Builder, l *eboks.Letter, kind Material) {
	answer := replyWord(l.Reply.Mode)
	if l.Reply.Mode == eboks.NoReply && s.cfg.Wire.ReplyUnsaid {
		answer = ""
	}
	if l.NotBefore.IsZero() && kind.ContentType == "" && answer == "" && !s.cfg.Register {
		return
	}
	b.Open("DigitalPostParametre")
	if !l.NotBefore.IsZero() {
		b.Text("dkal:AfsendelseDatoTid", dateTime(l.NotBefore))
	}
	b.TextIf("dkal:MeddelelseIndholdstypeIdentifikator", kind.ContentType)
	b.TextIf("dkal:MeddelelseSvarTypeNavn", answer)
	b.TextIf("dkal:MeddelelseSvarPostkasseIdentifikator", l.Reply.Mailbox)
	b.TextIf("dkal:MeddelelseSvarEmneIdentifikator", l.Reply.Subject)
	b.Text("MedsendDokumentRegistreringIndikator", strconv.FormatBool(s.cfg.Register))
	b.Close()
}

// replyWord is dkal:MeddelelseSvarTypeNavn.
func replyWord(m eboks.ReplyMode) string {
	switch m {
	case eboks.ReplyStandard:
		return "standard"
	case eboks.ReplyTo:
		return "angivet"
	default:
		return "ikkeMuligt"
	}
}

func (s *Sender) postage(b *xmlbody.Builder) {
	p := s.cfg.Print
	if p.Category == "" && p.Allocation == "" && p.HandleReturns == Unsaid && p.TellMoves == Unsaid {
		return
	}
	b.Open("PostParametre")
	b.TextIf("PostKategoriKode", p.Category)
	b.TextIf("AllokeringsIdentifikator", p.Allocation)
	choose(b, "ReturposthaandteringHosLeverandoerIndikator", p.HandleReturns)
	choose(b, "InformationVedAdresseAendringIndikator", p.TellMoves)
	b.Close()
}

func (s *Sender) attachments(b *xmlbody.Builder, ds []eboks.Document) {
	if len(ds) == 0 {
		return
	}
	b.Open("BilagSamling")
	for i, d := range ds {
		b.Open("Bilag")
		b.Text("BilagNavn", d.Name)
		b.Text("dkal:FilformatNavn", s.cfg.Wire.FileFormat)
		b.Text("BilagSorteringsIndeksIdentifikator", strconv.Itoa(i))
		b.Base64("dkal:VedhaeftningIndholdData", d.Size(), d.Content)
		b.Close()
	}
	b.Close()
}

func choose(b *xmlbody.Builder, element string, c Choice) {
	if c != Unsaid {
		b.Text(element, strconv.FormatBool(c == Yes))
	}
}

// dateTime writes a time in UTC, to the second above: never before t.
func dateTime(t time.Time) string {
	return t.UTC().Add(time.Second - 1).Truncate(time.Second).Format("2006-01-02T15:04:05Z")
}
