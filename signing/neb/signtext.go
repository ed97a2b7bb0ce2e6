package neb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/transactiontext"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// Signtext is what one person signs in one login. It prints as a placeholder.
type Signtext struct {
	guarded
	Type Type
	// Body is the document itself. Text and HTML are UTF-8 and have at most
	// mitid.MaxTransactionText characters. HTML has only the tags and attributes that the
	// broker allows. A PDF has at most Config.MaxDocument bytes.
	Body []byte
}

// Type is how a document is shown.
type Type uint8

// The types.
const (
	Text Type = iota
	HTML
	PDF
)

var typeWords = [...]string{"text", "html", "pdf"}

// String returns the type in the broker's words: "text", "html" or "pdf".
func (t Type) String() string {
	if int(t) >= len(typeWords) {
		return "unknown"
	}
	return typeWords[t]
}

// Sign has a person sign a document: it hands the document to the broker and returns
// where to send the browser. Keep Redirect.State in a cookie of this browser, under a name with
// Redirect.Handle, and give it to [Service.Complete] with the answer.
//
// r says who may sign and what is asked of them, such as Level, UUID and CPR. If Action is
// LogOn, the zero value, the MitID app says "sign". The person uses MitID in any case.
//
// Errors: ErrInputInvalid and ErrUnsupported name what is wrong with the document or r;
// nothing was sent then. ErrAuthFailed is about the API client.
func (s *Service) Sign(ctx context.Context, doc Signtext, r mitid.Request) (*mitid.Redirect, error) {
	const op = "sign"
	if err := s.check(doc); err != nil {
		return nil, err
	}
	var said struct {
		ID string `json:"signTextId"`
	}
	c := &call{op: op, method: http.MethodPost, path: s.cfg.signtext, body: struct {
		Type string `json:"SignTextType"`
		Body string `json:"SignTextBase64"`
	}{doc.Type.String(), base64.StdEncoding.EncodeToString(doc.Body)}}
	if err := s.do(ctx, c, &said); err != nil {
		return nil, err
	}
	if !isID(said.ID) {
		return nil, c.fail(signing.ResponseInvalid, "the answer names no signtext")
	}
	return s.begin(ctx, op, "", neb.Document{SigntextID: said.ID, Type: doc.Type.String(), SHA256: sha256.Sum256(doc.Body)}, r)
}

// begin begins the login that signs d.
func (s *Service) begin(ctx context.Context, op string, order signing.ID, d neb.Document, r mitid.Request) (*mitid.Redirect, error) {
	if r.Age != 0 {
		return nil, &signing.Error{Kind: signing.Unsupported, Service: name, Op: op, Order: order, Why: "Request.Age: a proof of age cannot be signed with"}
	}
	if r.Action == mitid.LogOn {
		r.Action = mitid.Sign
	}
	client, err := s.logins(d)
	if err != nil {
		return nil, refused(op, order, err)
	}
	rd, err := client.Begin(ctx, r)
	if err != nil {
		return nil, refused(op, order, err)
	}
	return rd, nil
}

// check refuses a document that the broker would refuse, or show differently from how it
// was written.
func (s *Service) check(doc Signtext) error {
	bad := func(why string) error {
		return &signing.Error{Kind: signing.InputInvalid, Service: name, Op: "sign", Why: why}
	}
	switch {
	case doc.Type > PDF:
		return bad("Signtext.Type is none of the types")
	case len(doc.Body) == 0:
		return bad("Signtext.Body is empty")
	case int64(len(doc.Body)) > s.cfg.maxDocument:
		return bad("Signtext.Body is longer than Config.MaxDocument")
	case doc.Type == PDF:
		if !isPDF(doc.Body) {
			return bad("Signtext.Body is no PDF")
		}
		return nil
	}
	kind := transactiontext.Plain
	if doc.Type == HTML {
		kind = transactiontext.HTML
	}
	if err := transactiontext.Check(kind, string(doc.Body), mitid.MaxTransactionText); err != nil {
		if f, ok := err.(*fault.Error); ok {
			return bad("Signtext.Body: " + f.Why)
		}
		return bad("Signtext.Body cannot be shown")
	}
	return nil
}

// isPDF reports whether b begins and ends as a PDF does (ISO 32000-2, 7.5).
func isPDF(b []byte) bool {
	const tail = 1024
	return bytes.HasPrefix(b, []byte("%PDF-")) && bytes.Contains(b[max(0, len(b)-tail):], []byte("%%EOF"))
}

// maxID bounds an id of the broker: a word, and a UUID or up to 64 hexadecimal digits.
const maxID = 128

// isID reports whether s can be an id of the broker: it becomes part of an address and of
// sealed state.
func isID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for _, r := range s {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return false
		}
	}
	return true
}
