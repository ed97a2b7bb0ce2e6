package stralforstest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// change replaces the first old with new, which must be there.
func change(t *testing.T, s, old, new string) string {
	t.Helper()
	assert.Contains(t, s, old)
	return strings.Replace(s, old, new, 1)
}

func TestStrictShipments(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
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
		l := rawpost.To(rawpost.Someone(9000))
		l.PDF = "%PDF-1.7 æøå!"
		body := l.Write("stralfors")
		broken := strings.Replace(body, c.old, c.new, 1)
		if c.name == "number in the wrong namespace" {
			broken = strings.ReplaceAll(body, c.old, c.new)
		}
		if c.name == "base64 cut" {
			broken = strings.Replace(body, "=</dkal:MeddelelseIndholdData>", "</dkal:MeddelelseIndholdData>", 1)
		}
		assert.NotEqual(t, body, broken, c.name)
		status, answer := s.Must(http.MethodPut, s.Path(l.ID), broken)
		assert.Equal(t, http.StatusBadRequest, status, c.name)
		assert.Contains(t, answer, "<FejlKode>1001</FejlKode>", c.name)
		assert.Zero(t, s.Fake.Count(l.ID), c.name)
		status, answer = s.Must(http.MethodPut, s.Path(l.ID), body)
		assert.Equal(t, http.StatusNoContent, status, answer)
	}
}

func TestShipmentsThatAreRefused(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	for name, c := range map[string]struct {
		code   string
		change func(*rawpost.Letter)
	}{
		"unknown type":      {ebokstest.CodeUnknownType, func(l *rawpost.Letter) { l.Material = "4" }},
		"nobody, digital":   {ebokstest.CodeInvalidNumber, func(l *rawpost.Letter) { l.To = rawpost.Someone(0); l.To = (rawpost.Letter{}).To }},
		"paper, no address": {ebokstest.CodeValidation, func(l *rawpost.Letter) { l.Channel = "Fysisk Post" }},
		"empty document":    {ebokstest.CodeValidation, func(l *rawpost.Letter) { l.PDF = "" }},
		// The rest of it is small enough for the server to read, so that no reset hides its answer.
		"title without an end": {ebokstest.CodeTooLarge, func(l *rawpost.Letter) { l.Title = strings.Repeat("å", 600<<10) }},
	} {
		l := rawpost.To(rawpost.Someone(9000))
		c.change(&l)
		status, answer := s.Send(l)
		assert.GreaterOrEqual(t, status, 400, name)
		assert.Contains(t, answer, "<FejlKode>"+c.code+"</FejlKode>", name)
		assert.Zero(t, s.Fake.Count(l.ID), name)
	}
	l := rawpost.To(rawpost.Someone(9000))
	for name, number := range map[string]string{"day 32": "3201501234", "replacement": "6101505000", "no such date": "3002505000"} {
		status, answer := s.Must(http.MethodPut, s.Path(l.ID), change(t, l.Write("stralfors"), l.To.CPR().Reveal(), number))
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, answer, ebokstest.CodeInvalidNumber, name)
		assert.NotContains(t, answer, number)
	}
	status, _ := s.Must(http.MethodPut, s.Path(rawpost.To(rawpost.Someone(1)).ID), l.Write("stralfors"))
	assert.Equal(t, http.StatusBadRequest, status, "another id in the address")
}

func TestOldNamespace(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	l := rawpost.To(rawpost.Someone(9000))
	body := change(t, l.Write("stralfors"), "urn:oio:fjernprint:3.0.0", "urn:oio:fjernprint:1.0.0")
	status, _ := s.Must(http.MethodPut, s.Path(l.ID), body)
	assert.Equal(t, http.StatusBadRequest, status, "in 1.0.0 the number has a namespace of its own")
	body = change(t, body, "<CPRnummerIdentifikator>", `<CPRnummerIdentifikator xmlns="urn:oio:adir:dagpenge:2009.07.01">`)
	status, answer := s.Must(http.MethodPut, s.Path(l.ID), body)
	assert.Equal(t, http.StatusNoContent, status, answer)
}

// Without a channel the distributor chooses, and an address is needed only where
// it would have to print.
func TestEitherWithoutAnAddress(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	for i, want := range map[int]eboks.Status{9000: eboks.DeliveredDigital, 9004: eboks.Failed} {
		l := rawpost.To(rawpost.Someone(i))
		l.Channel = ""
		status, answer := s.Send(l)
		require.Equal(t, http.StatusNoContent, status, answer)
		s.Fake.Advance(time.Hour)
		arrived, ok := s.Fake.Letter(l.ID)
		require.True(t, ok)
		assert.Equal(t, want, arrived.Status)
	}
}
