package fakepdf_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

func TestNewIsReadByOthers(t *testing.T) {
	for title, d := range map[string]fakepdf.Document{
		"none":     {},
		"table":    {Pages: []fakepdf.Page{{Lines: []string{"Rødgrød med fløde (æøå ÆØÅ)"}}, {Lines: []string{"Side to"}}}},
		"streamed": {Streamed: true, Title: "Ærø", Pages: []fakepdf.Page{{Lines: []string{"Rødgrød med fløde (æøå ÆØÅ)"}}, {Lines: []string{"Side to"}}}},
	} {
		t.Run(title, func(t *testing.T) {
			pdf := d.Bytes()
			assert.True(t, bytes.Equal(pdf, d.Bytes()), "the same document makes the same bytes")
			path := put(t, "new.pdf", pdf)
			words, err := run(t, "qpdf", "qpdf", "--check", path)
			require.NoError(t, err, words)
			if len(d.Pages) == 0 {
				return
			}
			words, err = run(t, "pdftotext", "poppler-utils", path, "-")
			require.NoError(t, err)
			assert.Contains(t, words, "Rødgrød med fløde (æøå ÆØÅ)")
			assert.Contains(t, words, "Side to")
		})
	}
	assert.True(t, bytes.Equal(fakepdf.New(), fakepdf.Document{}.Bytes()))
}

// Each plant is there as other readers see it, with tables and with streams.
func TestPlants(t *testing.T) {
	signs := map[fakepdf.Plant]string{
		fakepdf.JavaScriptAtOpening: `"/OpenAction"`,
		fakepdf.JavaScriptNamed:     `"/JavaScript"`,
		fakepdf.JavaScriptOnPage:    `"/AA"`,
		fakepdf.JavaScriptInLink:    `"/Link"`,
		fakepdf.JavaScriptEscaped:   `"/JavaScript"`,
		fakepdf.LaunchAtOpening:     `"/Launch"`,
		fakepdf.HiddenLayer:         `"/OCProperties"`,
		fakepdf.FormOverlay:         `"u:Beløbet er 100 kr."`,
		fakepdf.EarlierUpdate:       `"/Contents"`,
		fakepdf.EmbeddedFile:        `"/EmbeddedFiles"`,
		fakepdf.DynamicForm:         `"/XFA"`,
		fakepdf.UnsignedField:       `"u:Underskrift"`,
	}
	for _, p := range fakepdf.Plants() {
		for _, streamed := range []bool{false, true} {
			pdf := fakepdf.Document{Streamed: streamed, Plants: []fakepdf.Plant{p}, Pages: []fakepdf.Page{{Lines: []string{"Beløbet er 100 kr."}}}}.Bytes()
			path := put(t, "planted.pdf", pdf)
			words, err := run(t, "qpdf", "qpdf", "--check", path)
			if p == fakepdf.EncryptionMarker {
				require.Error(t, err)
				assert.Contains(t, words, "invalid password")
				continue
			}
			require.NoError(t, err, "%s: %s", p, words)
			words, err = run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", path)
			require.NoError(t, err)
			require.NotEmpty(t, signs[p], p)
			assert.Contains(t, words, signs[p], p)
			plain := fakepdf.Document{Streamed: streamed, Pages: []fakepdf.Page{{Lines: []string{"Beløbet er 100 kr."}}}}.Bytes()
			assert.False(t, bytes.Equal(plain, pdf), p)
			revisions := 1
			if p == fakepdf.EarlierUpdate {
				revisions = 2
			}
			assert.Equal(t, revisions, bytes.Count(pdf, []byte("%%EOF")), p)
		}
	}
}

// Without escapes the word does not stand there.
func TestEscapedJavaScriptIsEscaped(t *testing.T) {
	pdf := fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.JavaScriptEscaped}}.Bytes()
	assert.NotContains(t, string(pdf), "JavaScript")
	assert.Contains(t, string(pdf), "/J#61vaScript")
}

// Plants go together.
func TestPlantsTogether(t *testing.T) {
	pdf := fakepdf.Document{Plants: []fakepdf.Plant{
		fakepdf.FormOverlay, fakepdf.UnsignedField, fakepdf.JavaScriptNamed, fakepdf.EmbeddedFile, fakepdf.HiddenLayer, fakepdf.EarlierUpdate,
	}}.Bytes()
	words, err := run(t, "qpdf", "qpdf", "--json=2", "--json-key=qpdf", put(t, "planted.pdf", pdf))
	require.NoError(t, err, words)
	for _, sign := range []string{"u:Beløb", "u:Underskrift", "/JavaScript", "/EmbeddedFiles", "/OCGs"} {
		assert.Contains(t, words, sign)
	}
	judge(t, signed(t, newAuthority(t), pdf, 1), 1)
}
