package ebokstest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// change replaces the first old with new, which must be there.
func change(t *testing.T, s, old, new string) string {
	t.Helper()
	assert.Contains(t, s, old)
	return strings.Replace(s, old, new, 1)
}

func TestStrictShipments(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	for _, c := range []struct{ name, old, new string }{
		{"order of the root", "<dkal:FilformatNavn>PDF</dkal:FilformatNavn><dkal:MeddelelseIndholdData>", "<dkal:MeddelelseIndholdData>"},
		{"type before id", "<ForsendelseTypeIdentifikator>1001</ForsendelseTypeIdentifikator>", ""},
		{"document parameters missing", "<DokumentParametre><sd:TitelTekst>Afgørelse om æblegrød på Ærø</sd:TitelTekst></DokumentParametre>", ""},
		{"user missing", "<BrugerNavn>Prøve</BrugerNavn>", ""},
		{"user after channel", "<BrugerNavn>Prøve</BrugerNavn><KanalKode>Digital Post</KanalKode>", "<KanalKode>Digital Post</KanalKode><BrugerNavn>Prøve</BrugerNavn>"},
		{"unknown element", "<BrugerNavn>", "<Ukendt/><BrugerNavn>"},
		{"element twice", "<BrugerNavn>Prøve</BrugerNavn>", "<BrugerNavn>Prøve</BrugerNavn><BrugerNavn>Prøve</BrugerNavn>"},
		{"other namespace of the root", "urn:oio:fjernprint:3.0.0", "urn:oio:fjernprint:2.0.0"},
		{"other namespace of a part", "urn:oio:dkal:1.0.0", "urn:oio:dkal:2.0.0"},
		{"title in the wrong namespace", "sd:TitelTekst>Afgørelse om æblegrød på Ærø</sd:", "TitelTekst>Afgørelse om æblegrød på Ærø</"},
		{"both numbers", "</CPRnummerIdentifikator>", "</CPRnummerIdentifikator><CVRnummerIdentifikator>12345674</CVRnummerIdentifikator>"},
		{"number in the wrong namespace", "CPRnummerIdentifikator>", "dkal:CPRnummerIdentifikator>"},
		{"channel unknown", ">Digital Post<", ">Brevdue<"},
		{"file format unknown", ">PDF<", ">DOCX<"},
		{"not base64", "<dkal:MeddelelseIndholdData>", "<dkal:MeddelelseIndholdData>æ"},
		{"base64 cut", "==</dkal:MeddelelseIndholdData>", "</dkal:MeddelelseIndholdData>"},
		{"text between", "<DokumentParametre>", "og<DokumentParametre>"},
		{"attribute", "<DokumentParametre>", `<DokumentParametre a="b">`},
		{"doctype", "<ForsendelseI", "<!DOCTYPE a><ForsendelseI"},
		{"something behind", "</ForsendelseI>", "</ForsendelseI><a/>"},
		{"not closed", "</ForsendelseI>", ""},
		{"type is no number", ">1001<", ">a<"},
		{"type is zero", ">1001<", ">0<"},
	} {
		l := letterTo(someone(9000))
		l.pdf = "%PDF-1.7 æøå!"
		body := l.write(ebokstest.Stralfors)
		broken := strings.Replace(body, c.old, c.new, 1)
		if c.name == "number in the wrong namespace" {
			broken = strings.ReplaceAll(body, c.old, c.new)
		}
		if c.name == "base64 cut" {
			broken = strings.Replace(body, "=</dkal:MeddelelseIndholdData>", "</dkal:MeddelelseIndholdData>", 1)
		}
		assert.NotEqual(t, body, broken, c.name)
		status, answer := s.must(http.MethodPut, s.path(l.id), broken)
		assert.Equal(t, http.StatusBadRequest, status, c.name)
		assert.Contains(t, answer, "<FejlKode>1001</FejlKode>", c.name)
		assert.Zero(t, s.fake.Count(l.id), c.name)
		status, answer = s.must(http.MethodPut, s.path(l.id), body)
		assert.Equal(t, http.StatusNoContent, status, answer)
	}
}

