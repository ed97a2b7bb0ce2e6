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
		sharedTamperings(nil), nebPersonTamperings(), userinfoTamperings(), nebUserinfoTamperings(),
		nebUserinfoTokenTamperings(), nebTransactionTamperings(), nebTextTamperings(), nebOCSPTamperings(),
		nebMatchTamperings(), nebLogoutTamperings(), nebAgeTamperings(),
	)
}

// nebPersonTamperings spoil what the tokens say of the person and the login.
func nebPersonTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, r mitid.Request, f func(b *Broker, o *object)) {
		t := onToken(name, doc, mitid.AssuranceTooLow, func(b *Broker, d *draft) { f(b, &d.payload) })
		t.Request = r
		ts = append(ts, t)
	}
	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, f func(now time.Time) any) {
		edit(name, doc, fresh, func(b *Broker, o *object) { o.set("auth_time", f(b.Now())) })
	}
	edit("O-49-missing", "there is no auth_time, and a fresh login was asked for", fresh, func(_ *Broker, o *object) { o.drop("auth_time") })
	when("O-49-yesterday", "the person logged in yesterday, and a fresh login was asked for", func(now time.Time) any { return now.Add(-24 * time.Hour).Unix() })
	when("O-49-ten-minutes", "the person logged in ten minutes before the login began", func(now time.Time) any { return now.Add(-10 * time.Minute).Unix() })
	when("O-49-ahead", "the person logs in in an hour", func(now time.Time) any { return now.Add(time.Hour).Unix() })

	level := func(name, doc string, r mitid.Request, value any) {
		edit(name, doc, r, func(_ *Broker, o *object) {
			o.set("loa", value)
			o.set("acr", value) // the broker's acr equals loa
		})
	}
	substantial := mitid.Request{Level: claims.Substantial}
	level("O-50-low", "Low where Substantial was asked for", substantial, nebLevelURIs[claims.Low])
	level("O-50-substantial-for-high", "Substantial where High was asked for", mitid.Request{Level: claims.High}, nebLevelURIs[claims.Substantial])
	level("O-50-null", "loa is null", substantial, nil)
	level("O-50-empty", "loa is empty", substantial, "")
	level("O-50-unknown-word", "loa is an unknown word", substantial, "https://data.gov.dk/concept/core/nsis/Høj")
	level("O-50-plus-one", "loa is the right one plus one character", substantial, nebLevelURIs[claims.Substantial]+"1")
	edit("O-50-missing", "there is no loa", substantial, func(_ *Broker, o *object) {
		o.drop("loa")
		o.drop("acr")
	})

	number := func(name, doc string, want mitid.Kind, r mitid.Request, f func(o *object)) {
		ts = append(ts, Tampering{Name: name, Doc: doc, Stage: StagePerson, Want: want, Request: r, spoil: spoiler{person: func(_ *Broker, o *object) {
			if o.get("dk.cpr") != nil {
				f(o)
			}
		}}})
	}
	required := mitid.Request{CPR: mitid.CPRRequired}
	number("O-51-missing", "there is no dk.cpr", mitid.ClaimMissing, required, func(o *object) { o.drop("dk.cpr") })
	number("O-51-null", "the CPR claim is null", mitid.ClaimMissing, required, func(o *object) { o.set("dk.cpr", nil) })
	number("O-51-empty", "the CPR claim is empty", mitid.ClaimMissing, required, func(o *object) { o.set("dk.cpr", "") })
	for name, value := range impossibleNumbers() {
		for suffix, r := range map[string]mitid.Request{"": required, "-if-present": {CPR: mitid.CPRIfPresent}} {
			number("O-52-"+name+suffix, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, r, func(o *object) { o.set("dk.cpr", value) })
		}
	}
	return ts
}

// impossibleNumbers are values of a CPR claim that are no CPR number.
func impossibleNumbers() map[string]any {
	return map[string]any{
		"eleven-digits": "21012700871", "nine-digits": "210127008", "letters": "210127008A", "impossible-date": "3202270087",
		"zeros": "0000000000", "number": json.RawMessage("2101270087"), "list-of-two": []string{"2101270087", "2712589100"},
		"list-of-one": []string{"2101270087"}, "object": object{{"cpr", "2101270087"}}, "true": true,
		"wide-digits": "２１０１２７００８７", "null-octet": "2101270087\x00",
	}
}

