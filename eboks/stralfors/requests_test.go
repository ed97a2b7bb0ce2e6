package stralfors_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "requests", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), name)
}

// full says everything that a Config can say of a letter.
func full(c *stralfors.Config) {
	c.Materials = map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17", ContentType: "1041"}, "17": {ShipmentType: "17", ContentType: "1041"}}
	c.Unit, c.CostGroup = "Børn & Unge", "Konto <42>"
	c.From = eboks.Address{Name: "Ærø Kommune", Street: "Statene", House: "2", PostCode: "5970"}
	c.DocumentID, c.LetterDate = true, true
	c.Receipts = stralfors.Receipts{Mail: "kvittering@aeroe.example", Which: "Kun fejl", Time: true}
	c.Register = true
	c.Print = stralfors.Print{Sides: "Duplex", Colour: "SH", Envelope: "C5", StampFrom: stralfors.Yes, StampTo: stralfors.No, StampDate: stralfors.Yes,
		Urgent: stralfors.No, Category: "Rekommanderet med modtagerbevis", Allocation: "9", HandleReturns: stralfors.Yes, TellMoves: stralfors.No}
}

func v1(c *stralfors.Config) { c.Wire.Namespace = stralfors.Namespace1 }

// TestLettersLeaveAsTheGoldenFilesSay holds every byte of a letter that leaves
// against its file.
func TestLettersLeaveAsTheGoldenFilesSay(t *testing.T) {
	for name, c := range map[string]struct {
		letter func(*eboks.Letter)
		config []func(*stralfors.Config)
	}{
		"letter-person":                {},
		"letter-company":               {letter: func(l *eboks.Letter) { l.To = company }},
		"letter-namespace-1":           {config: []func(*stralfors.Config){v1}},
		"letter-namespace-1-company":   {letter: func(l *eboks.Letter) { l.To = company }, config: []func(*stralfors.Config){v1}},
		"letter-number-in-adir":        {config: []func(*stralfors.Config){func(c *stralfors.Config) { c.Wire.NumberNamespace = stralfors.NumberNamespace1 }}},
		"letter-number-in-dkal":        {config: []func(*stralfors.Config){func(c *stralfors.Config) { c.Wire.NumberNamespace = "urn:oio:dkal:1.0.0" }}},
		"letter-empty-document-params": {config: []func(*stralfors.Config){func(c *stralfors.Config) { c.Wire.NoTitle, c.Wire.ReplyUnsaid = true, true }}},
		"letter-no-reply-unsaid":       {config: []func(*stralfors.Config){func(c *stralfors.Config) { c.Wire.ReplyUnsaid = true }}},
		"letter-reply-standard":        {letter: func(l *eboks.Letter) { l.Reply.Mode = eboks.ReplyStandard }},
		"letter-reply-to": {letter: func(l *eboks.Letter) {
			l.Reply = eboks.Reply{Mode: eboks.ReplyTo, Mailbox: "4021", Subject: "7"}
		}},
		"letter-not-before": {letter: func(l *eboks.Letter) {
			l.NotBefore = time.Date(2026, 7, 1, 8, 0, 0, 1, time.FixedZone("CEST", 2*60*60))
		}},
		"letter-attachments": {letter: func(l *eboks.Letter) {
			l.Attachments = []eboks.Document{pdf("bilag æ").Named("Klagevejledning – sådan gør du.pdf"), pdf("bilag ø").Named("Løn & ferie.pdf")}
		}},
		"letter-then-print":       {letter: func(l *eboks.Letter) { l.Channel, l.Address = eboks.DigitalThenPrint, danish() }},
		"letter-print-only":       {letter: func(l *eboks.Letter) { l.Channel, l.Address = eboks.PrintOnly, danish() }},
		"letter-print-lines":      {letter: func(l *eboks.Letter) { l.Channel, l.Address = eboks.PrintOnly, foreign() }},
		"letter-print-company":    {letter: func(l *eboks.Letter) { l.To, l.Channel, l.Address = company, eboks.PrintOnly, danish() }},
		"letter-every-block":      {letter: everyBlock, config: []func(*stralfors.Config){full}},
		"letter-every-block-1":    {letter: everyBlock, config: []func(*stralfors.Config){full, v1}},
		"letter-every-digital":    {letter: everyDigital, config: []func(*stralfors.Config){full}},
		"letter-every-print-only": {letter: func(l *eboks.Letter) { everyBlock(l); l.Channel, l.Reply = eboks.PrintOnly, eboks.Reply{} }, config: []func(*stralfors.Config){full}},
		"letter-escaped": {letter: func(l *eboks.Letter) {
			l.Title = `Æ "Ø" 'Å' <b>&amp;</b> ]]> 漢字 €`
		}},
		"letter-own-words": {config: []func(*stralfors.Config){func(c *stralfors.Config) {
			c.Wire.Channels.Digital, c.Wire.FileFormat = "e-Boks", "pdf"
		}}},
		"letter-own-path": {config: []func(*stralfors.Config){func(c *stralfors.Config) {
			c.Wire.Operations.EnkeltforsendelseOpret = stralfors.Operation{Method: "POST", Path: "/v3/{system}/t/{type}?id={shipment}&m={material}"}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t)
			l := letter()
			if c.letter != nil {
				c.letter(l)
			}
			_, err := send(t, srv.sender(t, c.config...), l)
			require.Nil(t, err)
			got := srv.last(t)
			require.EqualValues(t, len(got.body), got.length, "Content-Length")
			golden(t, name, got.readable())
		})
	}
}

