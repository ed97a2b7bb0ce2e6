package criipto

import (
	"strings"
	"testing"
)

// FuzzEvidence looks for evidence that crashes the reader, or from which it reads a token
// and nothing that the token is about.
func FuzzEvidence(f *testing.F) {
	const meta = `"meta":"{\"signatureOrderId\":\"o\",\"signatoryId\":\"s\"}"`
	for _, s := range []string{
		"", "[]", `{` + meta + `,"environment":"TEST","type":"criipto.signature.jwt.v1","value":"{\"jwt\":\"a.b.c\",\"jwks\":\"{}\"}"}`,
		`{` + meta + `,"type":"signature.composite.v1","value":"[{\"type\":\"signature.drawable.v1\",\"value\":{\"image\":\"\",\"name\":\"Åse\"}}]"}`,
		`{` + meta + `,"type":"signature.composite.v1","value":[{"type":"signature.jwt.v1","value":{"jwt":"a.b.c"}}]}`,
	} {
		f.Add(s)
	}
	c := &verification{v: &Verifier{cfg: VerifierConfig{AllowTest: true}}}
	f.Fuzz(func(t *testing.T, contactInfo string) {
		m, token, err := c.readEvidence(contactInfo)
		switch {
		case err != nil && token != "":
			t.Fatal("a token and an error")
		case err == nil && (token == "" || m.order == "" || m.signatory == ""):
			t.Fatal("evidence without a part")
		case err != nil && len(contactInfo) > 8 && strings.Contains(err.Error(), contactInfo):
			t.Fatal("an error that holds the evidence")
		}
	})
}

// FuzzTokenClaims looks for claims that crash the reader.
func FuzzTokenClaims(f *testing.F) {
	for _, s := range []string{
		"", "[]", `{"iss":"https://a","aud":["b"],"exp":1.5e9,"iat":1,"loA":"HIGH","name":"Åse","birthdate":"2051-05-17","uuid":"f6a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e01"}`,
		`{"ISS":1}`, `{"aud":[1]}`, `{"cprNumberIdentifier":"x","employee":true,"2.5.4.10":null}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := parseToken(payload)
		if (c == nil) == (err == nil) {
			t.Fatal("claims and an error, or neither")
		}
		if err == nil {
			_, _ = c.identity()
		}
	})
}
