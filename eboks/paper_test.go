package eboks_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocumentsThatAreRefused: what no recipient can read, and what no printer takes.
func TestDocumentsThatAreRefused(t *testing.T) {
	good := fakepdf.New(fakepdf.Page{Lines: []string{"Kære Åse Ærø"}})
	large := fakepdf.New(fakepdf.Page{Lines: []string{strings.Repeat("Rødgrød med fløde. ", 20_000)}}) // more than one reading
	plant := func(p fakepdf.Plant) []byte { return fakepdf.Document{Plants: []fakepdf.Plant{p}}.Bytes() }
	a3 := bytes.Replace(good, []byte("[0 0 595 842]"), []byte("[0 0 842 999]"), 1)
	require.NotEqual(t, good, a3)
	for name, c := range map[string]struct {
		pdf              []byte
		digital, printed string // what is said; empty if it is sent
		head             bool   // it begins in a way that Unchecked does not take
	}{
		"good":                {pdf: good},
		"large":               {pdf: large},
		"cut in the middle":   {good[:len(good)/2], "cut off", "cut off", false},
		"large, cut":          {large[:200_000], "cut off", "cut off", false},
		"no end":              {bytes.Replace(good, []byte("%%EOF"), nil, 1), "cut off", "cut off", false},
		"head alone":          {[]byte("%PDF-"), "cut off", "cut off", false},
		"HTML behind a head":  {[]byte("%PDF-1.7\n<html>Serveren er nede</html>"), "cut off", "cut off", false},
		"HTML":                {[]byte("<html>Serveren er nede</html>"), "not a PDF", "not a PDF", true},
		"byte order mark":     {append([]byte("\xef\xbb\xbf"), good...), "before %PDF-", "before %PDF-", false},
		"line break":          {append([]byte("\r\n"), good...), "before %PDF-", "before %PDF-", false},
		"far behind":          {append(bytes.Repeat([]byte(" "), 1024), good...), "not a PDF", "not a PDF", true},
		"a comment behind":    {pdf: append(bytes.Clone(good), "<!-- 0,02 s -->"...)},
		"much behind":         {append(bytes.Clone(good), bytes.Repeat([]byte("."), 2000)...), "cut off", "cut off", false},
		"bytes lost":          {bytes.Replace(good, []byte("Resources"), nil, 1), "", "damaged", false},
		"encrypted":           {plant(fakepdf.EncryptionMarker), "", "encrypted", false},
		"JavaScript":          {plant(fakepdf.JavaScriptAtOpening), "", "JavaScript", false},
		"A3":                  {a3, "", "is not A4: page 1 is 297 × 352 mm", false},
		"fake of these tests": {pdf("æ"), "", "damaged", false},
	} {
		for _, channel := range []eboks.Channel{eboks.DigitalOnly, eboks.DigitalThenPrint, eboks.PrintOnly} {
			for _, attached := range []bool{false, true} {
				says := c.digital
				if channel.MayPrint() {
					says = c.printed
				}
				s := newScripted()
				l := letter(1)
				l.Document, l.Channel, l.Address = eboks.Bytes(good), channel, eboks.Address{Name: "Åse", Street: "Ågade", House: "1", PostCode: "8000"}
				where := "Document"
				if attached {
					l.Attachments = []eboks.Document{eboks.Bytes(good).Named("Bilag 1"), eboks.Bytes(c.pdf).Named("Bilag 2")}
					where = "Attachments[1]"
				} else {
					l.Document = eboks.Bytes(c.pdf)
				}
				_, err := newClient(t, s).Send(t.Context(), l)
				if says == "" {
					require.NoError(t, err, "%s, %s", name, channel)
					continue
				}
				e := kindIs(t, err, eboks.InputInvalid)
				assert.Equal(t, eboks.Stop, e.Then)
				assert.True(t, strings.HasPrefix(e.Why, where+" "), e.Why)
				assert.Contains(t, e.Why, says, "%s, %s", name, channel)
				assert.Empty(t, s.offered)
				assert.Equal(t, !c.head, strings.Contains(e.Why, "Letter.Unchecked"), e.Why)

				l.Unchecked = true
				_, err = newClient(t, s).Send(t.Context(), l)
				if c.head {
					kindIs(t, err, eboks.InputInvalid)
				} else {
					require.NoError(t, err, "%s, %s", name, channel)
				}
			}
		}
	}
}

// TestUncheckedIsNoOtherLetter: who repeats a letter with the refusal lifted repeats it.
func TestUncheckedIsNoOtherLetter(t *testing.T) {
	c := newClient(t, newScripted())
	l := letter(1)
	_, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	l.Unchecked = true
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.Duplicate, r.Repeat)
}

// TestADocumentThatChangesBeforeItIsLookedAt: the file that is judged is the one that was measured.
func TestADocumentThatChangesBeforeItIsLookedAt(t *testing.T) {
	good := fakepdf.New(fakepdf.Page{Lines: []string{strings.Repeat("Rødgrød med fløde. ", 20_000)}})
	for name, second := range map[string][]byte{"other": bytes.ReplaceAll(good, []byte(" med "), []byte(" mod ")), "shorter": good[:100_000], "none": nil} {
		s := newScripted()
		l := letter(1)
		l.Channel, l.Address = eboks.PrintOnly, eboks.Address{Name: "Åse", Street: "Ågade", House: "1", PostCode: "8000"}
		readings := 0
		l.Document = eboks.Document{Open: func() (io.ReadCloser, error) {
			if readings++; readings == 1 {
				return io.NopCloser(bytes.NewReader(good)), nil
			}
			return io.NopCloser(bytes.NewReader(second)), nil
		}}
		_, err := newClient(t, s).Send(t.Context(), l)
		kindIs(t, err, eboks.InputInvalid)
		require.ErrorIs(t, err, eboks.ErrChanged, name)
		require.Empty(t, s.offered)
	}
}
