package signingtest

import (
	"bytes"
	"context"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

type documentInput struct {
	PDF                       *pdfInput `json:"pdf"`
	XML                       *struct{} `json:"xml"`
	RemovePreviousSignatures  bool      `json:"removePreviousSignatures"`
	KeepPreviousSignatures    bool      `json:"keepPreviousSignatures"`
	PreserveOriginalStructure bool      `json:"preserveOriginalStructure"`
}

type pdfInput struct {
	Title     string  `json:"title"`
	Blob      []byte  `json:"blob"`
	Reference *string `json:"reference"`
	Form      *struct {
		Enabled bool `json:"enabled"`
	} `json:"form"`
	SealsPageTemplate *struct {
		Blob []byte `json:"blob"`
	} `json:"sealsPageTemplate"`
}

// newDocument takes a document into an order.
func newDocument(in *documentInput, set Settings) (*document, error) {
	switch {
	case (in.PDF == nil) == (in.XML == nil):
		return nil, refuse("a document must have exactly one of pdf and xml")
	case in.XML != nil:
		return nil, refuse("XML signing is announced, and not there yet")
	case in.PDF.Title == "":
		return nil, refuse("a document must have a title")
	}
	pdf := in.PDF.Blob
	found := inspect(pdf)
	if len(found.errors) > 0 {
		return nil, refuse("the document is no PDF that can be signed: " + found.errors[0])
	}
	keep := in.KeepPreviousSignatures || in.PreserveOriginalStructure
	if found.signed && !keep {
		if !in.RemovePreviousSignatures {
			return nil, refuse("the document is signed already: see removePreviousSignatures and keepPreviousSignatures")
		}
		pdf = firstRevision(pdf)
	}
	if set.Rewrites && !keep {
		pdf = rewrite(pdf)
	}
	return &document{
		id: newID("PdfDocument"), guid: newGUID(), title: in.PDF.Title, reference: in.PDF.Reference,
		original: pdf, current: pdf, form: in.PDF.Form != nil && in.PDF.Form.Enabled,
	}, nil
}

// inspection is what the service finds in a PDF.
type inspection struct {
	errors            []string
	signed, bookmarks bool
}

func inspect(pdf []byte) inspection {
	var found inspection
	tail := pdf[max(0, len(pdf)-1024):]
	switch {
	case len(pdf) == 0:
		found.errors = append(found.errors, "it is empty")
	case !bytes.HasPrefix(pdf, []byte("%PDF-")):
		found.errors = append(found.errors, "it does not begin with %PDF-")
	case !bytes.Contains(tail, []byte("%%EOF")):
		found.errors = append(found.errors, "it does not end with %%EOF")
	case bytes.Contains(pdf, []byte("/Encrypt")):
		found.errors = append(found.errors, "it is encrypted")
	}
	if len(found.errors) > 0 {
		return found
	}
	if err := fakepdf.Check(pdf); err != nil {
		found.errors = append(found.errors, "its structure is not understood")
		return found
	}
	found.signed = bytes.Contains(pdf, []byte("/ByteRange"))
	found.bookmarks = bytes.Contains(pdf, []byte("/Outlines"))
	return found
}

// firstRevision cuts what later updates of a file have appended.
func firstRevision(pdf []byte) []byte {
	end := []byte("%%EOF")
	i := bytes.Index(pdf, end)
	if i < 0 {
		return pdf
	}
	i += len(end)
	for i < len(pdf) && (pdf[i] == '\r' || pdf[i] == '\n') {
		i++
	}
	return bytes.Clone(pdf[:i])
}

// rewrite returns a file that says the same in other bytes: its version differs. The real
// service builds the whole file anew.
func rewrite(pdf []byte) []byte {
	out := bytes.Clone(pdf)
	if len(out) > 8 {
		if out[7] == '7' {
			out[7] = '6'
		} else {
			out[7] = '7'
		}
	}
	return out
}

func validateDocument(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		PDF []byte `json:"pdf"`
		XML []byte `json:"xml"`
	}](args)
	if err != nil {
		return nil, err
	}
	if (in.PDF == nil) == (in.XML == nil) {
		return nil, refuse("exactly one of pdf and xml must be given")
	}
	found := inspection{errors: []string{"XML signing is announced, and not there yet"}}
	if in.PDF != nil {
		found = inspect(in.PDF)
	}
	f := map[string]any{"valid": len(found.errors) == 0, "errors": nil, "fixable": nil, "hasBookmarks": nil, "previouslySigned": nil}
	if len(found.errors) > 0 {
		f["errors"], f["fixable"] = found.errors, false
	} else {
		f["hasBookmarks"], f["previouslySigned"] = found.bookmarks, found.signed
	}
	return &node{"ValidateDocumentOutput", f}, nil
}
