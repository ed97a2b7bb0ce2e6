package stralfors_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// Every known state by every spelling, and one that no table knows.
func TestEveryStateByEverySpelling(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	for _, c := range []struct {
		code, event, uuid string
		want              eboks.Status
	}{
		{"Afsendt", "Afsendt", "db5a6025-caa3-45c3-8e02-4e6fa8142ade", eboks.Submitted},
		{"ModtagetStraalforsConnect", "Modtaget Fjernprint", "dd98e71c-41ac-4305-a47b-8f86b00e639b", eboks.Accepted},
		{"Fejlet", "Fejlet", "e225a75c-4b63-46c4-9423-77f5c8762445", eboks.Failed},
		{"Klar", "Klar", "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8", eboks.Queued},
		{"AfleveretTilPrintOgKuvertering", "Afleveret til print og kuvertering", "e3c0a021-2070-40d4-b7b7-754aeba762e9", eboks.PrintQueued},
		{"ModtagetPostDanmark", "Modtaget Post Danmark", "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3", eboks.HandedToCarrier},
		{"Tilbagekaldt", "Tilbagekaldt", "f03904aa-df6e-417f-bd74-6a01a61adbcf", eboks.Recalled},
		{"OpdateringFraPostDanmark", "Opdatering fra Post Danmark", "f4e6eb11-0261-4198-8b5d-be92a9b1a35d", eboks.CarrierUpdate},
		{"ModtagetDigitalPost", "Modtaget Digital Post", "eb866ca2-b871-4387-b501-12cde577bd58", eboks.AcceptedDigital},
		{"AfleveretDigitalPost", "Afleveret Digital Post", "f7161a89-5068-4023-bc80-d7f4daad2a2e", eboks.DeliveredDigital},
		{"ModtagetStraalforsConnect", "Modtaget Strålfors Connect", "MODTAGETSTRA\u030aLFORSCONNECT", eboks.Accepted},
		{"ModtagetStraalforsConnect", "Modtaget Fjern-print", "Modtaget Fjern\u2011print", eboks.Accepted}, // as a live sender has it
	} {
		for _, word := range []string{c.code, c.event, c.uuid, strings.ToUpper(c.code), strings.ToUpper(c.uuid), " " + c.event + " ",
			"{" + c.uuid + "}", "urn:uuid:" + c.uuid, "URN:UUID:" + strings.ToUpper(c.uuid), strings.ReplaceAll(c.uuid, "-", ""),
			strings.ReplaceAll(c.event, " ", "-"), strings.ToUpper(strings.ReplaceAll(c.event, " ", "_"))} {
			srv.answers(200, page(transaction("1", theID, "2026-03-02T10:00:00Z", word, "")))
			events, err := s.ReadStatus(context.Background(), id(theID))
			require.NoError(t, err)
			require.Len(t, events, 1)
			assert.Equal(t, c.want, events[0].Status, word)
			assert.Equal(t, c.code, events[0].Code, word)
		}
	}
	for _, word := range []string{"Åbnet", "", "AfleveretDigitalPostX", strings.Repeat("Klar ", 100), "Afleveret", "Fjernprint - Klar"} {
		srv.answers(200, page(transaction("1", theID, "2026-03-02T10:00:00Z", word, "")))
		events, err := s.ReadStatus(context.Background(), id(theID))
		require.NoError(t, err)
		assert.Equal(t, eboks.Unknown, events[0].Status, word)
		assert.Empty(t, events[0].Code)
		assert.Contains(t, string(events[0].Raw.Reveal()), "<t:TransaktionsStatusKode>"+word+"<", "what nobody knows is kept")
	}
}

