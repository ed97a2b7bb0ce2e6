package mitidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// eidentPersonTamperings spoil what the token says of the person and the login.
func eidentPersonTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, want mitid.Kind, r mitid.Request, f func(b *Broker, o *object)) {
		t := onToken(name, doc, want, func(b *Broker, d *draft) { f(b, &d.payload) })
		t.Request = r
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, r mitid.Request, claim string, value any) {
		edit(name, doc, want, r, func(_ *Broker, o *object) { o.set(claim, value) })
	}
	drop := func(name string, want mitid.Kind, r mitid.Request, claim string) {
		edit(name, "there is no "+claim, want, r, func(_ *Broker, o *object) { o.drop(claim) })
	}

	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, ago time.Duration) {
		edit(name, doc, mitid.AssuranceTooLow, fresh, func(b *Broker, o *object) { o.set("auth_time", b.Now().Add(-ago).Unix()) })
	}
	drop("O-49-missing", mitid.AssuranceTooLow, fresh, "auth_time")
	set("O-49-null", "auth_time is null", mitid.AssuranceTooLow, fresh, "auth_time", nil)
	set("O-49-unreadable", "auth_time is a text that nobody can read", mitid.AssuranceTooLow, fresh, "auth_time", "i går, på Ærø")
	set("O-49-1e400", "auth_time is 1e400", mitid.AssuranceTooLow, fresh, "auth_time", json.RawMessage("1e400"))
	when("O-49-yesterday", "the person logged in yesterday, and a fresh login was asked for", 24*time.Hour)
	when("O-49-ten-minutes", "the person logged in ten minutes before the login began", 10*time.Minute)
	when("O-49-ahead", "the person logs in in an hour", -time.Hour)

	substantial := mitid.Request{Level: claims.Substantial}
	high := mitid.Request{Level: claims.High}
	set("O-50-low", "loa is Low where Substantial was asked for", mitid.AssuranceTooLow, substantial, "loa", nsisWords[claims.Low])
	set("O-50-substantial-for-high", "loa is Substantial where High was asked for", mitid.AssuranceTooLow, high, "loa", nsisWords[claims.Substantial])
	set("O-50-acr-is-no-level", "loa is Low, and acr says high as always", mitid.AssuranceTooLow, high, "loa", nsisWords[claims.Low])
	drop("O-50-missing", mitid.AssuranceTooLow, substantial, "loa")
	set("O-50-null", "loa is null", mitid.AssuranceTooLow, substantial, "loa", nil)
	set("O-50-empty", "loa is empty", mitid.AssuranceTooLow, substantial, "loa", "")
	set("O-50-unknown-word", "loa is an unknown word", mitid.AssuranceTooLow, substantial, "loa", nsis+"Høj")
	set("O-50-plus-one", "loa is Substantial plus one character", mitid.AssuranceTooLow, substantial, "loa", nsisWords[claims.Substantial]+"1")
	set("O-50-acr-as-loa", "loa is what acr always is", mitid.AssuranceTooLow, substantial, "loa", eidentACR)
	set("O-50-other-eid", "the person used another eID", mitid.ClaimInvalid, substantial, "amr", []string{"no_bankid"})
	set("O-50-two-eids", "amr names another eID beside MitID", mitid.ClaimInvalid, substantial, "amr", []string{eidentPrivate, "no_bankid"})
	set("O-50-other-eid-in-sub", "sub is that of another eID", mitid.ClaimInvalid, substantial, "sub", "no_bankid:9578-5999-4-1")

	required := mitid.Request{CPR: mitid.CPRRequired}
	both := func(name, doc string, want mitid.Kind, r mitid.Request, value any) {
		edit(name, doc, want, r, func(_ *Broker, o *object) { o.set("dk_ssn", value); o.set("ssn", value) })
	}
	edit("O-51-missing", "there is no CPR number", mitid.ClaimMissing, required, func(_ *Broker, o *object) { o.drop("dk_ssn"); o.drop("ssn") })
	both("O-51-null", "the CPR claims are null", mitid.ClaimMissing, required, nil)
	both("O-51-empty", "the CPR claims are empty", mitid.ClaimMissing, required, "")
	set("O-52-two-numbers", "dk_ssn and ssn differ", mitid.ClaimInvalid, required, "ssn", "2712589100")
	for name, value := range map[string]any{
		"eleven-digits": "21012700871", "nine-digits": "210127008", "letters": "210127008A", "impossible-date": "3202270087",
		"zeros": "0000000000", "number": json.RawMessage("2101270087"), "list-of-two": []string{"2101270087", "2712589100"},
		"list-of-one": []string{"2101270087"}, "object": object{{"cpr", "2101270087"}}, "true": true,
		"wide-digits": "２１０１２７００８７", "null-octet": "2101270087\x00",
	} {
		both("O-52-"+name, "the CPR claims are malformed: "+name, mitid.ClaimInvalid, required, value)
		both("O-52-"+name+"-if-present", "the CPR claims are malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, value)
	}
	return ts
}

