package signing

import (
	"bytes"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

const pdfHead = "%PDF-"

// suits refuses a document that is no PDF, or holds what is planted in a document before
// it is signed in order to change what it shows afterwards.
func (a Allow) suits(i int, content []byte) *Error {
	field := nth("Documents", i, "Open")
	switch {
	case len(content) == 0:
		return inputInvalid(field + ": the document is empty")
	case !bytes.HasPrefix(content, []byte(pdfHead)):
		return inputInvalid(field + ": the document is not a PDF")
	}
	found, err := pdfscan.Inspect(content)
	if err != nil {
		// Its text holds nothing of the document.
		return &Error{Kind: InputInvalid, Why: field + ": the PDF cannot be signed as it is", Err: err}
	}
	for _, f := range []struct {
		refused bool
		what    string
	}{
		{found.Signed, "is signed already"},
		{found.Elsewhere, "has content in another file"},
		{found.Scripts && !a.Scripts, "has scripts or other actions (Config.Allow.Scripts)"},
		{found.Layers && !a.Layers, "has layers that can be hidden (Config.Allow.Layers)"},
		{found.Forms && !a.Forms, "has form fields (Config.Allow.Forms)"},
		{found.Attachments && !a.Attachments, "has attachments (Config.Allow.Attachments)"},
		{found.EarlierUpdate && !a.EarlierUpdate, "was changed by an update after it was written (Config.Allow.EarlierUpdate)"},
	} {
		if f.refused {
			return inputInvalid(field + ": the PDF " + f.what + "; it could look different after it was signed")
		}
	}
	return nil
}
