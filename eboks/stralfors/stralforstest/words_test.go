package stralforstest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// The log writes states and ids as real systems do.
func TestWordsOfTheLog(t *testing.T) {
	fake := stralforstest.New(t)
	s := rawpost.Dial(t, fake)
	l := rawpost.To(rawpost.Someone(9000))
	s.Send(l)
	fake.Advance(time.Hour)
	id := l.ID.String()
	for _, c := range []struct {
		change func(*stralforstest.Settings)
		want   []string
		absent string
	}{
		{func(set *stralforstest.Settings) {}, []string{">ModtagetStraalforsConnect<", "<AfsendelseIdentifikator>" + id + "<", ">AfleveretDigitalPost<"}, ""},
		{func(set *stralforstest.Settings) { set.States = stralforstest.EventNames }, []string{">Modtaget Fjern-print<", ">Afleveret Digital Post<"}, "ModtagetStraalfors"},
		{func(set *stralforstest.Settings) { set.States = stralforstest.StateUUIDs }, []string{">dd98e71c-41ac-4305-a47b-8f86b00e639b<"}, "Afleveret"},
		{func(set *stralforstest.Settings) { set.States = stralforstest.BracedUUIDs }, []string{">{DD98E71C-41AC-4305-A47B-8F86B00E639B}<"}, "Afleveret"},
		{func(set *stralforstest.Settings) { set.States = stralforstest.URNUUIDs }, []string{">urn:uuid:dd98e71c-41ac-4305-a47b-8f86b00e639b<"}, "Afleveret"},
		{func(set *stralforstest.Settings) { set.IDs = stralforstest.UpperIDs }, []string{"<AfsendelseIdentifikator>" + strings.ToUpper(id) + "<"}, ""},
		{func(set *stralforstest.Settings) { set.IDs = stralforstest.BracedIDs }, []string{"<AfsendelseIdentifikator>{" + id + "}<"}, ""},
		{func(set *stralforstest.Settings) { set.IDs = stralforstest.URNIDs }, []string{"<MessageUUID>urn:uuid:" + id + "<"}, ""},
		{func(set *stralforstest.Settings) { set.MessageUUIDs = true }, []string{"<MessageUUID>" + id + "<"}, "AfsendelseIdentifikator"},
	} {
		fake.Configure(func(set *stralforstest.Settings) {
			*set = stralforstest.Settings{Settings: set.Settings}
			c.change(set)
		})
		page := logOf(t, s, "transaktionslog")
		for _, want := range c.want {
			assert.Contains(t, page, want)
		}
		if c.absent != "" {
			assert.NotContains(t, page, c.absent)
		}
	}
}

// A printed letter keeps AfsendelseIdentifikator, and the carrier can tell of it.
func TestCarrier(t *testing.T) {
	fake := stralforstest.New(t)
	fake.Configure(func(set *stralforstest.Settings) { set.MessageUUIDs = true })
	s := rawpost.Dial(t, fake)
	l := rawpost.To(rawpost.Someone(1))
	l.Channel, l.Address = "Fysisk Post", true
	s.Send(l)
	fake.Advance(time.Hour)
	path := "forsendelser/" + l.ID.String() + "/transaktionslog"
	assert.NotContains(t, logOf(t, s, path), "<ForsendelseHaendelse>")
	fake.TellCarrier(l.ID, stralforstest.CarrierReturned)
	fake.TellCarrier(eboks.NewID(), stralforstest.CarrierMoved)
	page := logOf(t, s, path)
	assert.Equal(t, "OpdateringFraPostDanmark", states(page)[len(states(page))-1])
	assert.Contains(t, page, "<ForsendelseHaendelseSamling><ForsendelseHaendelse><ForsendelseHaendelseTypeKode>401</ForsendelseHaendelseTypeKode><ForsendelseHaendelseDatoTid>")
	assert.Contains(t, page, "<ForsendelseHaendelseBeloeb>0.00<")
	assert.Equal(t, 1, strings.Count(page, "<ForsendelseHaendelse>"))
	assert.Contains(t, page, "<AfsendelseIdentifikator>"+l.ID.String()+"<", "on paper")
	assert.Equal(t, eboks.Returned, stralforstest.CarrierCodes()[stralforstest.CarrierReturned])
}