// nebUserinfoTamperings spoil the userinfo answer beside its sub.
func nebUserinfoTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(p *reply)) Tampering {
		return onReply(name, doc, StageUserinfo, want, func(_ *Broker, p *reply) { f(p) })
	}
	return []Tampering{
		on("O-24-userinfo-sub-twice", "userinfo has two members sub, equal", mitid.ResponseInvalid, func(p *reply) { p.object.add("sub", p.object.get("sub")) }),
		on("O-24-userinfo-other-case", "userinfo has Sub beside sub", mitid.ResponseInvalid, func(p *reply) { p.object.add("Sub", p.object.get("sub")) }),
		on("O-22-userinfo-empty", "userinfo is empty", mitid.ResponseInvalid, func(p *reply) { p.replace(http.StatusOK, "application/json", []byte("")) }),
		on("O-22-userinfo-list", "userinfo is a list", mitid.ResponseInvalid, func(p *reply) { p.replace(http.StatusOK, "application/json", []byte("[]")) }),
		on("O-21-userinfo-503", "userinfo answers 503", mitid.BrokerUnavailable, func(p *reply) { p.replace(http.StatusServiceUnavailable, "text/html", []byte(maintenance)) }),
		on("O-19-userinfo-401", "userinfo refuses the access token", mitid.BrokerDeclined, func(p *reply) { p.replace(http.StatusUnauthorized, "text/html", nil) }),
	}
}

// another takes the tamperings with the ID token over to another token: name gives
// the new name. Those that need more than the token, and those that skip names,
// stay away.
func another(stage Stage, name func(string) string, put func(*spoiler, func(*Broker, *draft)), skip ...string) []Tampering {
	var ts []Tampering
	for _, t := range slices.Concat(headerTamperings(), signatureTamperings(), formTamperings(), claimTamperings()) {
		if t.Want == accepted || t.Warm || slices.ContainsFunc(skip, func(s string) bool { return strings.HasPrefix(t.Name, s) }) {
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
	return func(name string) string { return name[:len("O-00-")] + word + "-" + name[len("O-00-"):] }
}

// nebUserinfoTokenTamperings spoil the userinfo token. It has no nonce: sub and
// transaction_id bind it to the ID token.
func nebUserinfoTokenTamperings() []Tampering {
	put := func(s *spoiler, f func(*Broker, *draft)) { s.facts = f }
	ts := another(StageUserinfoToken, within("userinfo-token"), put, "O-47", "O-43-azp")
	on := func(name, doc string, f func(*Broker, *draft)) {
		ts = append(ts, Tampering{Name: name, Doc: doc, Stage: StageUserinfoToken, Want: mitid.TokenInvalid, spoil: spoiler{facts: f}})
	}
	change := func(name, doc, claim string, value any) {
		on("O-53-userinfo-token-"+name, doc, func(_ *Broker, d *draft) { d.payload.set(claim, value) })
	}
	change("other-sub", "the userinfo token is about another subject", "sub", "00000000-0000-4000-8000-000000000000")
	change("other-transaction", "the userinfo token is of another login", "transaction_id", "00000000-0000-4000-8000-000000000000")
	change("empty-transaction", "the userinfo token's transaction_id is empty", "transaction_id", "")
	on("O-53-userinfo-token-no-transaction", "the userinfo token does not say of which login it is", func(_ *Broker, d *draft) { d.payload.drop("transaction_id") })
	on("O-30-userinfo-token-by-transaction-key", "the userinfo token is signed by the transaction key", byTransactionKey)
	on("O-53-userinfo-token-is-id-token", "the ID token's claims stand in the userinfo token", func(b *Broker, d *draft) {
		d.header.set("typ", "JWT")
	})
	id := onToken("O-30-by-transaction-key", "the ID token is signed by the transaction key", mitid.TokenInvalid, byTransactionKey)
	return append(ts, id)
}

// byTransactionKey signs with the transaction key, under its own id.
func byTransactionKey(b *Broker, d *draft) {
	d.key = b.neb.keys.transaction
	d.header.set("kid", d.key.id)
}