func TestShipmentsThatAreRefused(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	for name, c := range map[string]struct {
		code   string
		change func(*draft)
	}{
		"unknown type":         {ebokstest.CodeUnknownType, func(l *draft) { l.material = "4" }},
		"nobody, digital":      {ebokstest.CodeInvalidNumber, func(l *draft) { l.to = someone(0); l.to = (draft{}).to }},
		"paper, no address":    {ebokstest.CodeValidation, func(l *draft) { l.channel = "Fysisk Post" }},
		"empty document":       {ebokstest.CodeValidation, func(l *draft) { l.pdf = "" }},
		"title without an end": {ebokstest.CodeTooLarge, func(l *draft) { l.title = strings.Repeat("å", 2<<20) }},
	} {
		l := letterTo(someone(9000))
		c.change(&l)
		status, answer := s.send(l)
		assert.GreaterOrEqual(t, status, 400, name)
		assert.Contains(t, answer, "<FejlKode>"+c.code+"</FejlKode>", name)
		assert.Zero(t, s.fake.Count(l.id), name)
	}
	l := letterTo(someone(9000))
	for name, number := range map[string]string{"day 32": "3201501234", "replacement": "6101505000", "no such date": "3002505000"} {
		status, answer := s.must(http.MethodPut, s.path(l.id), change(t, l.write(ebokstest.Stralfors), l.to.CPR().Reveal(), number))
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, answer, ebokstest.CodeInvalidNumber, name)
		assert.NotContains(t, answer, number)
	}
	status, _ := s.must(http.MethodPut, s.path(letterTo(someone(1)).id), l.write(ebokstest.Stralfors))
	assert.Equal(t, http.StatusBadRequest, status, "another id in the address")
}

func TestOldNamespace(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	l := letterTo(someone(9000))
	body := change(t, l.write(ebokstest.Stralfors), "urn:oio:fjernprint:3.0.0", "urn:oio:fjernprint:1.0.0")
	status, _ := s.must(http.MethodPut, s.path(l.id), body)
	assert.Equal(t, http.StatusBadRequest, status, "in 1.0.0 the number has a namespace of its own")
	body = change(t, body, "<CPRnummerIdentifikator>", `<CPRnummerIdentifikator xmlns="urn:oio:adir:dagpenge:2009.07.01">`)
	status, answer := s.must(http.MethodPut, s.path(l.id), body)
	assert.Equal(t, http.StatusNoContent, status, answer)
}

func TestStrictDispatch(t *testing.T) {
	s := dial(t, ebokstest.NewPostNord(t))
	for _, c := range []struct{ name, old, new string }{
		{"order", "<ContentTypeId>1001</ContentTypeId><Title>Afgørelse om æblegrød på Ærø</Title>", "<Title>Afgørelse om æblegrød på Ærø</Title><ContentTypeId>1001</ContentTypeId>"},
		{"type before id", "<Type>P</Type><Nationality>DK</Nationality>", "<Nationality>DK</Nationality><Type>P</Type>"},
		{"nationality missing", "<Nationality>DK</Nationality>", ""},
		{"nationality", ">DK<", ">SE<"},
		{"namespace", "urn:eboks:en:3.0.0", "urn:eboks:en:2.0.0"},
		{"title missing", "<Title>Afgørelse om æblegrød på Ærø</Title>", ""},
		{"title too long", "Afgørelse", strings.Repeat("å", 300)},
		{"attachment", "</Content>", "</Content><Content/>"},
		{"extension", ">pdf<", ">html<"},
		{"person as company", "<Type>P", "<Type>V"},
	} {
		l := letterTo(someone(9000))
		body := l.write(ebokstest.PostNord)
		status, answer := s.must(http.MethodPut, s.path(l.id), change(t, body, c.old, c.new))
		assert.Equal(t, http.StatusBadRequest, status, "%s: %s", c.name, answer)
		assert.Zero(t, s.fake.Count(l.id), c.name)
	}
	l := letterTo(someone(9000))
	for _, path := range []string{
		strings.Replace(s.path(l.id), "004711", "4711", 1), strings.ToUpper(s.path(l.id)), s.path(l.id) + "0", s.path(l.id) + "/x",
	} {
		status, _ := s.must(http.MethodPut, path, l.write(ebokstest.PostNord))
		assert.GreaterOrEqual(t, status, 400, path)
	}
	assert.Zero(t, s.fake.Total())
}

// Without a channel the distributor chooses, and an address is needed only where
// it would have to print.
func TestEitherWithoutAnAddress(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	for i, want := range map[int]eboks.Status{9000: eboks.DeliveredDigital, 9004: eboks.Failed} {
		l := letterTo(someone(i))
		l.channel = ""
		status, answer := s.send(l)
		require.Equal(t, http.StatusNoContent, status, answer)
		s.fake.Advance(time.Hour)
		arrived, ok := s.fake.Letter(l.id)
		require.True(t, ok)
		assert.Equal(t, want, arrived.Status)
	}
}
