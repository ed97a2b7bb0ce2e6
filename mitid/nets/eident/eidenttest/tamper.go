package eidenttest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// personTamperings spoil what the token says of the person and the login.
func personTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, r mitid.Request, f func(b *mitidtest.Broker, o *mitidtest.Object)) {
		t := mitidtest.OnToken(name, doc, want, func(b *mitidtest.Broker, d *mitidtest.Token) { f(b, &d.Payload) })
		t.Request = r
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, r mitid.Request, claim string, value any) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set(claim, value) })
	}
	drop := func(name, doc string, want mitid.Kind, r mitid.Request, claim string) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop(claim) })
	}

	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, ago time.Duration) {
		edit(name, doc, mitid.AssuranceTooLow, fresh, func(b *mitidtest.Broker, o *mitidtest.Object) { o.Set("auth_time", b.Now().Add(-ago).Unix()) })
	}
	drop("missing-login-time", "there is no time of login, and a fresh login was asked for", mitid.AssuranceTooLow, fresh, "auth_time")
	set("null-login-time", "the time of login is null", mitid.AssuranceTooLow, fresh, "auth_time", nil)
	set("unreadable-login-time", "auth_time is a text that nobody can read", mitid.AssuranceTooLow, fresh, "auth_time", "i går, på Ærø")
	set("login-time-1e400", "auth_time is 1e400", mitid.AssuranceTooLow, fresh, "auth_time", json.RawMessage("1e400"))
	when("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", 24*time.Hour)
	when("login-ten-minutes-ago", "the person logged in ten minutes before the login began", 10*time.Minute)
	when("login-in-an-hour", "the person logs in in an hour", -time.Hour)

	substantial := mitid.Request{Level: claims.Substantial}
	high := mitid.Request{Level: claims.High}
	set("level-low", "the level is Low where Substantial was asked for", mitid.AssuranceTooLow, substantial, "loa", nsisWords[claims.Low])
	set("level-substantial-for-high", "the level is Substantial where High was asked for", mitid.AssuranceTooLow, high, "loa", nsisWords[claims.Substantial])
	set("level-low-acr-high", "loa is Low, and acr says high as always", mitid.AssuranceTooLow, high, "loa", nsisWords[claims.Low])
	drop("missing-level", "there is no level", mitid.AssuranceTooLow, substantial, "loa")
	set("null-level", "the level is null", mitid.AssuranceTooLow, substantial, "loa", nil)
	set("empty-level", "the level is empty", mitid.AssuranceTooLow, substantial, "loa", "")
	set("unknown-level", "the level is an unknown word", mitid.AssuranceTooLow, substantial, "loa", nsis+"Høj")
	set("wrong-level", "the level is the right one plus one character", mitid.AssuranceTooLow, substantial, "loa", nsisWords[claims.Substantial]+"1")
	set("level-is-acr", "loa is what acr always is", mitid.AssuranceTooLow, substantial, "loa", acrAlways)
	set("other-eid", "the person used another eID", mitid.ClaimInvalid, substantial, "amr", []string{"no_bankid"})
	set("two-eids", "amr names another eID beside MitID", mitid.ClaimInvalid, substantial, "amr", []string{eidPrivate, "no_bankid"})
	set("other-eid-in-subject", "sub is that of another eID", mitid.ClaimInvalid, substantial, "sub", "no_bankid:9578-5999-4-1")

	required := mitid.Request{CPR: mitid.CPRRequired}
	both := func(name, doc string, want mitid.Kind, r mitid.Request, value any) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set("dk_ssn", value); o.Set("ssn", value) })
	}
	edit("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop("dk_ssn"); o.Drop("ssn") })
	both("null-cpr", "the CPR claim is null", mitid.ClaimMissing, required, nil)
	both("empty-cpr", "the CPR claim is empty", mitid.ClaimMissing, required, "")
	set("two-cprs", "dk_ssn and ssn differ", mitid.ClaimInvalid, required, "ssn", "2712589100")
	for name, value := range mitidtest.ImpossibleNumbers() {
		both("cpr-"+name, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, required, value)
		both("cpr-"+name+"-if-present", "the CPR claim is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, value)
	}
	return ts
}

// textTamperings spoil what the token says of the texts that the person
// saw.
func textTamperings() []mitidtest.Tampering {
	const sent = "Jeg køber Ærø for 100 kr."
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, f func(o *mitidtest.Object)) {
		t := mitidtest.OnToken(name, doc, want, func(_ *mitidtest.Broker, d *mitidtest.Token) { f(&d.Payload) })
		t.Request = mitid.Request{TransactionText: mitid.Text{Body: sent}}
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, claim string, value any) {
		edit(name, doc, want, func(o *mitidtest.Object) { o.Set(claim, value) })
	}
	digest := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	for name, claim := range map[string]string{"text": "transaction_text", "text-type": "transaction_text_type", "text-digest": "transaction_text_sha256"} {
		edit("missing-"+name, "there is no "+claim, mitid.TransactionMismatch, func(o *mitidtest.Object) { o.Drop(claim) })
	}
	set("other-text", "the person saw another text", mitid.TransactionMismatch, "transaction_text", sent+"0")
	set("other-text-digest", "the digest is that of another text", mitid.TransactionMismatch, "transaction_text_sha256", digest(sent+"0"))
	set("cut-text-digest", "the digest lacks its end", mitid.ClaimInvalid, "transaction_text_sha256", digest(sent)[:40])
	set("long-text-digest", "the digest is followed by more", mitid.ClaimInvalid, "transaction_text_sha256", base64.StdEncoding.EncodeToString(append(make([]byte, 0, 64), sent...)))
	set("other-text-type", "the person saw the text as html", mitid.TransactionMismatch, "transaction_text_type", "html")
	set("unknown-text-type", "the text was shown in an unknown way", mitid.TransactionMismatch, "transaction_text_type", "Text")
	edit("other-text-and-digest", "the person saw another text, and its digest came", mitid.TransactionMismatch, func(o *mitidtest.Object) {
		o.Set("transaction_text", sent+"0")
		o.Set("transaction_text_sha256", digest(sent+"0"))
	})
	return ts
}

// userinfoTamperings spoil the userinfo answer. A client that does not ask
// for it never meets them.
func userinfoTamperings() []mitidtest.Tampering {
	member := func(name, doc string, change func(o *mitidtest.Object)) mitidtest.Tampering {
		return mitidtest.On(name, doc, mitidtest.StageUserinfo, mitid.TokenInvalid, func(_ *mitidtest.Broker, p *mitidtest.Reply) { change(&p.Object) })
	}
	uuid := member("userinfo-other-uuid", "userinfo's UUID is another one", func(o *mitidtest.Object) { o.Set("mitid.uuid", "00000000-0000-4000-8000-000000000000") })
	uuid.Want = mitid.ClaimInvalid // sub and mitid.uuid name two people
	return []mitidtest.Tampering{
		uuid,
		member("userinfo-other-subject", "userinfo is about somebody else", func(o *mitidtest.Object) { o.Set("sub", "mitid:00000000-0000-4000-8000-000000000000") }),
		member("userinfo-wrong-subject", "userinfo's sub is the right one plus one character", func(o *mitidtest.Object) {
			sub, _ := o.Get("sub").(string)
			o.Set("sub", sub+"1")
		}),
		member("userinfo-missing-subject", "userinfo has no sub", func(o *mitidtest.Object) { o.Drop("sub") }),
		member("userinfo-empty-subject", "userinfo's sub is empty", func(o *mitidtest.Object) { o.Set("sub", "") }),
	}
}
