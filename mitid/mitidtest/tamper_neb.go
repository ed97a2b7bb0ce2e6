package mitidtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// nebTamperings are the catalogue of this dialect: what every broker's answers can
// carry, and this broker's further tokens and answers.
func nebTamperings() []Tampering {
	return slices.Concat(
		SharedTamperings(nil), nebPersonTamperings(), UserinfoTamperings(), nebUserinfoTamperings(),
		nebUserinfoTokenTamperings(), nebTransactionTamperings(), nebTextTamperings(), nebOCSPTamperings(),
		nebMatchTamperings(), nebLogoutTamperings(), OutageTamperings(StageMatch), nebAgeTamperings(),
	)
}

// nebPersonTamperings spoil what the tokens say of the person and the login.
func nebPersonTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, r mitid.Request, f func(b *Broker, o *Object)) {
		t := onToken(name, doc, mitid.AssuranceTooLow, func(b *Broker, d *Draft) { f(b, &d.Payload) })
		t.Request = r
		ts = append(ts, t)
	}
	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, f func(now time.Time) any) {
		edit(name, doc, fresh, func(b *Broker, o *Object) { o.Set("auth_time", f(b.Now())) })
	}
	edit("missing-login-time", "there is no time of login, and a fresh login was asked for", fresh, func(_ *Broker, o *Object) { o.Drop("auth_time") })
	when("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", func(now time.Time) any { return now.Add(-24 * time.Hour).Unix() })
	when("login-ten-minutes-ago", "the person logged in ten minutes before the login began", func(now time.Time) any { return now.Add(-10 * time.Minute).Unix() })
	when("login-in-an-hour", "the person logs in in an hour", func(now time.Time) any { return now.Add(time.Hour).Unix() })

	level := func(name, doc string, r mitid.Request, value any) {
		edit(name, doc, r, func(_ *Broker, o *Object) {
			o.Set("loa", value)
			o.Set("acr", value) // the broker's acr equals loa
		})
	}
	substantial := mitid.Request{Level: claims.Substantial}
	level("level-low", "the level is Low where Substantial was asked for", substantial, nebLevelURIs[claims.Low])
	level("level-substantial-for-high", "the level is Substantial where High was asked for", mitid.Request{Level: claims.High}, nebLevelURIs[claims.Substantial])
	level("null-level", "the level is null", substantial, nil)
	level("empty-level", "the level is empty", substantial, "")
	level("unknown-level", "the level is an unknown word", substantial, "https://data.gov.dk/concept/core/nsis/Høj")
	level("wrong-level", "the level is the right one plus one character", substantial, nebLevelURIs[claims.Substantial]+"1")
	edit("missing-level", "there is no level", substantial, func(_ *Broker, o *Object) {
		o.Drop("loa")
		o.Drop("acr")
	})

	number := func(name, doc string, want mitid.Kind, r mitid.Request, f func(o *Object)) {
		ts = append(ts, Tampering{Name: name, Doc: doc, Stage: StagePerson, Want: want, Request: r, spoil: spoiler{person: func(_ *Broker, o *Object) {
			if o.Get("dk.cpr") != nil {
				f(o)
			}
		}}})
	}
	required := mitid.Request{CPR: mitid.CPRRequired}
	number("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, func(o *Object) { o.Drop("dk.cpr") })
	number("null-cpr", "the CPR claim is null", mitid.ClaimMissing, required, func(o *Object) { o.Set("dk.cpr", nil) })
	number("empty-cpr", "the CPR claim is empty", mitid.ClaimMissing, required, func(o *Object) { o.Set("dk.cpr", "") })
	for name, value := range ImpossibleNumbers() {
		spoil := func(o *Object) { o.Set("dk.cpr", value) }
		number("cpr-"+name, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, required, spoil)
		number("cpr-"+name+"-if-present", "the CPR claim is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, spoil)
	}
	return ts
}

// impossibleNumbers are values of a CPR claim that are no CPR number.
func ImpossibleNumbers() map[string]any {
	return map[string]any{
		"eleven-digits": "21012700871", "nine-digits": "210127008", "letters": "210127008A", "impossible-date": "3202270087",
		"zeros": "0000000000", "number": json.RawMessage("2101270087"), "list-of-two": []string{"2101270087", "2712589100"},
		"list-of-one": []string{"2101270087"}, "object": Object{{"cpr", "2101270087"}}, "true": true,
		"wide-digits": "２１０１２７００８７", "null-byte": "2101270087\x00",
	}
}

// nebUserinfoTamperings spoil the userinfo answer beside its sub.
func nebUserinfoTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(p *Reply)) Tampering {
		return onReply(name, doc, StageUserinfo, want, func(_ *Broker, p *Reply) { f(p) })
	}
	return []Tampering{
		on("userinfo-subject-twice", "userinfo has two members sub, equal", mitid.ResponseInvalid, func(p *Reply) { p.Object.Add("sub", p.Object.Get("sub")) }),
		on("userinfo-subject-in-two-cases", "userinfo has Sub beside sub", mitid.ResponseInvalid, func(p *Reply) { p.Object.Add("Sub", p.Object.Get("sub")) }),
		on("userinfo-503", "userinfo answers 503", mitid.BrokerUnavailable, func(p *Reply) { p.Replace(http.StatusServiceUnavailable, "text/html", []byte(maintenance)) }),
		on("userinfo-401", "userinfo refuses the access token", mitid.BrokerDeclined, func(p *Reply) { p.Replace(http.StatusUnauthorized, "text/html", nil) }),
	}
}

