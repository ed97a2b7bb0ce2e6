package criipto

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/signing"
)

// CreateOrder places the order once. The documents are read twice, to measure and to
// send them, and compared with d both times. Order.Reference goes with each document,
// which is where Find looks for it.
func (s *Service) CreateOrder(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
	op := &operation{op: "place", query: createQuery, acts: true}
	if err := s.carries(op, o, d); err != nil {
		return nil, err
	}
	parts, failure := s.parts(op, o, d)
	if failure != nil {
		return nil, failure
	}
	var data struct {
		Created struct {
			Order *order `json:"signatureOrder"`
		} `json:"createSignatureOrder"`
	}
	if err := s.send(ctx, op, parts, &data); err != nil {
		return nil, err
	}
	p, why := s.placed(data.Created.Order, o)
	if why != "" {
		return nil, op.nonsense(why).e
	}
	return p, nil
}

// send makes a call with documents and reads its data into into.
func (s *Service) send(ctx context.Context, op *operation, parts []part, into any) *signing.Error {
	b, length := newBody(parts)
	req, failure := s.request(op, b)
	if failure != nil {
		return failure
	}
	req.ContentLength = length
	var failed *signing.Error
	err := s.transfer.Stream(ctx, req, func(resp *httpx.Response, from io.Reader) error {
		said, err := io.ReadAll(io.LimitReader(from, s.cfg.MaxAnswer+1))
		switch {
		case err != nil:
			return err
		case int64(len(said)) > s.cfg.MaxAnswer:
			return &httpx.Error{Reason: httpx.TooLarge, Status: resp.Status}
		}
		resp.Body = said
		failed = s.read(op, resp, into)
		return nil
	})
	if err != nil {
		return op.callError(err)
	}
	return failed
}

// carries refuses what this service cannot carry, whoever calls.
func (s *Service) carries(op *operation, o *signing.Order, d []signing.Digest) error {
	switch {
	case len(o.Documents) == 0 || len(d) != len(o.Documents):
		return op.fail(signing.InputInvalid, "an order needs documents, and a digest of each")
	case o.Reference == "" || strings.Contains(o.Reference, mark):
		return op.fail(signing.InputInvalid, "Reference is missing, or has a '"+mark+"'")
	case len(o.Signatories) == 0:
		return op.fail(signing.InputInvalid, "an order needs signatories")
	case !utf8.ValidString(o.Title):
		return op.fail(signing.InputInvalid, "Title is not UTF-8")
	case o.ReturnURL != "" && !isAddress(o.ReturnURL):
		return op.fail(signing.InputInvalid, "ReturnURL must be an https address without user and fragment")
	}
	for i := range o.Documents {
		if !utf8.ValidString(o.Documents[i].Title) || o.Documents[i].Title == "" {
			return op.fail(signing.InputInvalid, "Documents["+strconv.Itoa(i)+"].Title is missing or not UTF-8")
		}
	}
	return s.carriesSignatories(op, o.Signatories)
}

func (s *Service) carriesSignatories(op *operation, all []signing.Signatory) error {
	seen := make(map[string]bool, len(all))
	for i := range all {
		g, field := &all[i], "Signatories["+strconv.Itoa(i)+"]."
		switch {
		case g.Reference == "" || seen[g.Reference]:
			return op.fail(signing.InputInvalid, field+"Reference is missing, or that of another signatory")
		case g.Documents != nil:
			return op.fail(signing.Unsupported, field+"Documents: this service cannot restrict a signatory to some documents when the order is placed")
		case !g.Who.CPR.IsZero() && !s.cfg.AskCPR:
			return op.fail(signing.Unsupported, field+"Who.CPR needs Config.AskCPR; read there what it discloses")
		case !g.Who.Anyone && g.Who.UUID.IsZero() && g.Who.Subject == "" && g.Who.CPR.IsZero():
			return op.fail(signing.InputInvalid, field+"Who names nobody; set Anyone if whoever has the link may sign")
		case g.Who.Anyone && (!g.Who.UUID.IsZero() || g.Who.Subject != "" || !g.Who.CPR.IsZero()):
			return op.fail(signing.InputInvalid, field+"Who has Anyone, and names somebody")
		case g.Sequence < 0 || g.Role > signing.Viewer || !utf8.ValidString(g.SigningAs) || !utf8.ValidString(g.Who.Subject):
			return op.fail(signing.InputInvalid, field+"Sequence is negative, Role is unknown, or a text is not UTF-8")
		}
		seen[g.Reference] = true
	}
	return nil
}

