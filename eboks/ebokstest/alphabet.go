package ebokstest

import (
	"bytes"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// alphabet is a way to write an answer in XML.
type alphabet struct {
	name, label string
	encode      func(text string) []byte
}

// alphabets returns answers that are right and not written in UTF-8, or not labelled so.
// An answer in JSON keeps its bytes, because it is ASCII.
func alphabets() []Misbehaviour {
	var all []Misbehaviour
	for _, a := range []alphabet{
		{"iso-8859-1", "ISO-8859-1", latin1},
		{"windows-1252", "windows-1252", windows1252},
		{"us-ascii", "us-ascii", ascii},
		{"utf8", "UTF8", func(s string) []byte { return []byte(s) }},
		{"byte-order-mark", "utf-8", func(s string) []byte { return []byte("\ufeff" + s) }},
	} {
		all = append(all,
			Misbehaviour{Name: "answer-in-" + a.name, Doc: "the letter is accepted, and the answer is in " + a.name, Taken: true,
				play: func(x *exchange) { x.send(a.write(x.accepted())) }},
			Misbehaviour{Name: "refusal-in-" + a.name, Doc: "refused because of the recipient, and the answer is in " + a.name,
				Kinds: []eboks.Kind{eboks.RecipientUnreachable, eboks.Rejected}, Then: eboks.Stop,
				play: func(x *exchange) {
					x.drain()
					x.send(a.write(refusal(400, CodeExempt, "Modtageren er fritaget for digital post, også på Ærø")))
				}})
	}
	return all
}

// write changes an answer of the fake, which is in UTF-8 and says so.
func (a alphabet) write(p *fakehttp.Reply) *fakehttp.Reply {
	kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
	p.Header.Set("Content-Type", kind+"; charset="+a.label)
	if isXML(kind) {
		head, rest, _ := bytes.Cut(p.Body, []byte("?>"))
		text := strings.Replace(string(head), "UTF-8", a.label, 1) + "?><!-- ÆØÅ æøå -->" + string(rest)
		p.Body = a.encode(text)
	}
	return p
}

// latin1 writes one byte for each character.
func latin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, c := range s {
		out = append(out, byte(c))
	}
	return out
}

// windows1252 is latin1 with a comment in front that ISO-8859-1 cannot write: a dash and a
// euro sign.
func windows1252(s string) []byte {
	return bytes.Replace(latin1(s), []byte("<!-- "), []byte("<!-- \x96 \x80 "), 1)
}

// ascii writes what is not ASCII as a question mark.
func ascii(s string) []byte {
	return []byte(strings.Map(func(c rune) rune {
		if c > 0x7f {
			return '?'
		}
		return c
	}, s))
}
