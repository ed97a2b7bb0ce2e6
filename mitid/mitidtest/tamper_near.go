package mitidtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// nearTamperings spoil what ties an ID token to the moment of the login and to the
// access token beside it, and write its times in every form of a JSON number.
func nearTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, want mitid.Kind, f func(now time.Time, o *Object)) {
		ts = append(ts, OnToken(name, doc, want, func(b *Broker, d *Token) { f(b.Now(), &d.Payload) }))
	}
	ago := func(name, doc string, d time.Duration, want mitid.Kind) {
		edit(name, doc, want, func(now time.Time, o *Object) { o.Set("iat", now.Add(-d).Unix()) })
	}
	ago("issued-a-day-ago", "iat is a day ago, and the token is still good", 24*time.Hour, mitid.TokenInvalid)
	ago("issued-an-hour-ago", "iat is an hour ago, and the token is still good", time.Hour, mitid.TokenInvalid)
	ago("issued-four-minutes-ago", "iat is four minutes ago, as clocks may differ", 4*time.Minute, accepted)

	const otherHash = "77QmUPtjPfzWtF2AnpK9RQ"
	for _, h := range []struct {
		name, doc string
		value     any
	}{
		{"other-at-hash", "that of another access token", otherHash}, {"long-at-hash", "one character too long", otherHash + "A"},
		{"at-hash-whole-digest", "a whole digest instead of its left half", strings.Repeat("A", 43)},
		{"empty-at-hash", "empty", ""}, {"null-at-hash", "null", nil}, {"at-hash-number", "a number", 7}, {"at-hash-list", "a list", []string{otherHash}},
	} {
		edit(h.name, "at_hash is "+h.doc, mitid.TokenInvalid, func(_ time.Time, o *Object) { o.Set("at_hash", h.value) })
	}

	for _, form := range []struct {
		name, doc string
		write     func(seconds string) string
	}{
		{"fraction", "a fraction", func(s string) string { return s + ".25" }},
		{"fraction-zero", "a fraction of zero", func(s string) string { return s + ".0" }},
		{"exponent", "an exponent", func(s string) string { return s[:1] + "." + s[1:] + "e9" }},
		{"exponent-minus", "a negative exponent", func(s string) string { return s + "00E-2" }},
	} {
		edit("times-with-"+form.name, "exp, iat and nbf are written with "+form.doc, accepted, func(now time.Time, o *Object) {
			number := func(t time.Time) json.RawMessage { return json.RawMessage(form.write(strconv.Itoa(int(t.Unix())))) }
			o.Set("iat", number(now))
			o.Set("nbf", number(now))
			o.Set("exp", number(now.Add(5*time.Minute)))
		})
	}
	for _, name := range []string{"id_token", "access_token", "token", "refresh_token", "response"} {
		ts = append(ts, OnWalk("callback-with-"+strings.ReplaceAll(name, "_", "-"), "the callback carries "+name+" beside the code", mitid.ResponseInvalid, func(_ *Broker, w *Answer) { w.Add(name, "eyJhbGciOiJub25lIn0.e30.") }))
	}
	return ts
}
