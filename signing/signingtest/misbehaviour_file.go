package signingtest

import (
	"bytes"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// A file misbehaviour changes the files of the next order that is closed, as the service
// keeps them: the answer to closing and every later one hold the same.
func fileMisbehaviours() []Misbehaviour {
	all := []Misbehaviour{
		{Name: "file-original", Doc: "the file is the one that was uploaded; nobody's signature is in it", file: func(_ *Service, _ *order, d *document) []byte { return d.original }},
		{Name: "file-cut", Doc: "half of the file", file: func(_ *Service, _ *order, d *document) []byte {
			return bytes.Clone(d.current[:len(d.current)/2])
		}},
		{Name: "file-without-timestamp", Doc: "the file has no document timestamp, as if the order were open", file: func(_ *Service, _ *order, d *document) []byte {
			return lastRevisionCut(d.current)
		}},
		{Name: "file-other-document", Doc: "the file is another signed document, with the same evidence in it", file: func(s *Service, _ *order, d *document) []byte {
			return s.stranger(d.current)
		}},
		{Name: "file-of-other-order", Doc: "the file is that of another order that was signed, or a made-up one if there is none", file: func(s *Service, o *order, _ *document) []byte {
			return s.otherFile(o)
		}},
		{Name: "file-no-pdf", Doc: "the file is an HTML page", file: func(*Service, *order, *document) []byte {
			return []byte("<!doctype html><title>Fejl</title><p>Dokumentet findes ikke længere.</p>")
		}},
		{Name: "file-rewritten", Doc: "the file was written anew: its first revision is not the uploaded one", file: func(_ *Service, _ *order, d *document) []byte { return rewrite(d.current) }},
	}
	for _, f := range fakepdf.Forgeries() {
		all = append(all, Misbehaviour{Name: "pdf-" + f.Name, Doc: "in the file, " + f.What, file: func(s *Service, _ *order, d *document) []byte {
			forged, err := s.authority.Forge(f.Name, d.current)
			if err != nil { // nobody has signed it
				return d.current
			}
			return forged
		}})
	}
	for i := range all {
		all[i].Occasion = AtClosing
	}
	return all
}

// lastRevisionCut returns a file without its latest revision.
func lastRevisionCut(pdf []byte) []byte {
	end := []byte("%%EOF")
	i := bytes.LastIndex(pdf, end)
	if i < 0 {
		return pdf
	}
	j := bytes.LastIndex(pdf[:i], end)
	if j < 0 {
		return pdf
	}
	j += len(end)
	for j < len(pdf) && (pdf[j] == '\r' || pdf[j] == '\n') {
		j++
	}
	return bytes.Clone(pdf[:j])
}

// otherFile returns a signed file of another order.
func (s *Service) otherFile(o *order) []byte {
	for _, other := range s.orders.all {
		for _, d := range other.documents {
			if other != o && d.current != nil && len(d.signatures) > 0 {
				return d.current
			}
		}
	}
	return s.stranger(nil)
}