// eidentTextTamperings spoil what the token says of the texts that the person
// saw. They belong to D-01 and D-02 of the table, on the wire of a login.
func eidentTextTamperings() []Tampering {
	const sent = "Jeg køber Ærø for 100 kr."
	var ts []Tampering
	edit := func(name, doc string, want mitid.Kind, f func(o *object)) {
		t := onToken(name, doc, want, func(_ *Broker, d *draft) { f(&d.payload) })
		t.Request = mitid.Request{TransactionText: mitid.Text{Body: sent}}
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, claim string, value any) {
		edit(name, doc, want, func(o *object) { o.set(claim, value) })
	}
	digest := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	for _, claim := range []string{"transaction_text", "transaction_text_type", "transaction_text_sha256"} {
		edit("D-01-no-"+strings.ReplaceAll(claim, "_", "-"), "there is no "+claim, mitid.TransactionMismatch, func(o *object) { o.drop(claim) })
	}
	set("D-02-other-text", "the person saw another text", mitid.TransactionMismatch, "transaction_text", sent+"0")
	set("D-02-other-digest", "the digest is that of another text", mitid.TransactionMismatch, "transaction_text_sha256", digest(sent+"0"))
	set("D-02-short-digest", "the digest lacks its end", mitid.ClaimInvalid, "transaction_text_sha256", digest(sent)[:40])
	set("D-02-long-digest", "the digest is followed by more", mitid.ClaimInvalid, "transaction_text_sha256", base64.StdEncoding.EncodeToString(append(make([]byte, 0, 64), sent...)))
	set("D-02-other-type", "the person saw the text as html", mitid.TransactionMismatch, "transaction_text_type", "html")
	set("D-02-unknown-type", "the text was shown in an unknown way", mitid.TransactionMismatch, "transaction_text_type", "Text")
	edit("D-02-other-text-and-digest", "the person saw another text, and its digest came", mitid.TransactionMismatch, func(o *object) {
		o.set("transaction_text", sent+"0")
		o.set("transaction_text_sha256", digest(sent+"0"))
	})
	return ts
}

// eidentUserinfoTamperings spoil the userinfo answer. A client that does not ask
// for it never meets them.
func eidentUserinfoTamperings() []Tampering {
	member := func(name, doc string, change func(o *object)) Tampering {
		return onReply(name, doc, StageUserinfo, mitid.TokenInvalid, func(_ *Broker, p *reply) { change(&p.object) })
	}
	uuid := member("O-53-other-uuid", "userinfo's UUID is another one", func(o *object) { o.set("mitid.uuid", "00000000-0000-4000-8000-000000000000") })
	uuid.Want = mitid.ClaimInvalid // sub and mitid.uuid name two people
	return []Tampering{
		uuid,
		member("O-53-other-sub", "userinfo is about somebody else", func(o *object) { o.set("sub", "mitid:00000000-0000-4000-8000-000000000000") }),
		member("O-53-sub-plus-one", "userinfo's sub is the right one plus one character", func(o *object) {
			sub, _ := o.get("sub").(string)
			o.set("sub", sub+"1")
		}),
		member("O-53-no-sub", "userinfo has no sub", func(o *object) { o.drop("sub") }),
		member("O-53-empty-sub", "userinfo's sub is empty", func(o *object) { o.set("sub", "") }),
	}
}
