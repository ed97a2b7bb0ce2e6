package stralfors_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// transaction is one entry of the log with everything that is known to be in one.
func transaction(marker, id, at, word, rest string) string {
	return `<t:Transaktion><t:TransaktionsIdentifikator>` + marker + `</t:TransaktionsIdentifikator><t:TransmissionId>1</t:TransmissionId>` +
		`<t:MessageUUID>` + id + `</t:MessageUUID><t:MessageId>1</t:MessageId><t:AfsendelseIdentifikator>` + id + `</t:AfsendelseIdentifikator>` +
		`<t:ForsendelseIdentifikator>700001</t:ForsendelseIdentifikator><t:KanalKode>Digital Post</t:KanalKode><t:TransaktionsDatoTid>` + at +
		`</t:TransaktionsDatoTid><t:BrugerNavn>Ærø Kommune</t:BrugerNavn><t:EnhedTekst>Børn</t:EnhedTekst>` +
		`<t:AfsenderSystemIdentifikator>4711</t:AfsenderSystemIdentifikator><t:TransaktionsStatusKode>` + word + `</t:TransaktionsStatusKode>` +
		`<t:ForsendelseTypeIdentifikator>17</t:ForsendelseTypeIdentifikator><t:CorrelationId>c</t:CorrelationId>` + rest +
		`<t:ForsendelseHaendelseSamling><t:ForsendelseHaendelse><t:TypeKode>x</t:TypeKode></t:ForsendelseHaendelse></t:ForsendelseHaendelseSamling></t:Transaktion>`
}

