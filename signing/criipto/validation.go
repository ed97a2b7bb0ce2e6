package criipto

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/dkeid/dkeid/signing"
)

// Validation is what the service thinks of a document. It prints as a placeholder.
type Validation struct {
	guarded
	Valid            bool
	Fixable          bool // the service can repair what is wrong
	HasBookmarks     bool // see Config.RemoveBookmarks
	PreviouslySigned bool // it holds a signature, and the service would refuse it
	Errors           []signing.Raw
}

// ValidateDocument asks whether the service would take a document. Nothing is kept. d is
// the SHA-256 of the document.
func (s *Service) ValidateDocument(ctx context.Context, document signing.Document, d signing.Digest) (*Validation, error) {
	op := &operation{op: "validate document", query: validateQuery} // a mutation by name alone: it changes nothing
	size, err := measure(&document, d)
	switch {
	case errors.Is(err, errChanged):
		return nil, op.fail(signing.InputInvalid, "the document is empty, or has changed since it was measured")
	case err != nil:
		return nil, op.fail(signing.InputInvalid, "the document cannot be read")
	}
	head, err := json.Marshal(request{validateQuery, map[string]any{"input": struct{}{}}})
	if err != nil {
		return nil, op.fail(signing.InputInvalid, "the call cannot be written as JSON")
	}
	var data struct {
		Out *struct {
			Valid            bool     `json:"valid"`
			Errors           []string `json:"errors"`
			Fixable          bool     `json:"fixable"`
			HasBookmarks     bool     `json:"hasBookmarks"`
			PreviouslySigned bool     `json:"previouslySigned"`
		} `json:"validateDocument"`
	}
	if err := s.send(ctx, op, []part{
		{text: append(head[:len(head)-len(`}}}`)], `"pdf":"`...), document: &document, size: size, digest: d},
		{text: []byte(`"}}}`)},
	}, &data); err != nil {
		return nil, err
	}
	if data.Out == nil {
		return nil, op.nonsense("the answer has no validation").e
	}
	v := &Validation{Valid: data.Out.Valid, Fixable: data.Out.Fixable, HasBookmarks: data.Out.HasBookmarks, PreviouslySigned: data.Out.PreviouslySigned}
	for _, text := range data.Out.Errors {
		v.Errors = append(v.Errors, signing.NewRaw([]byte(text)))
	}
	return v, nil
}
