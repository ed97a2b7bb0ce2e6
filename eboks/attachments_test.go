package eboks_test

import (
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// TestNamesOfAttachments: what a recipient's computer could not store, or would open with
// another program, and what hides something.
func TestNamesOfAttachments(t *testing.T) {
	for what, c := range map[string]struct {
		names []string
		ok    bool
	}{
		"no ending":         {[]string{"Bilag 1"}, true},
		"number at the end": {[]string{"Kontrakt v. 1.2"}, true},
		"short word":        {[]string{"Bilag til ansøgning mv."}, true},
		"emoji":             {[]string{"Glædelig jul 🎄.pdf"}, true},
		"large ending":      {[]string{"BILAG.PDF"}, true},
		"starts with a dot": {[]string{".NET på dansk.pdf"}, true},
		"two":               {[]string{"Bilag å.pdf", "Bilag ø.pdf"}, true},
		"the same":          {[]string{"Bilag å.pdf", "Bilag å.pdf"}, false},
		"letter case":       {[]string{"Bilag å.pdf", "BILAG Å.PDF"}, false},
		"spelt in two":      {[]string{"Bilag å.pdf", "Bilag a\u030a.pdf"}, false},
		"ending alone":      {[]string{".pdf"}, false},
		"dots alone":        {[]string{" .. .PDF"}, false},
		"program":           {[]string{"Bilag.exe"}, false},
		"Word":              {[]string{"Ansøgning.docx"}, false},
		"program, hidden":   {[]string{"Bilag.pdf.js"}, false},
		"blank before":      {[]string{" Bilag.pdf"}, false},
		"blank behind":      {[]string{"Bilag.pdf "}, false},
		"zero width":        {[]string{"Bi\u200blag.pdf"}, false},
		"soft hyphen":       {[]string{"Bi\u00adlag.pdf"}, false},
		"byte order mark":   {[]string{"\ufeffBilag.pdf"}, false},
	} {
		s := newScripted()
		l := letter(1)
		for _, name := range c.names {
			l.Attachments = append(l.Attachments, eboks.Bytes(pdf(name)).Named(name))
		}
		_, err := newClient(t, s).Send(t.Context(), l)
		if c.ok {
			require.NoError(t, err, what)
			continue
		}
		e := kindIs(t, err, eboks.InputInvalid)
		require.Equal(t, eboks.Stop, e.Then, what)
		require.Empty(t, s.offered, what)
	}
}
