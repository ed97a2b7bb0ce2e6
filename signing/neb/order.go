package neb

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// Capabilities says what the broker's workflows can do.
func (s *Service) Capabilities() signing.Capabilities {
	return signing.Capabilities{
		Name: name, Documents: 10, Signatories: 14, MaxDocument: s.cfg.maxDocument,
		UUID: true, Subject: true, Expires: true,
	}
}

// A workflowFile is a document in the request that makes a workflow.
type workflowFile struct {
	Title string `json:"title"`
	PDF   string `json:"pdfBase64"`
}

// CreateOrder makes a workflow. If the answer is lost, the error is ErrOutcomeUnknown. Nobody
// can reach such a workflow: place the order again, under a new reference.
func (s *Service) CreateOrder(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
	c := &call{op: "place", method: http.MethodPost, path: s.workflowPath(), makes: true}
	if s.cfg.organisation == "" {
		return nil, c.fail(signing.ConfigInvalid, "Config.Organisation is missing: an order belongs to one")
	}
	files, sums, err := s.files(c, o, d)
	if err != nil {
		return nil, err
	}
	expires := o.Expires
	if expires.IsZero() {
		expires = s.cfg.now().Add(s.cfg.expires)
	}
	expires = expires.UTC().Truncate(time.Second)
	c.body = struct {
		Title    string         `json:"title"`
		Files    []workflowFile `json:"pdfList"`
		Expires  string         `json:"expiresAt"`
		Overview bool           `json:"showStartOverviewPage"`
	}{o.Title, files, expires.Format(time.RFC3339), s.cfg.overview}
	var said struct {
		ID string `json:"workflowId"`
	}
	if err := s.do(ctx, c, &said); err != nil {
		return nil, err
	}
	if !isID(said.ID) || len(said.ID) > maxWorkflowID {
		return nil, c.lost(signing.ResponseInvalid, "the answer names no workflow", http.StatusOK)
	}
	id := orderID{said.ID, len(o.Signatories), len(o.Documents), neb.WorkflowSHA256(sums)}
	placed := &signing.Placed{Ticket: signing.Ticket{ID: signing.ID(id.String()), Reference: o.Reference}, Expires: expires}
	for i := range o.Documents {
		placed.Ticket.Documents = append(placed.Ticket.Documents, signing.TicketDocument{ID: place(i), SHA256: d[i]})
	}
	for i := range o.Signatories {
		placed.Ticket.Signatories = append(placed.Ticket.Signatories, signing.TicketSignatory{ID: place(i), Reference: o.Signatories[i].Reference})
	}
	return placed, nil
}

// folded returns what two titles must differ in: nothing tells which of them the broker's
// proof keeps apart if they differ in case, in blanks or in their Unicode form alone.
func folded(title string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.ToUpper(norm.NFKC.String(title)))), " ")
}

// files reads the documents of an order. The broker lists them by title, so a title twice
// is refused.
func (s *Service) files(c *call, o *signing.Order, d []signing.Digest) ([]workflowFile, map[string][sha256.Size]byte, error) {
	switch {
	case len(d) != len(o.Documents) || len(d) == 0 || len(d) > maxParts:
		return nil, nil, c.fail(signing.InputInvalid, "there are no documents, or not one digest for each")
	case len(o.Signatories) == 0 || len(o.Signatories) > maxParts:
		return nil, nil, c.fail(signing.InputInvalid, "there are no signatories, or too many")
	}
	var files []workflowFile
	sums, titles := make(map[string][sha256.Size]byte, len(d)), make(map[string]bool, len(d))
	for i := range o.Documents {
		doc := &o.Documents[i]
		if as := folded(doc.Title); titles[as] || as == "" || strings.TrimSpace(doc.Title) != doc.Title || !utf8.ValidString(doc.Title) {
			return nil, nil, c.fail(signing.InputInvalid, "Order.Documents: every document needs a title of its own, without blanks at its ends, because the broker's proof lists them by title; upper and lower case, blanks and Unicode forms make no difference")
		} else {
			titles[as] = true
		}
		content, err := s.content(c, doc)
		if err != nil {
			return nil, nil, err
		}
		if sha256.Sum256(content) != d[i] {
			return nil, nil, c.fail(signing.InputInvalid, "Order.Documents: a document has changed since it was checked")
		}
		sums[doc.Title] = d[i]
		files = append(files, workflowFile{doc.Title, base64.StdEncoding.EncodeToString(content)})
	}
	return files, sums, nil
}