func TestAnEventHasEverything(t *testing.T) {
	srv := newServer(t)
	one := transaction("a-1", theID, "2026-03-02T10:00:00.25+01:00", "Fejlet",
		"<t:FejlDetaljer><t:FejlKode>2004</t:FejlKode><t:FejlTekst>Åse er død</t:FejlTekst></t:FejlDetaljer>")
	two := transaction("a-2", "PARTI/ø", "2026-07-02T10:00:00", "Klar", "")
	srv.answers(200, page(one, two))
	events, err := srv.sender(t).ReadEvents(context.Background(), "")
	require.NoError(t, err)
	require.Len(t, events, 2)
	e := events[0]
	assert.Equal(t, id(theID), e.ID)
	assert.Equal(t, eboks.Failed, e.Status)
	assert.Equal(t, "2004", e.Failure)
	assert.Equal(t, eboks.Deceased, e.Reachability)
	assert.Equal(t, time.Date(2026, 3, 2, 9, 0, 0, 250e6, time.UTC), e.At)
	assert.Equal(t, noon, e.Received)
	assert.Equal(t, eboks.Cursor("a-1"), e.Cursor)
	assert.Equal(t, one, string(e.Raw.Reveal()), "its own bytes, and nobody else's")

	e = events[1]
	assert.True(t, e.ID.IsZero(), "an id that was not made here")
	assert.Equal(t, time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC), e.At, "no zone: Danish summer time")
	assert.Equal(t, two, string(e.Raw.Reveal()))
	assert.Empty(t, e.Failure)
}

// Clock readings without a zone are Danish, unless the agreement says otherwise.
func TestTimesOfTheLog(t *testing.T) {
	srv := newServer(t)
	for written, want := range map[string]time.Time{
		"2026-01-02T10:00:00":           time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC),
		"2026-07-02T10:00:00":           time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC),
		"2026-07-02T10:00:00.123":       time.Date(2026, 7, 2, 8, 0, 0, 123e6, time.UTC),
		"2026-07-02T10:00:00Z":          time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC),
		"2026-07-02T10:00:00.123456Z":   time.Date(2026, 7, 2, 10, 0, 0, 123456e3, time.UTC),
		"2026-07-02T10:00:00+05:30":     time.Date(2026, 7, 2, 4, 30, 0, 0, time.UTC),
		"":                              {},
		" \n 2026-07-02T10:00:00Z \n ":  time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC),
		"2026-07-02T10:00:00.000-00:00": time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC),
	} {
		srv.answers(200, page(transaction("1", theID, written, "Klar", "")))
		events, err := srv.sender(t).ReadStatus(context.Background(), id(theID))
		require.NoError(t, err, written)
		assert.True(t, want.Equal(events[0].At), "%s: %s", written, events[0].At)
		assert.Equal(t, time.UTC, events[0].At.Location())
	}
	srv.answers(200, page(transaction("1", theID, "2026-07-02T10:00:00", "Klar", "")))
	events, err := srv.sender(t, func(c *stralfors.Config) { c.Wire.Zone = time.UTC }).ReadStatus(context.Background(), id(theID))
	require.NoError(t, err)
	assert.Equal(t, 10, events[0].At.Hour())
}

