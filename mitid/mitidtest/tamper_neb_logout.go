package mitidtest

import (
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// nebLogoutTamperings spoil logout tokens (O-55). sub may be missing where sid is
// there.
func nebLogoutTamperings() []Tampering {
	put := func(s *spoiler, f func(*Broker, *draft)) { s.logout = f }
	name := func(old string) string { return "O-55-" + old[len("O-"):] }
	ts := another(StageLogout, name, put, "O-47", "O-43-azp", "O-44-sub-missing")
	for i := range ts {
		if strings.HasPrefix(ts[i].Name, "O-55-39-") {
			ts[i].Want = mitid.ResponseInvalid // the message is too large before it is a token
		}
	}
	on := func(name, doc string, f func(d *draft)) {
		ts = append(ts, Tampering{Name: "O-55-" + name, Doc: doc, Stage: StageLogout, Want: mitid.TokenInvalid, spoil: spoiler{logout: func(_ *Broker, d *draft) { f(d) }}})
	}
	set := func(name, doc, claim string, value any) {
		on(name, doc, func(d *draft) { d.payload.set(claim, value) })
	}
	on("no-events", "the logout token has no events", func(d *draft) { d.payload.drop("events") })
	set("events-empty", "the logout token's events are empty", "events", object{})
	set("events-null", "the logout token's events are null", "events", nil)
	set("events-text", "the logout token's event is a text", "events", logoutEvent)
	set("events-list", "the logout token's events are a list", "events", []string{logoutEvent})
	set("wrong-event", "the logout token is about another event", "events", object{{logoutEvent + "1", object{}}})
	set("event-no-object", "the logout token's event is no object", "events", object{{logoutEvent, "x"}})
	set("nonce", "the logout token has a nonce, so that it may be an ID token", "nonce", "n-æøå")
	on("nobody", "the logout token names neither sub nor sid", func(d *draft) {
		d.payload.drop("sub")
		d.payload.drop("sid")
	})
	on("by-transaction-key", "the logout token is signed by the transaction key", nil)
	ts[len(ts)-1].spoil.logout = byTransactionKey
	on("id-token", "an ID token arrives as a logout token", func(d *draft) {
		d.header.set("typ", "JWT")
		d.payload.drop("events")
		d.payload.add("auth_time", d.payload.get("iat"))
	})
	return ts
}

// nebMatchTamperings spoil the answer of the CPR match.
func nebMatchTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(b *Broker, p *reply)) Tampering {
		return onReply(name, doc, StageMatch, want, f)
	}
	member := func(name, doc string, f func(o *object)) Tampering {
		return on(name, doc, mitid.ResponseInvalid, func(_ *Broker, p *reply) { f(&p.object) })
	}
	return []Tampering{
		on("O-02-match-302", "the match answers with a redirect to another host", mitid.IssuerMismatch, func(b *Broker, p *reply) {
			p.moved(http.StatusFound, b.listener.alias+pathElsewhere+nebMatchCPR)
		}),
		on("O-05-match-100-mb", "the match sends 100 MB", mitid.ResponseInvalid, func(_ *Broker, p *reply) { p.stretch = 100 << 20 }),
		on("O-21-match-503", "the match answers 503", mitid.BrokerUnavailable, func(_ *Broker, p *reply) {
			p.replace(http.StatusServiceUnavailable, "text/html", []byte(maintenance))
		}),
		on("O-21-match-hangs-up", "the match takes the number and closes the connection", mitid.BrokerUnavailable, func(_ *Broker, p *reply) { p.hangUp = true }),
		on("O-22-match-html", "the match answers with a page", mitid.BrokerUnavailable, func(_ *Broker, p *reply) {
			p.replace(http.StatusOK, "text/html", []byte(maintenance))
		}),
		member("O-22-match-no-member", "the match does not say", func(o *object) { o.drop("cprNumberMatch") }),
		member("O-22-match-null", "the match says null", func(o *object) { o.set("cprNumberMatch", nil) }),
		member("O-22-match-number", "the match says 1", func(o *object) { o.set("cprNumberMatch", 1) }),
		member("O-22-match-other-text", "the match says yes", func(o *object) { o.set("cprNumberMatch", "ja") }),
		member("O-24-match-twice", "the match says it twice", func(o *object) { o.add("cprNumberMatch", true) }),
		member("O-24-match-other-case", "the match says it in another letter case too", func(o *object) { o.add("CprNumberMatch", true) }),
	}
}
