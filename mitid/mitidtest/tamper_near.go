package mitidtest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// nearTamperings spoil what ties an ID token to the moment of the login and to the
// access token beside it, and write its times in every form of a JSON number.
func nearTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, want mitid.Kind, f func(now time.Time, o *object)) {
		ts = append(ts, onToken(name, doc, want, func(b *Broker, d *draft) { f(b.Now(), &d.payload) }))
	}
	ago := func(name, doc string, d time.Duration, want mitid.Kind) {
		edit(name, doc, want, func(now time.Time, o *object) { o.set("iat", now.Add(-d).Unix()) })
	}
	ago("iat-long-ago", "iat is a day ago, and the token is still good", 24*time.Hour, mitid.TokenInvalid)
	ago("iat-an-hour-ago", "iat is an hour ago, and the token is still good", time.Hour, mitid.TokenInvalid)
	ago("iat-four-minutes-ago", "iat is four minutes ago, as clocks may differ", 4*time.Minute, accepted)

	for name, value := range map[string]any{
		"wrong": "77QmUPtjPfzWtF2AnpK9RQ", "plus-one": "77QmUPtjPfzWtF2AnpK9RQA", "empty": "", "number": 7, "null": nil, "list": []string{"77QmUPtjPfzWtF2AnpK9RQ"},
		"whole-digest": strings.Repeat("A", 43),
	} {
		edit(name+"-at-hash", "at_hash is not that of the access token: "+name, mitid.TokenInvalid, func(_ time.Time, o *object) { o.set("at_hash", value) })
	}

	for name, f := range map[string]func(seconds string) string{
		"fraction":       func(s string) string { return s + ".25" },
		"fraction-zero":  func(s string) string { return s + ".0" },
		"exponent":       func(s string) string { return s[:1] + "." + s[1:] + "e9" },
		"exponent-minus": func(s string) string { return s + "00E-2" },
	} {
		edit("times-with-"+name, "exp, iat and nbf are written with: "+name, accepted, func(now time.Time, o *object) {
			number := func(t time.Time) json.RawMessage { return json.RawMessage(f(itoa(int(t.Unix())))) }
			o.set("iat", number(now))
			o.set("nbf", number(now))
			o.set("exp", number(now.Add(5*time.Minute)))
		})
	}
	for _, name := range []string{"id_token", "access_token", "token", "refresh_token", "response"} {
		ts = append(ts, Tampering{
			Name: "callback-with-" + strings.ReplaceAll(name, "_", "-"), Doc: "the callback carries " + name + " beside the code",
			Side: WalkerSide, Stage: StageCallback, Want: mitid.ResponseInvalid,
			spoil: spoiler{walk: func(_ *Broker, w *wayBack) { w.add(name, "eyJhbGciOiJub25lIn0.e30.") }},
		})
	}
	return ts
}