func everyBlock(l *eboks.Letter) {
	l.Channel, l.Address = eboks.DigitalThenPrint, danish()
	l.Reply = eboks.Reply{Mode: eboks.ReplyTo, Mailbox: "4021", Subject: "7"}
	l.Attachments = []eboks.Document{pdf("bilag å").Named("Bilag 1 – Åbningstider.pdf")}
}

func everyDigital(l *eboks.Letter) {
	everyBlock(l)
	l.Channel, l.Address, l.NotBefore = eboks.DigitalOnly, eboks.Address{}, noon.Add(36*time.Hour)
}

// The other services.
func TestCallsLeaveAsTheGoldenFilesSay(t *testing.T) {
	ctx := context.Background()
	person := eboks.Person(leapling())
	for name, c := range map[string]struct {
		call   func(*stralfors.Sender) error
		answer string
		config []func(*stralfors.Config)
	}{
		"recall": {func(s *stralfors.Sender) error {
			_, err := s.Recall(ctx, id(theID))
			return err
		}, recallAnswer(theID, "Tilbagekaldt", ""), nil},
		"log": {func(s *stralfors.Sender) error {
			_, err := s.ReadStatus(ctx, id(theID))
			return err
		}, `<TransaktionslogO/>`, nil},
		"events": {func(s *stralfors.Sender) error {
			_, err := s.ReadEvents(ctx, "")
			return err
		}, `<TransaktionslogO/>`, nil},
		"events-after": {func(s *stralfors.Sender) error {
			_, err := s.ReadEvents(ctx, "a+b/c=")
			return err
		}, `<TransaktionslogO/>`, []func(*stralfors.Config){func(c *stralfors.Config) { c.Wire.PageSize = 7 }}},
		"types": {func(s *stralfors.Sender) error {
			_, err := s.ShipmentTypes(ctx)
			return err
		}, `<ForsendelsesTyperO/>`, nil},
		"lookup-person": {func(s *stralfors.Sender) error {
			_, err := s.Lookup(ctx, person, "17")
			return err
		}, channelAnswer("Digital Post"), nil},
		"lookup-company-1": {func(s *stralfors.Sender) error {
			_, err := s.Lookup(ctx, company, "17")
			return err
		}, channelAnswer("Digital Post"), []func(*stralfors.Config){v1}},
		"lookup-own-path": {func(s *stralfors.Sender) error {
			_, err := s.Lookup(ctx, eboks.Person(cprtest.Number(7)), "17")
			return err
		}, channelAnswer("Digital Post"), []func(*stralfors.Config){func(c *stralfors.Config) {
			c.Wire.CPRInURL = true
			c.Wire.Operations.KanalvalgHent = stralfors.Operation{Method: "GET", Path: "/kanalvalg/{type}?cpr={cpr}&cvr={cvr}"}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t)
			srv.answers(200, c.answer)
			require.NoError(t, c.call(srv.sender(t, c.config...)))
			golden(t, name, srv.last(t).readable())
		})
	}
}

func recallAnswer(id, word, rest string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><f:ForsendelseStatus xmlns:f="urn:oio:fjernprint:3.0.0"><f:AfsendelseIdentifikator>` + id +
		`</f:AfsendelseIdentifikator><f:TilbagekaldStatus><f:TilbagekaldStatusKode>` + word + `</f:TilbagekaldStatusKode>` + rest +
		`</f:TilbagekaldStatus></f:ForsendelseStatus>`
}

func channelAnswer(word string) string {
	return `<KanalvalgO><KanalKode>` + word + `</KanalKode></KanalvalgO>`
}

// A person's number has no place on paper, nor an address on a digital letter.
func TestWhatALetterDoesNotNeedStaysHere(t *testing.T) {
	srv := newServer(t)
	l := letter()
	l.Channel, l.Address = eboks.PrintOnly, danish()
	_, err := send(t, srv.sender(t), l)
	require.Nil(t, err)
	got := srv.last(t)
	require.NotContains(t, string(got.body), l.To.CPR().Reveal())
	require.Contains(t, string(got.body), ">0000000000<")

	l = letter()
	l.Address = danish()
	_, err = send(t, srv.sender(t), l)
	require.Nil(t, err)
	got = srv.last(t)
	require.NotContains(t, string(got.body), "Sørensen")
	require.NotContains(t, got.uri, l.To.CPR().Reveal())
}
