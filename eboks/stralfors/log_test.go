package stralfors_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

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
		"UTF-16":         "\xff\xfe<\x00a\x00/\x00>\x00",
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

// A log in another alphabet is read, and each entry keeps its own bytes.
func TestALogInAnotherAlphabet(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	first := transaction("1", theID, "2026-03-02T10:00:00Z", "Modtaget Strålfors Connect", "")
	second := transaction("2", theID, "", "Fejlet", "<t:FejlDetaljer><t:FejlKode>2004</t:FejlKode><t:FejlTekst>Åse på Ærø</t:FejlTekst></t:FejlDetaljer>")
	latin := strings.NewReplacer("Æ", "\xc6", "ø", "\xf8", "å", "\xe5", "Å", "\xc5")
	for name, c := range map[string]struct {
		label string
		write func(string) string
	}{
		"UTF-8":        {"UTF-8", func(s string) string { return s }},
		"UTF8":         {"UTF8", func(s string) string { return s }},
		"a mark":       {"UTF-8", func(s string) string { return s }},
		"ISO-8859-1":   {"ISO-8859-1", latin.Replace},
		"windows-1252": {"windows-1252", latin.Replace},
	} {
		body := c.write(strings.Replace(page(first, second), "UTF-8", c.label, 1))
		if name == "a mark" {
			body = "\ufeff" + body
		}
		srv.answers(200, body)
		events, err := s.ReadStatus(context.Background(), id(theID))
		require.NoError(t, err, name)
		require.Len(t, events, 2)
		require.Equal(t, eboks.Accepted, events[0].Status, name)
		require.Equal(t, c.write(first), string(events[0].Raw.Reveal()), name)
		require.Equal(t, eboks.Deceased, events[1].Reachability, name)
		require.Equal(t, c.write(second), string(events[1].Raw.Reveal()), name)

		answer := `<?xml version="1.0" encoding="` + c.label + `"?>` + fejl("2001")
		srv.answers(400, c.write(answer))
		_, refused := send(t, s, letter())
		require.Equal(t, eboks.RecipientUnreachable, refused.Kind, name)
		require.Equal(t, "2001", refused.Code, name)
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
