package mitidtest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// nebLogoutTamperings spoil logout tokens. sub may be missing where sid is
// there.
func nebLogoutTamperings() []Tampering {
	put := func(s *spoiler, f func(*Broker, *Draft)) { s.logout = f }
	ts := another(StageLogout, within("logout-token"), put, "nonce", "other-azp", "missing-subject")
	for i := range ts {
		if ts[i].Name == "logout-token-oversized" || ts[i].Name == "logout-token-only-dots" {
			ts[i].Want = mitid.ResponseInvalid // the message is too large before it is a token
		}
	}
	on := func(name, doc string, f func(d *Draft)) {
		ts = append(ts, Tampering{Name: "logout-token-" + name, Doc: doc, Stage: StageLogout, Want: mitid.TokenInvalid, spoil: spoiler{logout: func(_ *Broker, d *Draft) { f(d) }}})
	}
	set := func(name, doc, claim string, value any) {
		on(name, doc, func(d *Draft) { d.Payload.Set(claim, value) })
	}
	on("missing-events", "the logout token has no events", func(d *Draft) { d.Payload.Drop("events") })
	set("empty-events", "the logout token's events are empty", "events", Object{})
	set("null-events", "the logout token's events are null", "events", nil)
	set("events-text", "the logout token's event is a text", "events", logoutEvent)
	set("events-list", "the logout token's events are a list", "events", []string{logoutEvent})
	set("wrong-event", "the logout token is about another event", "events", Object{{logoutEvent + "1", Object{}}})
	set("event-text", "the logout token's event is no object", "events", Object{{logoutEvent, "x"}})
	set("with-nonce", "the logout token has a nonce, so that it may be an ID token", "nonce", "n-æøå")
	on("about-nobody", "the logout token names neither sub nor sid", func(d *Draft) {
		d.Payload.Drop("sub")
		d.Payload.Drop("sid")
	})
	on("signed-by-transaction-key", "the logout token is signed by the transaction key", nil)
	ts[len(ts)-1].spoil.logout = byTransactionKey
	on("is-id-token", "an ID token arrives as a logout token", func(d *Draft) {
		d.Header.Set("typ", "JWT")
		d.Payload.Drop("events")
		d.Payload.Add("auth_time", d.Payload.Get("iat"))
	})
	return ts
}

// nebMatchTamperings spoil the answer of the CPR match.
func nebMatchTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(b *Broker, p *Reply)) Tampering {
		return onReply(name, doc, StageMatch, want, f)
	}
	member := func(name, doc string, f func(o *Object)) Tampering {
		return on(name, doc, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { f(&p.Object) })
	}
	return []Tampering{
		on("match-redirect-302", "the match answers with a redirect to another host", mitid.IssuerMismatch, func(b *Broker, p *Reply) {
			p.Redirect(http.StatusFound, b.listener.alias+pathElsewhere+nebMatchCPR)
		}),
		on("match-100-mb", "the match sends 100 MB", mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Blanks = 100 << 20 }),
		on("match-503", "the match answers 503", mitid.BrokerUnavailable, func(_ *Broker, p *Reply) {
			p.Replace(http.StatusServiceUnavailable, "text/html", []byte(maintenance))
		}),
		on("match-hangs-up", "the match takes the number and closes the connection", mitid.BrokerUnavailable, func(_ *Broker, p *Reply) { p.HangUp = true }),
		member("missing-match", "the match does not say", func(o *Object) { o.Drop("cprNumberMatch") }),
		member("null-match", "the match says null", func(o *Object) { o.Set("cprNumberMatch", nil) }),
		member("match-number", "the match says 1", func(o *Object) { o.Set("cprNumberMatch", 1) }),
		member("match-text", "the match says yes", func(o *Object) { o.Set("cprNumberMatch", "ja") }),
		member("match-twice", "the match says it twice", func(o *Object) { o.Add("cprNumberMatch", true) }),
		member("match-in-two-cases", "the match says it in another letter case too", func(o *Object) { o.Add("CprNumberMatch", true) }),
	}
}
