package mitidtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// claimTamperings spoil the claims that decide whether a token may be believed.
func claimTamperings() []Tampering {
	var ts []Tampering
	set := func(name, doc, claim string, value any) {
		ts = append(ts, OnToken(name, doc, mitid.TokenInvalid, func(_ *Broker, d *Token) { d.Payload.Set(claim, value) }))
	}
	change := func(name, doc, claim string, f func(b *Broker, old string) any) {
		ts = append(ts, OnToken(name, doc, mitid.TokenInvalid, func(b *Broker, d *Token) {
			old, _ := d.Payload.Get(claim).(string)
			d.Payload.Set(claim, f(b, old))
		}))
	}
	drop := func(name, claim string) {
		ts = append(ts, OnToken(name, "there is no "+claim, mitid.TokenInvalid, func(_ *Broker, d *Token) { d.Payload.Drop(claim) }))
	}
	moment := func(name, doc, claim string, f func(now int64) any) {
		ts = append(ts, OnToken(name, doc, mitid.TokenInvalid, func(b *Broker, d *Token) { d.Payload.Set(claim, f(b.Now().Unix())) }))
	}
	plusOne := func(_ *Broker, old string) any { return old + "1" }
	cut := func(_ *Broker, old string) any { return old[:max(0, len(old)-1)] }
	hour := int64(time.Hour / time.Second)

	change("wrong-issuer", "iss is the right one plus one character", "iss", plusOne)
	change("issuer-with-slash", "iss is the right one plus a slash", "iss", func(_ *Broker, old string) any { return old + "/" })
	change("cut-issuer", "iss lacks its last character", "iss", cut)
	change("upper-case-issuer", "iss is in capitals", "iss", func(_ *Broker, old string) any { return strings.ToUpper(old) })
	change("issuer-list", "iss is a list of the right one", "iss", func(_ *Broker, old string) any { return []string{old} })
	set("other-issuer", "iss is another broker", "iss", "https://other-broker.example")
	drop("missing-issuer", "iss")
	set("null-issuer", "iss is null", "iss", nil)
	set("empty-issuer", "iss is empty", "iss", "")

	change("wrong-audience", "aud is the right one plus one character", "aud", plusOne)
	change("cut-audience", "aud lacks its last character", "aud", cut)
	change("audience-with-blank", "aud is followed by a blank", "aud", func(_ *Broker, old string) any { return old + " " })
	set("other-audience", "aud is another application", "aud", "another-application")
	drop("missing-audience", "aud")
	set("empty-audience-list", "aud is an empty list", "aud", []string{})
	set("empty-audience", "aud is empty", "aud", "")
	set("null-audience", "aud is null", "aud", nil)
	set("audience-object", "aud is an object", "aud", Object{})
	change("audience-list-of-lists", "aud is a list of lists", "aud", func(_ *Broker, old string) any { return [][]string{{old}} })
	change("two-audiences", "aud is a list of ours and a stranger", "aud", func(_ *Broker, old string) any { return []string{old, "stranger"} })
	change("two-audiences-other-first", "aud is a list of a stranger and ours", "aud", func(_ *Broker, old string) any { return []string{"stranger", old} })
	change("two-audiences-one-empty", "aud is a list of ours and nothing", "aud", func(_ *Broker, old string) any { return []string{old, ""} })
	set("other-azp", "azp is a stranger", "azp", "stranger")

	drop("missing-subject", "sub")
	set("empty-subject", "sub is empty", "sub", "")
	set("null-subject", "sub is null", "sub", nil)
	set("subject-number", "sub is a number", "sub", 7)

	drop("missing-expiry", "exp")
	moment("expired", "exp is an hour ago", "exp", func(now int64) any { return now - hour })
	moment("expiry-text", "exp is a text", "exp", func(now int64) any { return strconv.Itoa(int(now + hour)) })
	set("null-expiry", "exp is null", "exp", nil)
	set("expiry-1e400", "exp is 1e400", "exp", json.RawMessage("1e400"))
	set("expiry-zero", "exp is 0", "exp", 0)
	set("expiry-negative", "exp is negative", "exp", -1)
	moment("expiry-list", "exp is a list", "exp", func(now int64) any { return []int64{now + hour} })

	drop("missing-issue-time", "iat")
	moment("issued-in-an-hour", "iat is an hour ahead", "iat", func(now int64) any { return now + hour })
	moment("issued-in-six-minutes", "iat is six minutes ahead", "iat", func(now int64) any { return now + 6*60 })
	moment("not-yet-valid", "nbf is an hour ahead", "nbf", func(now int64) any { return now + hour })
	set("null-issue-time", "iat is null", "iat", nil)
	set("issue-time-1e400", "iat is 1e400", "iat", json.RawMessage("1e400"))

	drop("missing-nonce", "nonce")
	change("wrong-nonce", "nonce is the right one plus one character", "nonce", plusOne)
	change("cut-nonce", "nonce lacks its last character", "nonce", cut)
	set("empty-nonce", "nonce is empty", "nonce", "")
	set("null-nonce", "nonce is null", "nonce", nil)
	change("nonce-list", "nonce is a list of the right one", "nonce", func(_ *Broker, old string) any { return []string{old} })
	other := OnToken("other-nonce", "nonce is that of the login before", mitid.TokenInvalid, func(b *Broker, d *Token) {
		b.mu.Lock()
		defer b.mu.Unlock()
		mine, _ := d.Payload.Get("nonce").(string)
		for _, n := range b.nonces {
			if n != mine && n != "" {
				d.Payload.Set("nonce", n)
				return
			}
		}
		d.Payload.Set("nonce", strings.Repeat("A", len(mine)))
	})
	other.Warm = true
	return append(ts, other)
}
