package mitidtest

import (
	"encoding/json"

	"github.com/dkeid/dkeid/mitid"
)

// UserinfoTamperings returns those with the userinfo answer. A client that does not ask
// for userinfo never meets them.
func UserinfoTamperings() []Tampering {
	member := func(name, doc string, change func(o *Object)) Tampering {
		return On(name, doc, StageUserinfo, mitid.TokenInvalid, func(_ *Broker, p *Reply) { change(&p.Object) })
	}
	return []Tampering{
		member("userinfo-other-subject", "userinfo is about somebody else", func(o *Object) { o.Set("sub", "{00000000-0000-4000-8000-000000000000}") }),
		member("userinfo-wrong-subject", "userinfo's sub is the right one plus one character", func(o *Object) {
			sub, _ := o.Get("sub").(string)
			o.Set("sub", sub+"1")
		}),
		member("userinfo-missing-subject", "userinfo has no sub", func(o *Object) { o.Drop("sub") }),
		member("userinfo-empty-subject", "userinfo's sub is empty", func(o *Object) { o.Set("sub", "") }),
	}
}

// ImpossibleNumbers returns values of a CPR claim that are no CPR number, by a name for
// each.
func ImpossibleNumbers() map[string]any {
	return map[string]any{
		"eleven-digits": "21012700871", "nine-digits": "210127008", "letters": "210127008A", "impossible-date": "3202270087",
		"zeros": "0000000000", "number": json.RawMessage("2101270087"), "list-of-two": []string{"2101270087", "2712589100"},
		"list-of-one": []string{"2101270087"}, "object": Object{{"cpr", "2101270087"}}, "true": true,
		"wide-digits": "２１０１２７００８７", "null-byte": "2101270087\x00",
	}
}
