package postnord

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
)

// The fuzz targets read answers as they come off the wire, without a wire.

func fuzzed(change func(*Config)) *Sender {
	cfg := Config{BaseURL: "https://api.e-boks.example", System: "3994", ClientID: "1234", HTTPClient: &http.Client{},
		Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		panic(err)
	}
	return s
}

var (
	fuzzID     = eboks.ID{0: 1, 6: 0x40, 8: 0x80, 15: 9}
	fuzzPerson = cprtest.Number(0)
)

const fuzzMessage = "0039941234" + "01000000000040008000000000000009"

func fuzzAnswer(status, post string) []byte {
	return []byte(`{"message_id":"` + fuzzMessage + `","recipients":[{"nr":"` + fuzzPerson.Reveal() + `","status":"` + status +
		`","reject_reason":"","post_processing_status":"` + post + `"}]}`)
}

// Whatever an answer says: a receipt or an error, and a receipt only where the
// answer names this letter.
func FuzzDispatchAnswer(f *testing.F) {
	for status := range statuses {
		for post := range processing {
			f.Add(200, fuzzAnswer(status, post))
		}
	}
	f.Add(200, []byte("<html>Ærø</html>"))
	f.Add(204, []byte{})
	f.Add(201, []byte(`<Fejl><FejlKode>1001</FejlKode></Fejl>`))
	json, bare := fuzzed(nil), fuzzed(func(c *Config) { c.Answer, c.RecipientOptional = AnswerStatus, true })
	l := &eboks.Letter{ID: fuzzID, To: eboks.Person(fuzzPerson)}
	kinds := []eboks.Kind{eboks.OutcomeUnknown, eboks.Rejected, eboks.RecipientUnreachable}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, s := range []*Sender{json, bare} {
			r, err := s.taken(l, fuzzMessage, &httpx.Response{Status: status, Body: body, Taken: true})
			if (r == nil) == (err == nil) {
				t.Fatal("neither a receipt nor an error, or both")
			}
			if e, ok := errors.AsType[*eboks.Error](err); err != nil && (!ok || !slices.Contains(kinds, e.Kind)) {
				t.Fatal("an error of another kind")
			}
			if r != nil && (r.ID != fuzzID || r.Status == eboks.Unknown || r.Status == eboks.Failed) {
				t.Fatal("a receipt that says nothing")
			}
			if r != nil && s == json && !slices.Contains([]eboks.Status{eboks.AcceptedDigital, eboks.Queued, eboks.PrintQueued}, r.Status) {
				t.Fatal("a receipt that the answer does not give")
			}
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	f.Add(400, "", []byte(`<Fejl xmlns="urn:oio:dkal:1.0.0"><FejlKode>1001</FejlKode><FejlTekst>Æ</FejlTekst></Fejl>`))
	f.Add(503, "7", []byte("\ufeff<Fejl>"))
	f.Add(429, "Mon, 02 Mar 2026 10:00:00 GMT", []byte("{}"))
	f.Add(419, "-1", []byte("<Fejl><FejlKode>99999999999999</FejlKode></Fejl>"))
	s := fuzzed(nil)
	f.Fuzz(func(t *testing.T, status int, after string, body []byte) {
		e := s.refused(&httpx.Response{Status: status, Header: http.Header{"Retry-After": {after}}, Body: body, Taken: true})
		if e.Kind == 0 || len(e.Code) > 4 || e.RetryAfter < 0 || e.RetryAfter > 24*time.Hour || len(e.Raw.Reveal()) > maxRaw {
			t.Fatal("an error out of its bounds")
		}
		if status >= 500 && e.Then != eboks.Ask && e.Kind != eboks.Throttled {
			t.Fatal("certain of what nobody knows")
		}
	})
}

func FuzzLookupAnswer(f *testing.F) {
	f.Add([]byte(`<Tilmelding><Tilmeldt>true</Tilmeldt></Tilmelding>`))
	f.Add([]byte(`{"tilmeldt":false,"æ":[{}]}`))
	f.Add([]byte("\ufeff <Tilmeldt>0</Tilmeldt>"))
	s := fuzzed(nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		if yes, ok := s.subscribed(body); yes && !ok {
			t.Fatal("yes without an answer")
		}
	})
}

func FuzzStatusAnswer(f *testing.F) {
	for status := range statuses {
		f.Add(append(append([]byte("["), fuzzAnswer(status, "pending")...), ']'))
	}
	f.Add([]byte(`[{"message_id":"` + fuzzMessage + `","proxy_response_code":"500","modified_at":"2026-03-01T12:00:00.5"}]`))
	f.Add([]byte(`[null]`))
	s := fuzzed(nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		events, why := s.events(body, fuzzID, fuzzMessage)
		if why != "" && events != nil {
			t.Fatal("events of an answer that cannot be trusted")
		}
		for _, e := range events {
			if e.ID != fuzzID || e.Raw.IsZero() || (e.Status == eboks.Failed) != (e.Failure != "") {
				t.Fatal("an event that is not whole")
			}
		}
	})
}