func (s *Service) content(c *call, doc *signing.Document) ([]byte, error) {
	if doc.Open == nil {
		return nil, c.fail(signing.InputInvalid, "Order.Documents: Document.Open is missing")
	}
	r, err := doc.Open()
	if err != nil {
		return nil, c.fail(signing.InputInvalid, "Order.Documents: a document cannot be opened")
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(io.LimitReader(r, s.cfg.maxDocument+1))
	switch {
	case err != nil:
		return nil, c.fail(signing.InputInvalid, "Order.Documents: a document cannot be read")
	case int64(len(content)) > s.cfg.maxDocument:
		return nil, c.fail(signing.InputInvalid, "Order.Documents: a document is longer than Config.MaxDocument")
	case !isPDF(content):
		return nil, c.fail(signing.InputInvalid, "Order.Documents: a document is no PDF")
	}
	return content, nil
}

// SignOrder has a signatory sign an order: it returns where to send the browser of the
// person who has come to sign. There is no link to send to people, so let them come to a
// page of yours. signatory is an ID in t.Signatories, and o is the order as it was placed.
// Keep the Redirect as that of a login, and give the answer to [Service.Complete].
//
// r says what else is asked of the person, as in [Service.Sign]. Its UUID is set from
// Signatory.Who. The broker is told as well who must sign.
func (s *Service) SignOrder(ctx context.Context, t signing.Ticket, o *signing.Order, signatory signing.ID, r mitid.Request) (*mitid.Redirect, error) {
	c := &call{op: "sign", order: t.ID, method: http.MethodPost, path: s.workflowPath() + "/signtextid"}
	id, ok := readOrderID(t.ID)
	at := -1
	for i := range t.Signatories {
		if t.Signatories[i].ID == signatory && place(i) == signatory {
			at = i
		}
	}
	switch {
	case !ok || s.cfg.organisation == "":
		return nil, c.fail(signing.Conflict, "the ticket is not of this service")
	case at < 0 || len(t.Signatories) != id.signatories || len(o.Signatories) != id.signatories || o.Signatories[at].Reference != t.Signatories[at].Reference:
		return nil, c.fail(signing.Conflict, "the ticket, the order and the signatory do not belong together")
	}
	who := &o.Signatories[at].Who
	if !who.CPR.IsZero() {
		return nil, c.fail(signing.Unsupported, "Who.CPR: find the person by UUID or Subject")
	}
	required := map[string]string{}
	if !r.Capacity.Takes(claims.CapacityProfessional) {
		required["idp"] = "mitid"
	}
	if !who.UUID.IsZero() {
		r.UUID, required[s.cfg.person] = who.UUID, who.UUID.String()
	}
	if who.Subject != "" {
		required["sub"] = who.Subject
	}
	c.body = struct {
		ID       string            `json:"workflowId"`
		Name     string            `json:"signerName"`
		Title    string            `json:"signerTitle,omitempty"`
		Required map[string]string `json:"requiredClaims,omitempty"`
	}{id.workflow, string(signatory), o.Signatories[at].SigningAs, required}
	var said struct {
		Workflow string `json:"workflowId"`
		ID       string `json:"signtextId"`
	}
	if err := s.do(ctx, c, &said); err != nil {
		return nil, err
	}
	if !isID(said.ID) || said.Workflow != id.workflow {
		return nil, c.fail(signing.ResponseInvalid, "the answer names no signtext of this order")
	}
	return s.begin(ctx, c.op, t.ID, neb.Document{
		SigntextID: said.ID, SHA256: id.sum, WorkflowID: id.workflow, Note: note(t.ID, signatory), Subject: who.Subject,
	}, r)
}

// workflowPath is the path of the organisation's workflows.
func (s *Service) workflowPath() string {
	return s.cfg.workflows + "/" + s.cfg.organisation
}

// workflowCall returns a call about an order.
func (s *Service) workflowCall(op, method string, order signing.ID, rest string) (*call, orderID, error) {
	c := &call{op: op, order: order, method: method}
	id, ok := readOrderID(order)
	if !ok || s.cfg.organisation == "" {
		return nil, id, c.fail(signing.NotFound, "the ID is not of an order of this service")
	}
	c.path = fmt.Sprintf("%s/%s%s", s.workflowPath(), id.workflow, rest)
	return c, id, nil
}
