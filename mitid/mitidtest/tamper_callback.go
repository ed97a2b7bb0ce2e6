package mitidtest

import (
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// callbackTamperings spoil what the browser brings back.
func callbackTamperings(announce func(*Broker)) []Tampering {
	walk := func(name, doc string, want mitid.Kind, f func(*Broker, *wayBack)) Tampering {
		return Tampering{Name: name, Doc: doc, Side: WalkerSide, Stage: StageCallback, Want: want, spoil: spoiler{walk: f}}
	}
	route := func(name, doc string, j journey) Tampering {
		return Tampering{Name: name, Doc: doc, Side: WalkerSide, Stage: StageCallback, Want: mitid.StateInvalid, spoil: spoiler{journey: j}}
	}
	announced := func(t Tampering) Tampering {
		t.settings = announce
		return t
	}
	from := func(name, doc string, want mitid.Kind, code, description string) Tampering {
		return Tampering{Name: name, Doc: doc, Stage: StageCallback, Want: want, spoil: spoiler{callback: func(_ *Broker, w *wayBack) {
			w.drop("code")
			w.params = append(errorPairs(code, description), w.params...)
		}}}
	}
	again := func(name string) func(*Broker, *wayBack) {
		return func(b *Broker, w *wayBack) {
			value := w.params.get(name)
			if name == "iss" {
				w.drop(name)
				w.add(name, b.Issuer())
				value = b.Issuer()
			}
			w.add(name, value)
		}
	}
	long := strings.Repeat("<script>alert('æøå')</script>\r\n\x1b[31m\x00", 300)[:10_000]
	return []Tampering{
		walk("O-06-state-missing", "the callback has no state", mitid.StateInvalid, func(_ *Broker, w *wayBack) { w.drop("state") }),
		walk("O-06-state-empty", "the callback's state is empty", mitid.StateInvalid, func(_ *Broker, w *wayBack) { w.set("state", "") }),
		walk("O-07-state-plus-one", "the callback's state is the right one plus one character", mitid.StateInvalid, func(_ *Broker, w *wayBack) { w.set("state", w.params.get("state")+"A") }),
		walk("O-07-state-cut", "the callback's state lacks its last character", mitid.StateInvalid, func(_ *Broker, w *wayBack) {
			s := w.params.get("state")
			w.set("state", s[:max(0, len(s)-1)])
		}),
		walk("O-07-state-blank", "the callback's state is followed by a blank", mitid.StateInvalid, func(_ *Broker, w *wayBack) { w.set("state", w.params.get("state")+" ") }),
		walk("O-07-state-unknown", "the callback's state was never issued", mitid.StateInvalid, func(_ *Broker, w *wayBack) { w.set("state", "AAAAAAAAAAAAAAAAAAAAAA") }),
		route("O-08-other-browser", "a right callback arrives in another browser", otherBrowser),
		route("O-09-twice", "the callback is replayed after it succeeded", twice),
		route("O-10-late", "the callback arrives after the pending login has expired", late),
		announced(walk("O-11-iss-missing", "the callback has no iss although discovery announces it", mitid.IssuerMismatch, func(_ *Broker, w *wayBack) { w.drop("iss") })),
		announced(walk("O-11-iss-plus-one", "the callback's iss is the right one plus one character", mitid.IssuerMismatch, func(b *Broker, w *wayBack) { w.set("iss", b.Issuer()+"1") })),
		announced(walk("O-11-iss-empty", "the callback's iss is empty", mitid.IssuerMismatch, func(_ *Broker, w *wayBack) { w.set("iss", "") })),
		walk("O-11-iss-wrong-unannounced", "the callback names another issuer, and discovery announces none", mitid.IssuerMismatch, func(_ *Broker, w *wayBack) { w.set("iss", "https://other.example") }),
		announced(walk("O-12-iss-of-another-broker", "the callback names another broker", mitid.IssuerMismatch, func(_ *Broker, w *wayBack) { w.set("iss", "https://other.test.idura.broker") })),
		walk("O-13-code-twice", "the callback has code twice, equal", mitid.ResponseInvalid, again("code")),
		walk("O-13-other-code-first", "the callback has two codes, the wrong one first", mitid.ResponseInvalid, func(_ *Broker, w *wayBack) {
			w.params = append(pairs{{"code", strings.Repeat("0", 32)}}, w.params...)
		}),
		walk("O-13-state-twice", "the callback has state twice, equal", mitid.ResponseInvalid, again("state")),
		walk("O-13-iss-twice", "the callback has iss twice, equal", mitid.ResponseInvalid, again("iss")),
		walk("O-14-neither", "the callback has neither code nor error", mitid.ResponseInvalid, func(_ *Broker, w *wayBack) { w.drop("code") }),
		walk("O-14-code-empty", "the callback's code is empty", mitid.ResponseInvalid, func(_ *Broker, w *wayBack) { w.set("code", "") }),
		walk("O-14-both", "the callback has code and error", mitid.ResponseInvalid, func(_ *Broker, w *wayBack) { w.add("error", "access_denied") }),
		from("O-15-cancelled", "the person pressed cancel", mitid.UserCancelled, "access_denied", ""),
		from("O-15-cancelled-described", "the person pressed cancel, and the broker says so", mitid.UserCancelled, "access_denied", "Brugeren afbrød: æøå"),
		walk("O-16-error-unknown-state", "an error arrives with a state that was never issued", mitid.StateInvalid, func(_ *Broker, w *wayBack) {
			w.params = pairs{{"error", "access_denied"}, {"error_description", "forged <b>text</b>"}, {"state", "BBBBBBBBBBBBBBBBBBBBBB"}}
		}),
		from("O-17-long-description", "an error comes with 10 kB of markup and control characters", mitid.BrokerDeclined, "server_refused", long),
		from("O-17-long-code", "the error code is markup", mitid.BrokerDeclined, "<script>alert(1)</script>", "x"),
	}
}