// One entry of the log that cannot be read stands before each that can.
func TestUnreadableEntries(t *testing.T) {
	for how, want := range map[ebokstest.Receipts]string{
		ebokstest.BadTime:        "T24:00:00+0100</TransaktionsDatoTid>",
		ebokstest.DoubledElement: "<TransaktionsStatusKode>Fejlet</TransaktionsStatusKode><TransaktionsStatusKode>Fejlet</TransaktionsStatusKode>",
		ebokstest.TwoErrors:      "</FejlDetaljer><FejlDetaljer>",
	} {
		fake := stralforstest.New(t)
		fake.SetReceipts(how)
		s := rawpost.Dial(t, fake)
		l := rawpost.To(rawpost.Someone(9000))
		s.Send(l)
		fake.Advance(time.Hour)
		page := logOf(t, s, "transaktionslog")
		assert.Equal(t, 4, strings.Count(page, want), how.String())
		assert.Equal(t, 8, strings.Count(page, "<Transaktion>"), how.String())
		assert.Contains(t, page, ">AfleveretDigitalPost<")
		assert.Equal(t, 1, fake.Delivered(l.ID))
	}
}

// Fields of an address are held to the patterns of the public schema.
func TestAddressFields(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	const floor, street = "<c:StreetBuildingIdentifier>12B</c:StreetBuildingIdentifier>", "<a:StreetName>Ærøvej</a:StreetName>"
	try := func(old, new string) int {
		l := rawpost.To(rawpost.Someone(1))
		l.Channel, l.Address = "Fysisk Post", true
		status, _ := s.Must(http.MethodPut, s.Path(l.ID), change(t, l.Write("stralfors"), old, new))
		return status
	}
	element := func(name, text string) string { return "<" + name + ">" + text + "</" + name + ">" }
	mail := func(text string) string {
		return "<TransaktionsParametreI>" + element("KvitteringsEmail", text) + "</TransaktionsParametreI><DokumentParametre>"
	}
	for _, c := range []struct {
		old, new  string
		good, bad []string
	}{
		{floor, floor + element("c:FloorIdentifier", "?"), []string{"1", "99", "ST", "st", "KL", "kl", "K2", "k9"}, []string{"1.", "St", "th", "0", "01", "2C", "-1", "M", "K1", "100", ""}},
		{floor, element("c:StreetBuildingIdentifier", "?"), []string{"1", "999", "12B", "7Z"}, []string{"12 b", "12b", "0", "012", "1000", "12AB", "12Æ", ""}},
		{element("a:PostCodeIdentifier", "5970"), element("a:PostCodeIdentifier", "?"), []string{"0800", "9990"}, []string{"99999", "597", "597O", "5970 "}},
		{street, element("CoNavn", "?") + street, []string{strings.Repeat("å", 130)}, []string{strings.Repeat("å", 131), ""}},
		{">DK</c:", ">?</c:", []string{"SE", "swe", "208", "5100"}, []string{"Danmark", "D", "D1", ""}},
		{"<DokumentParametre>", mail("?"), []string{"post@ærø.example", strings.Repeat("a", 191) + "@" + strings.Repeat("b", 64), "a@b"},
			[]string{"a,b@x.dk", "(a)@x.dk", "a;b@x.dk", "a b@x.dk", strings.Repeat("a", 192) + "@b", "a@" + strings.Repeat("b", 65), "a@b@c", "a"}},
	} {
		for _, text := range c.good {
			assert.Equal(t, http.StatusNoContent, try(c.old, strings.Replace(c.new, "?", text, 1)), "%s: %q", c.new, text)
		}
		for _, text := range c.bad {
			assert.Equal(t, http.StatusBadRequest, try(c.old, strings.Replace(c.new, "?", text, 1)), "%s: %q", c.new, text)
		}
	}
}
