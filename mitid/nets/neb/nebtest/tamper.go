package nebtest

import (
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The stages that this broker alone has.
const (
	StagePerson           mitidtest.Stage = "person"            // what is told of the person, wherever it is told
	StageUserinfoToken    mitidtest.Stage = "userinfo_token"    // the userinfo token
	StageTransactionToken mitidtest.Stage = "transaction_token" // the transaction token
	StageOCSP             mitidtest.Stage = "ocsp"              // the OCSP answer beside it
)

// Tamperings are the catalogue of this dialect: what every broker's answers can
// carry, and this broker's further tokens and answers.
func (n *dialect) Tamperings() []mitidtest.Tampering {
	return slices.Concat(
		mitidtest.SharedTamperings(nil), personTamperings(), mitidtest.UserinfoTamperings(), userinfoTamperings(),
		n.userinfoTokenTamperings(), n.transactionTamperings(), textTamperings(), n.ocspTamperings(),
		matchTamperings(), n.logoutTamperings(), mitidtest.OutageTamperings(mitidtest.StageMatch), n.ageTamperings(),
	)
}

// personTamperings spoil what the tokens say of the person and the login.
func personTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, r mitid.Request, f func(b *mitidtest.Broker, o *mitidtest.Object)) {
		t := mitidtest.OnToken(name, doc, mitid.AssuranceTooLow, func(b *mitidtest.Broker, d *mitidtest.Token) { f(b, &d.Payload) })
		t.Request = r
		ts = append(ts, t)
	}
	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, f func(now time.Time) any) {
		edit(name, doc, fresh, func(b *mitidtest.Broker, o *mitidtest.Object) { o.Set("auth_time", f(b.Now())) })
	}
	edit("missing-login-time", "there is no time of login, and a fresh login was asked for", fresh, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop("auth_time") })
	when("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", func(now time.Time) any { return now.Add(-24 * time.Hour).Unix() })
	when("login-ten-minutes-ago", "the person logged in ten minutes before the login began", func(now time.Time) any { return now.Add(-10 * time.Minute).Unix() })
	when("login-in-an-hour", "the person logs in in an hour", func(now time.Time) any { return now.Add(time.Hour).Unix() })

	level := func(name, doc string, r mitid.Request, value any) {
		edit(name, doc, r, func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Set("loa", value)
			o.Set("acr", value) // the broker's acr equals loa
		})
	}
	substantial := mitid.Request{Level: claims.Substantial}
	level("level-low", "the level is Low where Substantial was asked for", substantial, levelURIs[claims.Low])
	level("level-substantial-for-high", "the level is Substantial where High was asked for", mitid.Request{Level: claims.High}, levelURIs[claims.Substantial])
	level("null-level", "the level is null", substantial, nil)
	level("empty-level", "the level is empty", substantial, "")
	level("unknown-level", "the level is an unknown word", substantial, "https://data.gov.dk/concept/core/nsis/Høj")
	level("wrong-level", "the level is the right one plus one character", substantial, levelURIs[claims.Substantial]+"1")
	edit("missing-level", "there is no level", substantial, func(_ *mitidtest.Broker, o *mitidtest.Object) {
		o.Drop("loa")
		o.Drop("acr")
	})

	number := func(name, doc string, want mitid.Kind, r mitid.Request, f func(o *mitidtest.Object)) {
		t := mitidtest.On(name, doc, StagePerson, want, func(_ *mitidtest.Broker, o *mitidtest.Object) {
			if o.Get("dk.cpr") != nil {
				f(o)
			}
		})
		t.Request = r
		ts = append(ts, t)
	}
	required := mitid.Request{CPR: mitid.CPRRequired}
	number("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, func(o *mitidtest.Object) { o.Drop("dk.cpr") })
	number("null-cpr", "the CPR claim is null", mitid.ClaimMissing, required, func(o *mitidtest.Object) { o.Set("dk.cpr", nil) })
	number("empty-cpr", "the CPR claim is empty", mitid.ClaimMissing, required, func(o *mitidtest.Object) { o.Set("dk.cpr", "") })
	for name, value := range mitidtest.ImpossibleNumbers() {
		spoil := func(o *mitidtest.Object) { o.Set("dk.cpr", value) }
		number("cpr-"+name, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, required, spoil)
		number("cpr-"+name+"-if-present", "the CPR claim is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, spoil)
	}
	return ts
}

// userinfoTamperings spoil the userinfo answer beside its sub.
func userinfoTamperings() []mitidtest.Tampering {
	on := func(name, doc string, want mitid.Kind, f func(p *mitidtest.Reply)) mitidtest.Tampering {
		return mitidtest.On(name, doc, mitidtest.StageUserinfo, want, func(_ *mitidtest.Broker, p *mitidtest.Reply) { f(p) })
	}
	return []mitidtest.Tampering{
		on("userinfo-subject-twice", "userinfo has two members sub, equal", mitid.ResponseInvalid, func(p *mitidtest.Reply) { p.Object.Add("sub", p.Object.Get("sub")) }),
		on("userinfo-subject-in-two-cases", "userinfo has Sub beside sub", mitid.ResponseInvalid, func(p *mitidtest.Reply) { p.Object.Add("Sub", p.Object.Get("sub")) }),
		on("userinfo-503", "userinfo answers 503", mitid.BrokerUnavailable, func(p *mitidtest.Reply) { p.Maintenance(http.StatusServiceUnavailable) }),
		on("userinfo-401", "userinfo refuses the access token", mitid.BrokerDeclined, func(p *mitidtest.Reply) { p.Replace(http.StatusUnauthorized, "text/html", nil) }),
	}
}

// userinfoTokenTamperings spoil the userinfo token. It has no nonce: sub and
// transaction_id bind it to the ID token.
func (n *dialect) userinfoTokenTamperings() []mitidtest.Tampering {
	ts := mitidtest.TokenTamperings(StageUserinfoToken, "userinfo-token", "nonce", "other-azp")
	on := func(name, doc string, f func(*mitidtest.Broker, *mitidtest.Token)) {
		ts = append(ts, mitidtest.On(name, doc, StageUserinfoToken, mitid.TokenInvalid, f))
	}
	change := func(name, doc, claim string, value any) {
		on("userinfo-token-"+name, doc, func(_ *mitidtest.Broker, d *mitidtest.Token) { d.Payload.Set(claim, value) })
	}
	change("other-subject", "the userinfo token is about another subject", "sub", "00000000-0000-4000-8000-000000000000")
	change("other-login", "the userinfo token is of another login", "transaction_id", "00000000-0000-4000-8000-000000000000")
	change("empty-login", "the userinfo token's transaction_id is empty", "transaction_id", "")
	on("userinfo-token-missing-login", "the userinfo token does not say of which login it is", func(_ *mitidtest.Broker, d *mitidtest.Token) { d.Payload.Drop("transaction_id") })
	on("userinfo-token-signed-by-transaction-key", "the userinfo token is signed by the transaction key", n.signWithTransactionKey)
	on("userinfo-token-is-id-token", "the ID token's claims stand in the userinfo token", func(b *mitidtest.Broker, d *mitidtest.Token) {
		d.Header.Set("typ", "JWT")
	})
	id := mitidtest.OnToken("signed-by-transaction-key", "the ID token is signed by the transaction key", mitid.TokenInvalid, n.signWithTransactionKey)
	return append(ts, id)
}

// signWithTransactionKey signs with the transaction key, under its own id.
func (n *dialect) signWithTransactionKey(_ *mitidtest.Broker, d *mitidtest.Token) {
	d.Key = n.keys.transaction
	d.Header.Set("kid", d.Key.ID)
}