func page(transactions ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><t:TransaktionslogO xmlns:t="http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types">` +
		strings.Join(transactions, "\n") + `</t:TransaktionslogO>`
}

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

// A page that is no log gives no event.
func TestAPageThatCannotBeReadGivesNoEvent(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	good := transaction("1", theID, "2026-03-02T10:00:00Z", "Klar", "")
	for name, body := range map[string]string{
		"cut":            page(good)[:len(page(good))-30],
		"empty":          "",
		"HTML":           "<!DOCTYPE html><html></html>",
		"XHTML":          "<html><body>Vi er straks tilbage</body></html>",
		"wrong encoding": strings.ReplaceAll(page(good), "Ærø", "\xc6r\xf8"),
		"a second root":  page(good) + page(good),
	} {
		srv.answers(200, body)
		for what, read := range map[string]func() ([]eboks.Event, error){
			"events": func() ([]eboks.Event, error) { return s.ReadEvents(context.Background(), "") },
			"status": func() ([]eboks.Event, error) { return s.ReadStatus(context.Background(), id(theID)) },
		} {
			events, err := read()
			require.ErrorIs(t, err, eboks.ErrReceiptInvalid, "%s %s", name, what)
			require.Empty(t, events)
			require.Equal(t, eboks.Ask, ours(t, err).Then, "%s %s", name, what)
			require.Equal(t, body, string(ours(t, err).Raw.Reveal()))
		}
	}
}

// An entry that cannot be read is set aside, and nothing waits behind it.
func TestAnEntryThatCannotBeReadIsSetAside(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	ctx := context.Background()
	first := transaction("1", theID, "2026-03-02T10:00:00Z", "Afsendt", "")
	last := transaction("3", theID, "2026-03-02T12:00:00Z", "AfleveretDigitalPost", "")
	for name, bad := range map[string]string{
		"a time that is none":   transaction("2", theID, "i morgen på Ærø", "Klar", ""),
		"an hour 24":            transaction("2", theID, "2026-03-02T24:00:00Z", "Klar", ""),
		"a time twice":          transaction("2", theID, "2026-03-02T10:00:00Z", "Klar", "<t:TransaktionsDatoTid/>"),
		"a state twice":         transaction("2", theID, "2026-03-02T10:00:00Z", "Klar", "<x:TransaktionsStatusKode xmlns:x='x'/>"),
		"a state of elements":   transaction("2", theID, "", "<t:Klar/>", ""),
		"two error details":     transaction("2", theID, "2026-03-02T10:00:00Z", "Fejlet", "<t:FejlDetaljer/><t:FejlDetaljer/>"),
		"two lists of news":     transaction("2", theID, "", "OpdateringFraPostDanmark", "<t:ForsendelseHaendelseSamling/><t:ForsendelseHaendelseSamling/>"),
		"a letter twice":        transaction("2", theID, "", "Klar", "<t:AfsendelseIdentifikator>"+theID+"</t:AfsendelseIdentifikator>"),
		"two letters":           strings.Replace(transaction("2", theID, "", "Klar", ""), "<t:MessageUUID>"+theID, "<t:MessageUUID>"+otherID, 1),
		"two letters, in words": strings.Replace(transaction("2", theID, "", "Klar", ""), "<t:MessageId>1", "<t:MessageId>{"+otherID+"}", 1),
	} {
		srv.answers(200, page(first, bad, last))
		for what, read := range map[string]func() ([]eboks.Event, error){
			"events": func() ([]eboks.Event, error) { return s.ReadEvents(ctx, "") },
			"status": func() ([]eboks.Event, error) { return s.ReadStatus(ctx, id(theID)) },
		} {
			events, err := read()
			require.NoError(t, err, "%s %s", name, what)
			require.Len(t, events, 3, name)
			require.Equal(t, eboks.Submitted, events[0].Status)
			require.Equal(t, eboks.DeliveredDigital, events[2].Status, "%s: what is behind it", name)
			e := events[1]
			require.True(t, e.Unread, name)
			require.Equal(t, eboks.Unknown, e.Status)
			require.Equal(t, eboks.Cursor("2"), e.Cursor)
			require.Equal(t, bad, string(e.Raw.Reveal()))
			require.Equal(t, noon, e.Received)
			if what == "status" {
				require.Equal(t, id(theID), e.ID, "it stands in this letter's log")
			}
			require.False(t, events[0].Unread || events[2].Unread)
		}
	}
}

// An entry without a marker cannot be gone on from: it has the cursor of the one
// before it, and is told only when one follows.
func TestAnEntryWithoutAMarker(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	ctx := context.Background()
	entry := func(marker string) string { return transaction(marker, theID, "2026-03-02T10:00:00Z", "Klar", "") }
	for _, bad := range []string{"", "2 & 3", "å", strings.Repeat("1", 65), "<t:x/>"} {
		bad = strings.ReplaceAll(bad, "&", "&amp;")
		for _, after := range []eboks.Cursor{"", "0"} {
			srv.answers(200, page(entry(bad), entry("1"), entry(bad), entry("4"), entry(bad)))
			events, err := s.ReadEvents(ctx, after)
			require.NoError(t, err)
			require.Len(t, events, 4, "the last one comes again with the next page")
			for i, want := range []eboks.Cursor{after, "1", "1", "4"} {
				require.Equal(t, want, events[i].Cursor, i)
				require.Equal(t, i%2 == 0, events[i].Unread, i)
				require.Equal(t, noon, events[i].Received)
			}
			require.Equal(t, entry(bad), string(events[2].Raw.Reveal()))
		}
		srv.answers(200, page(entry(bad), entry(bad)))
		_, err := s.ReadEvents(ctx, "")
		require.ErrorIs(t, err, eboks.ErrReceiptInvalid)
		require.ErrorContains(t, err, "Wire.LogMarker", "no entry has one: the guess is wrong")
	}
	srv.answers(200, page(entry("")))
	events, err := s.ReadStatus(ctx, id(theID))
	require.NoError(t, err)
	require.False(t, events[0].Unread, "nobody goes on from there")
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

func TestTheLogIsReadPageByPage(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t, func(c *stralfors.Config) { c.Wire.LogMarker = "Loebenummer" })
	own := func(marker string) string {
		return strings.ReplaceAll(transaction(marker, theID, "2026-03-02T10:00:00Z", "Klar", ""), "TransaktionsIdentifikator", "Loebenummer")
	}
	srv.answers(200, page(own("3"), own("4")))
	events, err := s.ReadEvents(context.Background(), "2")
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, eboks.Cursor("4"), events[1].Cursor)

	srv.answers(200, page(own("4"), own("5")))
	events, err = s.ReadEvents(context.Background(), "4")
	require.NoError(t, err)
	require.Len(t, events, 1, "a page that begins with the marker")

	srv.answers(200, page(own("4")))
	events, err = s.ReadEvents(context.Background(), "4")
	require.NoError(t, err)
	require.Empty(t, events, "nothing new")

	srv.answers(200, page(own("3"), own("4")))
	_, err = s.ReadEvents(context.Background(), "4")
	require.ErrorIs(t, err, eboks.ErrReceiptInvalid, "the marker is not heeded")

	before := srv.count()
	for _, c := range []eboks.Cursor{"a b", "å", eboks.Cursor(strings.Repeat("1", 65)), "a\n", "?x"} {
		_, err = s.ReadEvents(context.Background(), c)
		require.ErrorIs(t, err, eboks.ErrInputInvalid)
	}
	require.Equal(t, before, srv.count())
}

// The log of one letter names another.
func TestTheLogOfAnotherLetter(t *testing.T) {
	srv := newServer(t)
	for _, other := range []string{otherID, "", "PARTI/ø", theID + "0"} {
		srv.answers(200, page(transaction("1", theID, "", "Klar", ""), transaction("2", other, "", "AfleveretDigitalPost", "")))
		events, err := srv.sender(t).ReadStatus(context.Background(), id(theID))
		require.Empty(t, events)
		require.ErrorIs(t, err, eboks.ErrOutcomeUnknown)
		require.True(t, ours(t, err).Alarm)
	}
}

func TestALetterThatNobodyKnowsHasNoLog(t *testing.T) {
	srv := newServer(t)
	srv.answers(404, fejl("1404"))
	events, err := srv.sender(t).ReadStatus(context.Background(), id(theID))
	require.NoError(t, err)
	require.Empty(t, events)
	_, err = srv.sender(t).ReadEvents(context.Background(), "")
	require.Error(t, err, "the log itself is always there")
}

// What is asked for is never said to be safe to send again.
func TestQuestionsSayNothingOfTheLetter(t *testing.T) {
	srv := newServer(t)
	ctx := context.Background()
	s := srv.sender(t)
	for _, status := range []int{400, 401, 403, 404, 405, 429, 500, 503} {
		srv.answers(status, fejl("1001"))
		_, err := s.ReadEvents(ctx, "")
		require.Error(t, err)
		require.Equal(t, eboks.Ask, ours(t, err).Then, status)
		_, err = s.Recall(ctx, id(theID))
		require.Error(t, err)
		require.Equal(t, eboks.Ask, ours(t, err).Then, status)
		_, err = s.Lookup(ctx, company, "17")
		require.Error(t, err)
		require.Equal(t, eboks.Ask, ours(t, err).Then, status)
		_, err = s.ShipmentTypes(ctx)
		require.Error(t, err)
		require.Equal(t, eboks.Ask, ours(t, err).Then, status)
		if status != 404 {
			_, err = s.ReadStatus(ctx, id(theID))
			require.Error(t, err)
			require.Equal(t, eboks.Ask, ours(t, err).Then, status)
		}
	}
	srv.Close()
	_, err := srv.sender(t).Recall(ctx, id(theID))
	require.ErrorIs(t, err, eboks.ErrUnavailable)
	require.Equal(t, eboks.Ask, ours(t, err).Then)
}

func TestTenThousandTransactionsAreOverTheLimit(t *testing.T) {
	srv := newServer(t)
	var all []string
	for i := range 10_000 {
		all = append(all, transaction(fmt.Sprint(i+1), theID, "", "Klar", ""))
	}
	srv.answers(200, page(all...))
	_, err := srv.sender(t).ReadEvents(context.Background(), "")
	require.Error(t, err)
	require.Contains(t, err.Error(), "too large")
}
