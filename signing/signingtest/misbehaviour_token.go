package signingtest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A token misbehaviour changes the token of the next signature: in the file, and in the
// answers of the API.
func tokenMisbehaviours() []Misbehaviour {
	sets := func(name string, value any) func(*sealing, *mitidtest.Object) {
		return func(_ *sealing, o *mitidtest.Object) { o.Set(name, value) }
	}
	all := []Misbehaviour{
		token("token-other-audience", "the token is for another application", sets("aud", "urn:another:application")),
		token("token-other-issuer", "another issuer names itself in the token", sets("iss", "https://elsewhere.example")),
		token("token-other-person", "the token is another person's", otherPerson),
		token("token-low-level", "the token says that the login was of a low level", func(_ *sealing, o *mitidtest.Object) {
			o.Set("loA", "LOW")
			o.Set("aal", "LOW")
			o.Set("authenticationtype", "urn:grn:authn:dk:mitid:low")
		}),
		token("token-other-scheme", "the login was with another eID than MitID", func(_ *sealing, o *mitidtest.Object) {
			o.Set("identityscheme", "sebankid")
			o.Set("authenticationtype", "urn:grn:authn:se:bankid:same-device")
		}),
		token("token-expired", "the token had expired an hour before the signature", func(w *sealing, o *mitidtest.Object) {
			o.Set("exp", w.signature.at.Add(-time.Hour).Unix())
		}),
		token("token-older-than-order", "the token was issued a day before the order was made, and has not expired", func(w *sealing, o *mitidtest.Object) {
			at := w.order.created.Add(-24 * time.Hour).Unix()
			o.Set("iat", at)
			o.Set("nbf", at)
		}),
		token("token-from-the-future", "the token was issued a day after the signature", func(w *sealing, o *mitidtest.Object) {
			at := w.signature.at.Add(24 * time.Hour).Unix()
			o.Set("iat", at)
			o.Set("nbf", at)
			o.Set("exp", at+1200)
		}),
		token("token-no-text", "the token does not say what the person was shown", func(_ *sealing, o *mitidtest.Object) { o.Drop("refTextBody") }),
		token("token-other-text", "the person was shown the digest of another document", func(_ *sealing, o *mitidtest.Object) {
			o.Set("refTextBody", otherText(textIn(*o, "refTextBody")))
		}),
		token("token-cut-text", "what the person was shown is cut in the middle", func(_ *sealing, o *mitidtest.Object) {
			shown := []rune(textIn(*o, "refTextBody"))
			o.Set("refTextBody", string(shown[:len(shown)/2]))
		}),
		token("token-text-twice", "the token says twice what the person was shown, first the digest of another document", func(_ *sealing, o *mitidtest.Object) {
			*o = append(mitidtest.Object{{"refTextBody", otherText(textIn(*o, "refTextBody"))}}, *o...)
		}),
		token("token-two-audiences", "the token is for two applications, ours among them", func(_ *sealing, o *mitidtest.Object) {
			o.Set("aud", []any{o.Get("aud"), "urn:another:application"})
		}),
	}
	return append(all, keyMisbehaviours()...)
}