// another takes the tamperings with the ID token over to another token: name gives
// the new name. Those that need more than the token, and those that skip names,
// stay away.
func another(stage Stage, name func(string) string, put func(*spoiler, func(*Broker, *Draft)), skip ...string) []Tampering {
	var ts []Tampering
	for _, t := range slices.Concat(headerTamperings(), signatureTamperings(), formTamperings(), claimTamperings()) {
		if t.Want == accepted || t.Warm || slices.ContainsFunc(skip, func(s string) bool { return strings.Contains(t.Name, s) }) {
			continue
		}
		f := t.spoil.draft
		t.Name, t.Stage, t.spoil = name(t.Name), stage, spoiler{}
		put(&t.spoil, f)
		ts = append(ts, t)
	}
	return ts
}

// within puts a word behind a tampering's row.
func within(word string) func(string) string {
	return func(name string) string { return word + "-" + name }
}

// nebUserinfoTokenTamperings spoil the userinfo token. It has no nonce: sub and
// transaction_id bind it to the ID token.
func nebUserinfoTokenTamperings() []Tampering {
	put := func(s *spoiler, f func(*Broker, *Draft)) { s.facts = f }
	ts := another(StageUserinfoToken, within("userinfo-token"), put, "nonce", "other-azp")
	on := func(name, doc string, f func(*Broker, *Draft)) {
		ts = append(ts, Tampering{Name: name, Doc: doc, Stage: StageUserinfoToken, Want: mitid.TokenInvalid, spoil: spoiler{facts: f}})
	}
	change := func(name, doc, claim string, value any) {
		on("userinfo-token-"+name, doc, func(_ *Broker, d *Draft) { d.Payload.Set(claim, value) })
	}
	change("other-subject", "the userinfo token is about another subject", "sub", "00000000-0000-4000-8000-000000000000")
	change("other-login", "the userinfo token is of another login", "transaction_id", "00000000-0000-4000-8000-000000000000")
	change("empty-login", "the userinfo token's transaction_id is empty", "transaction_id", "")
	on("userinfo-token-missing-login", "the userinfo token does not say of which login it is", func(_ *Broker, d *Draft) { d.Payload.Drop("transaction_id") })
	on("userinfo-token-signed-by-transaction-key", "the userinfo token is signed by the transaction key", byTransactionKey)
	on("userinfo-token-is-id-token", "the ID token's claims stand in the userinfo token", func(b *Broker, d *Draft) {
		d.Header.Set("typ", "JWT")
	})
	id := onToken("signed-by-transaction-key", "the ID token is signed by the transaction key", mitid.TokenInvalid, byTransactionKey)
	return append(ts, id)
}

// byTransactionKey signs with the transaction key, under its own id.
func byTransactionKey(b *Broker, d *Draft) {
	d.Key = b.neb.keys.transaction
	d.Header.Set("kid", d.Key.ID)
}
