package mitidtest

import (
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// OnWalk returns a tampering with the callback that the walker carries out. It may be
// larger than a page.
func OnWalk(name, doc string, want mitid.Kind, f func(*Broker, *Answer)) Tampering {
	return Tampering{Name: name, Doc: doc, Side: WalkerSide, Stage: StageCallback, Want: want, spoils: map[Stage]any{stageWalk: f}}
}

// CallbackTamperings returns those that fit every broker: with the parameter that holds
// the handle, such as RelayState, and with the browser that brings the answer, how often
// and when. again is how an answer is refused that comes a second time.
func CallbackTamperings(state string, again mitid.Kind) []Tampering {
	walk := func(name, doc string, f func(*Broker, *Answer)) Tampering {
		return OnWalk(name, "the callback"+doc, mitid.StateInvalid, f)
	}
	change := func(name, doc string, f func(old string) string) Tampering {
		return walk(name, "'s "+state+doc, func(_ *Broker, w *Answer) { w.Set(state, f(w.Params.Get(state))) })
	}
	trip := func(name, doc string, want mitid.Kind, j Delivery) Tampering {
		return Tampering{Name: name, Doc: doc, Side: WalkerSide, Stage: StageCallback, Want: want, Delivery: j}
	}
	twice := walk("state-twice", " has "+state+" twice, equal", func(_ *Broker, w *Answer) { w.Add(state, w.Params.Get(state)) })
	twice.Want = mitid.ResponseInvalid
	return []Tampering{
		walk("missing-state", " has no "+state, func(_ *Broker, w *Answer) { w.Drop(state) }),
		change("empty-state", " is empty", func(string) string { return "" }),
		change("wrong-state", " is the right one plus one character", func(s string) string { return s + "A" }),
		change("cut-state", " lacks its last character", func(s string) string { return s[:max(0, len(s)-1)] }),
		change("state-with-blank", " is followed by a blank", func(s string) string { return s + " " }),
		change("unknown-state", " was never issued", func(string) string { return "AAAAAAAAAAAAAAAAAAAAAA" }),
		twice,
		trip("callback-in-other-browser", "a right callback arrives in another browser", mitid.StateInvalid, DeliverInOtherBrowser),
		trip("callback-replayed", "the callback is replayed after it succeeded", again, DeliverTwice),
		trip("callback-late", "the callback arrives after the pending login has expired", mitid.StateInvalid, DeliverLate),
	}
}

// codeTamperings spoil what the browser brings back beside the state.
func codeTamperings(announce func()) []Tampering {
	walk := func(name, doc string, want mitid.Kind, f func(*Broker, *Answer)) Tampering {
		return OnWalk(name, doc, want, f)
	}
	announced := func(t Tampering) Tampering {
		t.Switch = announce
		return t
	}
	from := func(name, doc string, want mitid.Kind, code, description string) Tampering {
		return On(name, doc, StageCallback, want, func(_ *Broker, w *Answer) {
			w.Drop("code")
			w.Params = append(ErrorPairs(code, description), w.Params...)
		})
	}
	again := func(name string) func(*Broker, *Answer) {
		return func(b *Broker, w *Answer) {
			value := w.Params.Get(name)
			if name == "iss" {
				w.Drop(name)
				w.Add(name, b.Issuer())
				value = b.Issuer()
			}
			w.Add(name, value)
		}
	}
	long := strings.Repeat("<script>alert('æøå')</script>\r\n\x1b[31m\x00", 300)[:10_000]
	return []Tampering{
		announced(walk("callback-missing-issuer", "the callback has no iss although discovery announces it", mitid.IssuerMismatch, func(_ *Broker, w *Answer) { w.Drop("iss") })),
		announced(walk("callback-wrong-issuer", "the callback's iss is the right one plus one character", mitid.IssuerMismatch, func(b *Broker, w *Answer) { w.Set("iss", b.Issuer()+"1") })),
		announced(walk("callback-empty-issuer", "the callback's iss is empty", mitid.IssuerMismatch, func(_ *Broker, w *Answer) { w.Set("iss", "") })),
		walk("callback-unannounced-issuer", "the callback names another issuer, and discovery announces none", mitid.IssuerMismatch, func(_ *Broker, w *Answer) { w.Set("iss", "https://other.example") }),
		announced(walk("callback-other-issuer", "the callback names another broker", mitid.IssuerMismatch, func(_ *Broker, w *Answer) { w.Set("iss", "https://other-broker.example") })),
		walk("code-twice", "the callback has code twice, equal", mitid.ResponseInvalid, again("code")),
		walk("two-codes", "the callback has two codes, the wrong one first", mitid.ResponseInvalid, func(_ *Broker, w *Answer) {
			w.Params = append(Pairs{{"code", strings.Repeat("0", 32)}}, w.Params...)
		}),
		walk("callback-issuer-twice", "the callback has iss twice, equal", mitid.ResponseInvalid, again("iss")),
		walk("missing-code", "the callback has neither code nor error", mitid.ResponseInvalid, func(_ *Broker, w *Answer) { w.Drop("code") }),
		walk("empty-code", "the callback's code is empty", mitid.ResponseInvalid, func(_ *Broker, w *Answer) { w.Set("code", "") }),
		walk("code-and-error", "the callback has code and error", mitid.ResponseInvalid, func(_ *Broker, w *Answer) { w.Add("error", "access_denied") }),
		from("cancelled", "the person pressed cancel", mitid.UserCancelled, "access_denied", ""),
		from("cancelled-with-description", "the person pressed cancel, and the broker says so", mitid.UserCancelled, "access_denied", "Brugeren afbrød: æøå"),
		walk("error-with-unknown-state", "an error arrives with a state that was never issued", mitid.StateInvalid, func(_ *Broker, w *Answer) {
			w.Params = Pairs{{"error", "access_denied"}, {"error_description", "forged <b>text</b>"}, {"state", "BBBBBBBBBBBBBBBBBBBBBB"}}
		}),
		from("error-with-long-description", "an error comes with 10 kB of markup and control characters", mitid.BrokerDeclined, "server_refused", long),
		from("error-with-markup", "the error code is markup", mitid.BrokerDeclined, "<script>alert(1)</script>", "x"),
	}
}
