package nebtest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutTamperings spoil logout tokens. sub may be missing where sid is
// there.
func (n *dialect) logoutTamperings() []mitidtest.Tampering {
	ts := mitidtest.TokenTamperings(mitidtest.StageLogout, "logout-token", "nonce", "other-azp", "missing-subject")
	for i := range ts {
		if ts[i].Name == "logout-token-oversized" || ts[i].Name == "logout-token-only-dots" {
			ts[i].Want = mitid.ResponseInvalid // the message is too large before it is a token
		}
	}
	on := func(name, doc string, f func(d *mitidtest.Token)) {
		ts = append(ts, mitidtest.On("logout-token-"+name, doc, mitidtest.StageLogout, mitid.TokenInvalid, func(_ *mitidtest.Broker, d *mitidtest.Token) { f(d) }))
	}
	set := func(name, doc, claim string, value any) {
		on(name, doc, func(d *mitidtest.Token) { d.Payload.Set(claim, value) })
	}
	on("missing-events", "the logout token has no events", func(d *mitidtest.Token) { d.Payload.Drop("events") })
	set("empty-events", "the logout token's events are empty", "events", mitidtest.Object{})
	set("null-events", "the logout token's events are null", "events", nil)
	set("events-text", "the logout token's event is a text", "events", logoutEvent)
	set("events-list", "the logout token's events are a list", "events", []string{logoutEvent})
	set("wrong-event", "the logout token is about another event", "events", mitidtest.Object{{logoutEvent + "1", mitidtest.Object{}}})
	set("event-text", "the logout token's event is no object", "events", mitidtest.Object{{logoutEvent, "x"}})
	set("with-nonce", "the logout token has a nonce, so that it may be an ID token", "nonce", "n-æøå")
	on("about-nobody", "the logout token names neither sub nor sid", func(d *mitidtest.Token) {
		d.Payload.Drop("sub")
		d.Payload.Drop("sid")
	})
	ts = append(ts, mitidtest.On("logout-token-signed-by-transaction-key", "the logout token is signed by the transaction key", mitidtest.StageLogout, mitid.TokenInvalid, n.signWithTransactionKey))
	on("is-id-token", "an ID token arrives as a logout token", func(d *mitidtest.Token) {
		d.Header.Set("typ", "JWT")
		d.Payload.Drop("events")
		d.Payload.Add("auth_time", d.Payload.Get("iat"))
	})
	return ts
}

// matchTamperings spoil the answer of the CPR match.
func matchTamperings() []mitidtest.Tampering {
	on := func(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, p *mitidtest.Reply)) mitidtest.Tampering {
		return mitidtest.On(name, doc, mitidtest.StageMatch, want, f)
	}
	member := func(name, doc string, f func(o *mitidtest.Object)) mitidtest.Tampering {
		return on(name, doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, p *mitidtest.Reply) { f(&p.Object) })
	}
	return []mitidtest.Tampering{
		on("match-redirect-302", "the match answers with a redirect to another host", mitid.IssuerMismatch, func(b *mitidtest.Broker, p *mitidtest.Reply) {
			p.Redirect(http.StatusFound, b.Elsewhere(pathMatchCPR))
		}),
		on("match-100-mb", "the match sends 100 MB", mitid.ResponseInvalid, func(_ *mitidtest.Broker, p *mitidtest.Reply) { p.Blanks = 100 << 20 }),
		on("match-503", "the match answers 503", mitid.BrokerUnavailable, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
			p.Maintenance(http.StatusServiceUnavailable)
		}),
		on("match-hangs-up", "the match takes the number and closes the connection", mitid.BrokerUnavailable, func(_ *mitidtest.Broker, p *mitidtest.Reply) { p.HangUp = true }),
		member("missing-match", "the match does not say", func(o *mitidtest.Object) { o.Drop("cprNumberMatch") }),
		member("null-match", "the match says null", func(o *mitidtest.Object) { o.Set("cprNumberMatch", nil) }),
		member("match-number", "the match says 1", func(o *mitidtest.Object) { o.Set("cprNumberMatch", 1) }),
		member("match-text", "the match says yes", func(o *mitidtest.Object) { o.Set("cprNumberMatch", "ja") }),
		member("match-twice", "the match says it twice", func(o *mitidtest.Object) { o.Add("cprNumberMatch", true) }),
		member("match-in-two-cases", "the match says it in another letter case too", func(o *mitidtest.Object) { o.Add("CprNumberMatch", true) }),
	}
}