func keyMisbehaviours() []Misbehaviour {
	foreign := func(w *sealing, t *signature, published bool) {
		key := w.s.foreignKey()
		tok := mitidtest.NewToken(key, t.claims.object())
		if published {
			t.jwks = string(mitidtest.Object{{"keys", []any{key.JWK}}}.Bytes())
		} else {
			tok.Header.Set("kid", w.s.tenant.Keys().Active().ID)
		}
		if jwt, err := tok.Serialize(); err == nil {
			t.jwt = jwt
		}
	}
	whole := func(name, doc string, change func(w *sealing, t *signature)) Misbehaviour {
		return Misbehaviour{Name: name, Doc: doc, Occasion: AtSigning, signing: func(w *sealing) { w.changeToken(change) }}
	}
	return []Misbehaviour{
		whole("token-foreign-key", "a stranger's key signed the token, and the file brings that key along; the issuer does not publish it",
			func(w *sealing, t *signature) { foreign(w, t, true) }),
		whole("token-unknown-signer", "a stranger's key signed the token under the name of a key of the issuer",
			func(w *sealing, t *signature) { foreign(w, t, false) }),
		whole("token-unsigned", "the token says alg none and has no signature", func(w *sealing, t *signature) {
			enc := base64.RawURLEncoding
			t.jwt = enc.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc.EncodeToString(t.claims.object().Bytes()) + "."
		}),
		whole("token-one-bit-off", "one bit of the token's signature differs", func(_ *sealing, t *signature) {
			head, tail, _ := cutLast(t.jwt, ".")
			raw, err := base64.RawURLEncoding.DecodeString(tail)
			if err == nil && len(raw) > 0 {
				raw[0] ^= 1
				t.jwt = head + "." + base64.RawURLEncoding.EncodeToString(raw)
			}
		}),
		whole("token-no-jwt", "the token is no JWT", func(_ *sealing, t *signature) { t.jwt = "æøå" }),
		whole("token-no-keys", "the file brings no keys along, and the token is in order", func(_ *sealing, t *signature) { t.jwks = `{"keys":[]}` }),
		whole("token-huge", "the token has a claim of a million characters", func(w *sealing, t *signature) {
			o := t.claims.object()
			o.Add("http://elsewhere.example/fyld", strings.Repeat("æ", 1_000_000))
			w.signAgain(t, o)
		}),
	}
}

// token makes a misbehaviour that changes the claims and signs them again with the
// issuer's key.
func token(name, doc string, change func(*sealing, *mitidtest.Object)) Misbehaviour {
	return Misbehaviour{Name: name, Doc: doc, Occasion: AtSigning, signing: func(w *sealing) {
		w.changeToken(func(w *sealing, t *signature) {
			o := t.claims.object()
			change(w, &o)
			w.signAgain(t, o)
		})
	}}
}

// changeToken changes the signature's token, if it has one. The person who signed stays
// who they are.
func (w *sealing) changeToken(change func(*sealing, *signature)) {
	g := w.signature
	if g.kind == kindComposite {
		g.parts = slices.Clone(g.parts)
		for i, p := range g.parts {
			copied := *p
			g.parts[i] = &copied
		}
	}
	if t := g.token(); t != nil {
		change(w, t)
	}
}

// signAgain signs claims with the issuer's key.
func (w *sealing) signAgain(t *signature, o mitidtest.Object) {
	jwt, err := mitidtest.NewToken(w.s.tenant.Keys().Active(), o).Serialize()
	if err != nil {
		return
	}
	t.jwt = jwt
	if cs, ok := readClaims(jwt); ok {
		t.claims = cs
	}
}

// foreignKey returns a key that the tenant does not publish.
func (s *Service) foreignKey() *mitidtest.Key {
	keys := s.tenant.Keys()
	published := string(mitidtest.Object{{"keys", keys.JWKs()}}.Bytes())
	for _, k := range keys.Ring {
		if !strings.Contains(published, `"kid":"`+k.ID+`"`) {
			return k
		}
	}
	return keys.Ring[0]
}

// otherPerson puts somebody else of the tenant's people into the token.
func otherPerson(w *sealing, o *mitidtest.Object) {
	for _, c := range w.s.tenant.Citizens() {
		uuid := c.MitIDUUID(nil)
		if uuid == textIn(*o, "uuid") || c.Name == "" {
			continue
		}
		key := c.Subject
		if key == "" {
			key = strings.ReplaceAll(mitidtest.StableUUID("sub", uuid), "-", "")
		}
		o.Set("uuid", uuid)
		o.Set("nameidentifier", key)
		o.Set("sub", "{"+key[:8]+"-"+key[8:12]+"-"+key[12:16]+"-"+key[16:20]+"-"+key[20:]+"}")
		o.Set("name", c.Name)
		o.Drop("cprNumberIdentifier")
		return
	}
}

// textIn returns a claim that is a text.
func textIn(o mitidtest.Object, name string) string {
	raw, ok := o.Get(name).(json.RawMessage)
	if !ok {
		return ""
	}
	return claim{name, raw}.text()
}

// otherText returns a text like shown, with another digest in it.
func otherText(shown string) string {
	digits := "0123456789abcdef"
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(digits, r); i >= 0 {
			return rune(digits[(i+1)%len(digits)])
		}
		return r
	}, shown)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
