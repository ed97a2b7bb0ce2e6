package mitidtest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// claimTamperings spoil the claims that decide whether a token may be believed.
func claimTamperings() []Tampering {
	var ts []Tampering
	set := func(name, doc, claim string, value any) {
		ts = append(ts, onToken(name, doc, mitid.TokenInvalid, func(_ *Broker, d *draft) { d.payload.set(claim, value) }))
	}
	change := func(name, doc, claim string, f func(b *Broker, old string) any) {
		ts = append(ts, onToken(name, doc, mitid.TokenInvalid, func(b *Broker, d *draft) {
			old, _ := d.payload.get(claim).(string)
			d.payload.set(claim, f(b, old))
		}))
	}
	drop := func(name, claim string) {
		ts = append(ts, onToken(name, "there is no "+claim, mitid.TokenInvalid, func(_ *Broker, d *draft) { d.payload.drop(claim) }))
	}
	moment := func(name, doc, claim string, f func(now int64) any) {
		ts = append(ts, onToken(name, doc, mitid.TokenInvalid, func(b *Broker, d *draft) { d.payload.set(claim, f(b.Now().Unix())) }))
	}
	plusOne := func(_ *Broker, old string) any { return old + "1" }
	cut := func(_ *Broker, old string) any { return old[:max(0, len(old)-1)] }
	hour := int64(time.Hour / time.Second)

	change("O-41-iss-plus-one", "iss is the right one plus one character", "iss", plusOne)
	change("O-41-iss-slash", "iss is the right one plus a slash", "iss", func(_ *Broker, old string) any { return old + "/" })
	change("O-41-iss-cut", "iss lacks its last character", "iss", cut)
	change("O-41-iss-upper-case", "iss is in capitals", "iss", func(_ *Broker, old string) any { return strings.ToUpper(old) })
	change("O-41-iss-list", "iss is a list of the right one", "iss", func(_ *Broker, old string) any { return []string{old} })
	drop("O-41-iss-missing", "iss")
	set("O-41-iss-null", "iss is null", "iss", nil)
	set("O-41-iss-empty", "iss is empty", "iss", "")

	change("O-42-aud-plus-one", "aud is the right one plus one character", "aud", plusOne)
	change("O-42-aud-cut", "aud lacks its last character", "aud", cut)
	change("O-42-aud-blank", "aud is followed by a blank", "aud", func(_ *Broker, old string) any { return old + " " })
	drop("O-42-aud-missing", "aud")
	set("O-42-aud-empty-list", "aud is an empty list", "aud", []string{})
	set("O-42-aud-empty", "aud is empty", "aud", "")
	set("O-42-aud-null", "aud is null", "aud", nil)
	set("O-42-aud-object", "aud is an object", "aud", object{})
	change("O-42-aud-list-of-lists", "aud is a list of lists", "aud", func(_ *Broker, old string) any { return [][]string{{old}} })
	change("O-43-aud-and-stranger", "aud is a list of ours and a stranger", "aud", func(_ *Broker, old string) any { return []string{old, "stranger"} })
	change("O-43-stranger-and-aud", "aud is a list of a stranger and ours", "aud", func(_ *Broker, old string) any { return []string{"stranger", old} })
	change("O-43-aud-and-empty", "aud is a list of ours and nothing", "aud", func(_ *Broker, old string) any { return []string{old, ""} })
	set("O-43-azp-stranger", "azp is a stranger", "azp", "stranger")

	drop("O-44-sub-missing", "sub")
	set("O-44-sub-empty", "sub is empty", "sub", "")
	set("O-44-sub-null", "sub is null", "sub", nil)
	set("O-44-sub-number", "sub is a number", "sub", 7)

	drop("O-45-exp-missing", "exp")
	moment("O-45-exp-past", "exp is an hour ago", "exp", func(now int64) any { return now - hour })
	moment("O-45-exp-text", "exp is a text", "exp", func(now int64) any { return itoa(int(now + hour)) })
	set("O-45-exp-null", "exp is null", "exp", nil)
	set("O-45-exp-1e400", "exp is 1e400", "exp", json.RawMessage("1e400"))
	set("O-45-exp-zero", "exp is 0", "exp", 0)
	set("O-45-exp-negative", "exp is negative", "exp", -1)
	moment("O-45-exp-list", "exp is a list", "exp", func(now int64) any { return []int64{now + hour} })

	drop("O-46-iat-missing", "iat")
	moment("O-46-iat-ahead", "iat is an hour ahead", "iat", func(now int64) any { return now + hour })
	moment("O-46-iat-just-ahead", "iat is six minutes ahead", "iat", func(now int64) any { return now + 6*60 })
	moment("O-46-nbf-ahead", "nbf is an hour ahead", "nbf", func(now int64) any { return now + hour })
	set("O-46-iat-null", "iat is null", "iat", nil)
	set("O-46-iat-1e400", "iat is 1e400", "iat", json.RawMessage("1e400"))

	drop("O-47-nonce-missing", "nonce")
	change("O-47-nonce-plus-one", "nonce is the right one plus one character", "nonce", plusOne)
	change("O-47-nonce-cut", "nonce lacks its last character", "nonce", cut)
	set("O-47-nonce-empty", "nonce is empty", "nonce", "")
	set("O-47-nonce-null", "nonce is null", "nonce", nil)
	change("O-47-nonce-list", "nonce is a list of the right one", "nonce", func(_ *Broker, old string) any { return []string{old} })
	other := onToken("O-48-nonce-of-another-login", "nonce is that of the login before", mitid.TokenInvalid, func(b *Broker, d *draft) {
		b.mu.Lock()
		defer b.mu.Unlock()
		mine, _ := d.payload.get("nonce").(string)
		for _, n := range b.nonces {
			if n != mine && n != "" {
				d.payload.set("nonce", n)
				return
			}
		}
		d.payload.set("nonce", strings.Repeat("A", len(mine)))
	})
	other.Warm = true
	return append(ts, other)
}
