package pades_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

func TestOriginal(t *testing.T) {
	a := newAuthority(t)
	pages := func(lines ...string) []byte {
		var all []fakepdf.Page
		for _, l := range lines {
			all = append(all, fakepdf.Page{Lines: []string{l}})
		}
		return fakepdf.New(all...)
	}
	sign := func(pdf []byte) []byte {
		out, err := a.Sign(pdf, fakepdf.Signature{At: signedAt})
		require.NoError(t, err)
		return out
	}
	again := func(pdf []byte) []byte { // the same pages in another order of objects
		out, err := a.Seal(pdf, fakepdf.Seal{At: signedAt})
		require.NoError(t, err)
		return out
	}
	original := pages("Lejekontrakt", "Grusgraven 1, 8000 Århus")
	once := sign(original)
	twice := sign(once)
	for title, c := range map[string]struct {
		pdf, original []byte
		want          []pades.Reason
	}{
		"it begins with it":             {once, original, nil},
		"signed twice":                  {twice, original, nil},
		"it was signed already":         {twice, once, nil},
		"it is the original, signed":    {once, once, nil},
		"written anew, same pages":      {again(original), original, []pades.Reason{pades.OriginalRewritten}},
		"written anew, a page more":     {again(pages("Lejekontrakt", "Grusgraven 1, 8000 Århus", "Underskrifter")), original, []pades.Reason{pades.OriginalRewritten}},
		"written anew, a page before":   {again(pages("Forside", "Lejekontrakt", "Grusgraven 1, 8000 Århus")), original, []pades.Reason{pades.OriginalDiffers}},
		"written anew, a page less":     {again(pages("Lejekontrakt")), original, []pades.Reason{pades.OriginalDiffers}},
		"one letter is another":         {again(pages("Lejekontrakt", "Grusgraven 2, 8000 Århus")), original, []pades.Reason{pades.OriginalDiffers}},
		"changed before it was signed":  {sign(fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EarlierUpdate}}.Bytes()), fakepdf.New(), []pades.Reason{pades.OriginalDiffers}},
		"the original is another":       {once, pages("Noget andet"), []pades.Reason{pades.OriginalDiffers}},
		"the original is no PDF":        {once, []byte("æøå"), []pades.Reason{pades.OriginalDiffers}},
		"the original is empty":         {once, []byte{}, []pades.Reason{pades.OriginalDiffers}},
		"half of the original":          {once, original[:len(original)/2], []pades.Reason{pades.OriginalDiffers}},
		"a signature of it was removed": {once, twice, []pades.Reason{pades.OriginalRewritten}},
	} {
		t.Run(title, func(t *testing.T) {
			p := generic(a)
			p.Original = c.original
			r := verify(t, c.pdf, p)
			assert.Equal(t, c.want, r.Reasons)
			if title == "it was signed already" {
				assert.True(t, r.Signatures[0].InOriginal)
				assert.False(t, r.Signatures[1].InOriginal)
			}
		})
	}
}
