package contactinfo_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/contactinfo"
)

const meta = `"meta":"{\"applicationId\":\"a\",\"signatureOrderId\":\"o\",\"signatoryId\":\"s\",\"environment\":\"TEST\"}"`

func TestRead(t *testing.T) {
	e, err := contactinfo.Read(`{` + meta + `,"environment":"PRODUCTION","type":"criipto.signature.composite.v1","value":"[` +
		`{\"type\":\"criipto.signature.drawable.v1\",\"value\":{\"image\":\"iVBORw0KGgo=\",\"name\":\"Åse Sørensen\"}},` +
		`{\"type\":\"signature.jwt.v1\",\"value\":{\"jwt\":\"x.y.z\",\"jwks\":\"{\\\"keys\\\":[]}\"}}]"}`)
	require.NoError(t, err)
	assert.Equal(t, &contactinfo.Evidence{
		Application: "a", Order: "o", Signatory: "s", Environments: []string{"PRODUCTION", "TEST"},
		Parts: []contactinfo.Part{{Name: "Åse Sørensen"}, {Token: "x.y.z", Keys: `{"keys":[]}`}},
	}, e)
}

func TestReadRefuses(t *testing.T) {
	for title, text := range map[string]string{
		"nothing":        "",
		"no JSON":        "Åse Sørensen, aase@example.com",
		"no meta":        `{"type":"signature.empty.v1"}`,
		"unknown kind":   `{` + meta + `,"type":"signature.jwt.v2","value":"{\"jwt\":\"x\"}"}`,
		"no token":       `{` + meta + `,"type":"signature.jwt.v1","value":"{\"jwks\":\"\"}"}`,
		"no parts":       `{` + meta + `,"type":"signature.composite.v1","value":"[]"}`,
		"a part in part": `{` + meta + `,"type":"signature.composite.v1","value":[{"type":"signature.composite.v1","value":[]}]}`,
		"too long":       `{` + meta + `,"type":"signature.empty.v1","x":"` + strings.Repeat("x", contactinfo.MaxSize) + `"}`,
	} {
		t.Run(title, func(t *testing.T) {
			e, err := contactinfo.Read(text)
			assert.Nil(t, e)
			var refused *contactinfo.Error
			require.ErrorAs(t, err, &refused)
		})
	}
}

// FuzzRead looks for evidence that crashes the reader, or from which it reads a part and
// nothing that the part is about.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "[]", `{` + meta + `,"environment":"TEST","type":"criipto.signature.jwt.v1","value":"{\"jwt\":\"a.b.c\",\"jwks\":\"{}\"}"}`,
		`{` + meta + `,"type":"signature.composite.v1","value":"[{\"type\":\"signature.drawable.v1\",\"value\":{\"image\":\"\",\"name\":\"Åse\"}}]"}`,
		`{` + meta + `,"type":"signature.composite.v1","value":[{"type":"signature.jwt.v1","value":{"jwt":"a.b.c"}}]}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := contactinfo.Read(text)
		switch {
		case err == nil && (e.Order == "" || e.Signatory == "" || len(e.Parts) == 0):
			t.Fatal("evidence without a part")
		case err != nil && len(text) > 8 && strings.Contains(err.Error(), text):
			t.Fatal("an error that holds the evidence")
		}
	})
}
