package stralfors_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// canned answers every request without a network.
type canned struct {
	status int
	body   []byte
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: -1, Request: r}, nil
}

func cannedSender(tb testing.TB) (*stralfors.Sender, *canned) {
	tb.Helper()
	c := new(canned)
	s, err := stralfors.New(stralfors.Config{BaseURL: "https://connect.example", System: "4711", User: "Ærø", HTTPClient: &http.Client{Transport: c},
		Now: func() time.Time { return noon }, Wire: stralfors.Wire{Codes: theCodes(), Duplicates: []string{"1409"}, CarrierCodes: map[string]eboks.Status{"12": eboks.Returned}}})
	require.NoError(tb, err)
	return s, c
}

// wellFormed holds an error to what all errors are.
func wellFormed(t *testing.T, err error) {
	t.Helper()
	e := ours(t, err)
	require.NotEqual(t, "Unknown", e.Kind.String())
	require.Less(t, len(e.Error()), 400)
	require.LessOrEqual(t, len(e.Raw.Reveal()), 64<<10)
	if e.Code != "" {
		require.LessOrEqual(t, len(e.Code), 4)
	}
	require.Equal(t, e.Reachability != 0, e.Kind == eboks.RecipientUnreachable)
	if e.Kind == eboks.OutcomeUnknown || e.Kind == eboks.AlreadyAccepted {
		require.Equal(t, eboks.Ask, e.Then)
	}
}

// names reports whether an answer has a letter's id in it, entities resolved or
// not.
func names(body []byte, id eboks.ID) bool {
	return strings.Contains(strings.ToLower(string(body)), id.String()) || bytes.Contains(body, []byte("&#")) || bytes.Contains(body, []byte("CDATA"))
}

func FuzzAnswer(f *testing.F) {
	for _, body := range []string{"", taken(theID, ""), taken(otherID, ""), fejl("1001"), fejl("2004"), taken(theID, fejl("1409")), "<html>", "<a><b></a></b>",
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, strings.Repeat("<a>", 40), `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`,
		taken("<![CDATA["+theID+"]]>", ""), taken("&#55;f1c2a54-3f6e-4d0b-9a51-0c5e8b7d2e19", "")} {
		for _, status := range []int{200, 204, 400, 401, 409, 500} {
			f.Add(status, []byte(body))
		}
	}
	s, answer := cannedSender(f)
	l := measured(f, letter())[0]
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		answer.status, answer.body = 200+(status%400+400)%400, body
		r, err := s.Send(context.Background(), l)
		if err == nil {
			require.Equal(t, l.ID, r.ID)
			require.Equal(t, 2, answer.status/100)
			require.True(t, answer.status == 204 || names(body, l.ID))
			require.Empty(t, strings.Trim(r.Reference, "0123456789"))
			return
		}
		require.Nil(t, r)
		wellFormed(t, err)
	})
}

func FuzzLog(f *testing.F) {
	for _, body := range []string{"", page(), page(transaction("1", theID, "2026-03-02T10:00:00Z", "Klar", "")),
		page(transaction("1", theID, "2026-03-02T10:00:00", "Fejlet", "<t:FejlDetaljer><t:FejlKode>2004</t:FejlKode></t:FejlDetaljer>")),
		page(transaction("a b", otherID, "i dag", "Åbnet", "")), fejl("1001"), "<html/>", "<TransaktionslogO><Transaktion/></TransaktionslogO>",
		page(transaction("1", "{"+theID+"}", "", "{f4e6eb11-0261-4198-8b5d-be92a9b1a35d}", ""), transaction("", theID, "", "Modtaget Fjern-print", ""), transaction("2", "", "x", "", "")),
		`<TransaktionslogO><Transaktion><TransaktionsIdentifikator>1</TransaktionsIdentifikator><MessageUUID>urn:uuid:` + theID + `</MessageUUID><TransaktionsStatusKode>Opdatering fra Post Danmark</TransaktionsStatusKode><ForsendelseHaendelseSamling><ForsendelseHaendelse><ForsendelseHaendelseTypeKode>12</ForsendelseHaendelseTypeKode></ForsendelseHaendelse></ForsendelseHaendelseSamling></Transaktion></TransaktionslogO>`,
		"<TransaktionslogO><Transaktion><Transaktion/></Transaktion><!-- <Transaktion/> --><x:Transaktion xmlns:x='y'/></TransaktionslogO>"} {
		f.Add([]byte(body), "1")
	}
	s, answer := cannedSender(f)
	answer.status = 200
	f.Fuzz(func(t *testing.T, body []byte, after string) {
		answer.body = body
		ctx := context.Background()
		for _, read := range []func() ([]eboks.Event, error){
			func() ([]eboks.Event, error) { return s.ReadStatus(ctx, id(theID)) },
			func() ([]eboks.Event, error) { return s.ReadEvents(ctx, eboks.Cursor(after)) },
		} {
			events, err := read()
			if err != nil {
				require.Empty(t, events)
				wellFormed(t, err)
				require.True(t, ours(t, err).Then == eboks.Ask || ours(t, err).Kind == eboks.InputInvalid)
				continue
			}
			for _, e := range events {
				require.NotEqual(t, "", e.Status.String())
				require.Equal(t, e.Status == eboks.Unknown, e.Code == "")
				require.False(t, e.Unread && e.Status != eboks.Unknown)
				require.True(t, bytes.Contains(body, e.Raw.Reveal()))
				require.LessOrEqual(t, len(e.Failure), 4)
				require.LessOrEqual(t, len(e.Cursor), 64)
				require.NotEmpty(t, e.Key())
			}
		}
	})
}

func FuzzRecallAnswer(f *testing.F) {
	for _, body := range []string{"", recallAnswer(theID, "Tilbagekaldt", ""), recallAnswer(otherID, "Tilbagekaldt", ""), recallAnswer(theID, "?", "<f:TilbagekaldFejlKode>17</f:TilbagekaldFejlKode>"), fejl("1001")} {
		f.Add(200, []byte(body))
	}
	s, answer := cannedSender(f)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		answer.status, answer.body = 200+(status%400+400)%400, body
		r, err := s.Recall(context.Background(), id(theID))
		if err == nil {
			require.Equal(t, id(theID), r.ID)
			require.True(t, names(body, r.ID))
			return
		}
		require.Nil(t, r)
		wellFormed(t, err)
		require.Equal(t, eboks.Ask, ours(t, err).Then)
	})
}

func FuzzQuestions(f *testing.F) {
	for _, body := range []string{"", channelAnswer("Digital Post"), channelAnswer("?"), fejl("2004"), "<ForsendelsesTyperO><ForsendelseTypeIdentifikator>17</ForsendelseTypeIdentifikator></ForsendelsesTyperO>"} {
		f.Add(200, []byte(body))
	}
	s, answer := cannedSender(f)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		answer.status, answer.body = 200+(status%400+400)%400, body
		ctx := context.Background()
		r, err := s.Lookup(ctx, company, "17")
		require.Equal(t, err == nil, r != eboks.ReachabilityUnknown)
		if err != nil {
			ours(t, err)
		}
		types, err := s.ShipmentTypes(ctx)
		if err != nil {
			require.Nil(t, types)
			ours(t, err)
		}
	})
}