// parts is the body of the call: JSON, with the documents last, so that a document that
// changed leaves JSON that is incomplete.
func (s *Service) parts(op *operation, o *signing.Order, d []signing.Digest) ([]part, *signing.Error) {
	head, err := json.Marshal(request{op.query, map[string]createInput{"input": s.create(o, d)}})
	if err != nil {
		return nil, op.fail(signing.InputInvalid, "the order cannot be written as JSON")
	}
	text := append(head[:len(head)-len(`}}}`)], `,"documents":[`...)
	var parts []part
	for i := range o.Documents {
		size, err := measure(&o.Documents[i], d[i])
		switch {
		case errors.Is(err, errChanged):
			return nil, op.fail(signing.InputInvalid, "Documents["+strconv.Itoa(i)+"] is empty, or has changed since it was measured")
		case err != nil:
			return nil, op.fail(signing.InputInvalid, "Documents["+strconv.Itoa(i)+"] cannot be read")
		}
		in, err := json.Marshal(documentInput{PreserveStructure: s.cfg.PreserveStructure, PDF: pdfInput{
			Title: o.Documents[i].Title, StorageMode: "Temporary", Reference: documentReference(o.Reference, i), RemoveBookmarks: s.cfg.RemoveBookmarks,
		}})
		if err != nil {
			return nil, op.fail(signing.InputInvalid, "the order cannot be written as JSON")
		}
		text = append(text, in[:len(in)-len(`}}`)]...)
		text = append(text, `,"blob":"`...)
		parts = append(parts, part{text: text, document: &o.Documents[i], size: size, digest: d[i]})
		text = []byte(`"}},`)
	}
	text = append(text[:len(text)-len(`,`)], `]}}}`...)
	return append(parts, part{text: text}), nil
}

// mark stands between the reference of an order and the number of a document. It is no
// character of a reference.
const mark = "/"

// documentReference is what tells the documents of an order apart: the service does not
// promise their order.
func documentReference(reference string, i int) string {
	if i == 0 {
		return reference
	}
	return reference + mark + strconv.Itoa(i+1)
}

// placed reads an order as that which was placed as o, or says what is wrong.
func (s *Service) placed(got *order, o *signing.Order) (p *signing.Placed, why string) {
	if got == nil {
		return nil, "the answer has no order"
	}
	if why := got.check(); why != "" {
		return nil, why
	}
	if len(got.Documents) != len(o.Documents) || len(got.Signatories) != len(o.Signatories) {
		return nil, "the answer has another number of documents or signatories"
	}
	documents, signatories := map[string]*document{}, map[string]*signatoryAnswer{}
	for i := range got.Documents {
		documents[got.Documents[i].Reference] = &got.Documents[i]
	}
	for i := range got.Signatories {
		signatories[got.Signatories[i].Reference] = &got.Signatories[i]
	}
	p = &signing.Placed{Ticket: signing.Ticket{ID: signing.ID(got.ID), Reference: o.Reference}, Expires: moment(got.ExpiresAt)}
	for i := range o.Documents {
		d := documents[documentReference(o.Reference, i)]
		if d == nil {
			return nil, "the answer lacks a document, or its reference"
		}
		p.Ticket.Documents = append(p.Ticket.Documents, signing.TicketDocument{ID: signing.ID(d.ID)})
	}
	for i := range o.Signatories {
		g := signatories[o.Signatories[i].Reference]
		switch {
		case g == nil:
			return nil, "the answer lacks a signatory, or their reference"
		case !isLink(g.Href):
			return nil, "the answer lacks a link that can be sent to people"
		}
		p.Ticket.Signatories = append(p.Ticket.Signatories, signing.TicketSignatory{ID: signing.ID(g.ID), Reference: g.Reference})
		p.Links = append(p.Links, signing.NewSecret(g.Href))
	}
	return p, ""
}

// moment reads a time of the service. One that cannot be read is as if it were not there:
// nothing rests on it but what people are told.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