// The letter has different names in the log of digital and of printed letters.
func TestTheLetterOfATransaction(t *testing.T) {
	const start, end = `<t:TransaktionsIdentifikator>1</t:TransaktionsIdentifikator><t:TransaktionsStatusKode>Klar</t:TransaktionsStatusKode>`, `</t:Transaktion>`
	names := func(pairs ...string) string {
		b := `<t:Transaktion>` + start
		for i := 0; i < len(pairs); i += 2 {
			b += "<t:" + pairs[i] + ">" + pairs[i+1] + "</t:" + pairs[i] + ">"
		}
		return b + end
	}
	srv := newServer(t)
	s := srv.sender(t)
	zero := eboks.ID{}
	for name, c := range map[string]struct {
		entry string
		want  eboks.ID
	}{
		"AfsendelseIdentifikator":      {names("AfsendelseIdentifikator", theID), id(theID)},
		"digital: MessageUUID alone":   {names("MessageUUID", theID), id(theID)},
		"MessageUUID, the other empty": {names("AfsendelseIdentifikator", "", "MessageUUID", theID), id(theID)},
		"MessageId alone":              {names("MessageId", theID), id(theID)},
		"both agree":                   {names("AfsendelseIdentifikator", theID, "MessageUUID", strings.ToUpper(theID), "MessageId", "17"), id(theID)},
		"braces":                       {names("AfsendelseIdentifikator", "{"+strings.ToUpper(theID)+"}"), id(theID)},
		"urn":                          {names("MessageUUID", "urn:uuid:"+theID), id(theID)},
		"no hyphens":                   {names("AfsendelseIdentifikator", strings.ReplaceAll(theID, "-", "")), id(theID)},
		"nobody":                       {names(), zero},
		"an id not made here":          {names("AfsendelseIdentifikator", "PARTI/ø", "MessageUUID", theID), zero},
		"and one more character":       {names("AfsendelseIdentifikator", theID+"0"), zero},
	} {
		srv.answers(200, page(c.entry))
		events, err := s.ReadEvents(context.Background(), "")
		require.NoError(t, err, name)
		require.Equal(t, c.want, events[0].ID, name)
		require.False(t, events[0].Unread, name)
	}
	srv.answers(200, page(names("AfsendelseIdentifikator", theID, "MessageUUID", otherID)))
	own := srv.sender(t, func(c *stralfors.Config) { c.Wire.LetterNames = []string{"MessageUUID"} })
	events, err := own.ReadEvents(context.Background(), "")
	require.NoError(t, err)
	require.Equal(t, id(otherID), events[0].ID, "the agreement says which element it is")
}

// News of the carrier means what the agreement says; without that, it is news.
func TestNewsOfTheCarrier(t *testing.T) {
	news := func(codes ...string) string {
		b := "<t:ForsendelseHaendelseSamling>"
		for _, c := range codes {
			b += "<t:ForsendelseHaendelse><t:ForsendelseHaendelseTypeKode>" + c + "</t:ForsendelseHaendelseTypeKode>" +
				"<t:ForsendelseHaendelseDatoTid>2026-03-02T10:00:00</t:ForsendelseHaendelseDatoTid></t:ForsendelseHaendelse>"
		}
		return strings.Replace(transaction("1", theID, "", "Opdatering fra Post Danmark", ""),
			"<t:ForsendelseHaendelseSamling><t:ForsendelseHaendelse><t:TypeKode>x</t:TypeKode></t:ForsendelseHaendelse>", b, 1)
	}
	srv := newServer(t)
	table := srv.sender(t, func(c *stralfors.Config) {
		c.Wire.CarrierCodes = map[string]eboks.Status{"12": eboks.Returned, "3": eboks.HandedToCarrier, "4": eboks.CarrierUpdate}
	})
	for _, c := range []struct {
		codes []string
		want  eboks.Status
	}{
		{nil, eboks.CarrierUpdate}, {[]string{"12"}, eboks.Returned}, {[]string{"3"}, eboks.HandedToCarrier}, {[]string{"99"}, eboks.CarrierUpdate},
		{[]string{"3", "12", "4"}, eboks.Returned}, {[]string{"12", "99"}, eboks.Returned}, {[]string{""}, eboks.CarrierUpdate},
	} {
		srv.answers(200, page(news(c.codes...)))
		events, err := table.ReadStatus(context.Background(), id(theID))
		require.NoError(t, err)
		require.Equal(t, c.want, events[0].Status, c.codes)
		require.Equal(t, "OpdateringFraPostDanmark", events[0].Code)
		events, err = srv.sender(t).ReadStatus(context.Background(), id(theID))
		require.NoError(t, err)
		require.Equal(t, eboks.CarrierUpdate, events[0].Status, "no table")
	}
	srv.answers(200, page(news("1</t:ForsendelseHaendelseTypeKode><t:ForsendelseHaendelseTypeKode>12")))
	events, err := table.ReadStatus(context.Background(), id(theID))
	require.NoError(t, err)
	require.True(t, events[0].Unread, "two numbers of one piece of news")
}
