package neb

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// workflow is what the API tells of one.
type workflow struct {
	ID           string `json:"id"`
	Created      string `json:"created"`
	Organisation string `json:"organizationTin"`
	Expires      string `json:"expiresAt"`
	Signatures   []struct {
		ID          string  `json:"id"`
		Transaction string  `json:"signatureTransactionId"`
		Name        *string `json:"serviceProvidedSignerName"`
	} `json:"signatures"`
}

// Order returns how far an order has come. It is closed once everybody has signed. A person
// who cancels may begin again, so nobody ever rejects.
func (s *Service) Order(ctx context.Context, order signing.ID) (*signing.Progress, error) {
	w, id, err := s.workflow(ctx, "order", order)
	if err != nil {
		return nil, err
	}
	p := &signing.Progress{ID: order, State: signing.OrderOpen, Created: timeOf(w.Created), Expires: timeOf(w.Expires)}
	signed := w.signedBy(id)
	for i := range id.signatories {
		one := signing.SignatoryProgress{ID: place(i), State: signing.SignatoryOpen}
		if signed[i] {
			one.State = signing.SignatorySigned
		}
		p.Signatories = append(p.Signatories, one)
	}
	for i := range id.documents {
		p.Documents = append(p.Documents, signing.DocumentProgress{ID: place(i), Available: len(w.Signatures) > 0})
	}
	switch {
	case len(signed) == id.signatories:
		p.State = signing.OrderClosed
	case !s.cfg.now().Before(p.Expires):
		p.State = signing.OrderExpired
	}
	return p, nil
}

// workflow reads a workflow.
func (s *Service) workflow(ctx context.Context, op string, order signing.ID) (*workflow, orderID, error) {
	c, id, err := s.workflowCall(op, http.MethodGet, order, "")
	if err != nil {
		return nil, id, err
	}
	w := new(workflow)
	if err := s.do(ctx, c, w); err != nil {
		return nil, id, err
	}
	switch {
	case w.ID != id.workflow:
		return nil, id, c.fail(signing.ResponseInvalid, "the answer is about another order")
	case timeOf(w.Expires).IsZero(): // an order without an end would be waited for without an end
		return nil, id, c.fail(signing.ResponseInvalid, "the answer does not tell when the order expires")
	}
	return w, id, nil
}

// signedBy returns which signatories have signed, by their place. The API repeats the name
// that SignOrder gave it: the signatory's ID. If there is one signatory, every signature
// is theirs.
func (w *workflow) signedBy(id orderID) map[int]bool {
	signed := make(map[int]bool)
	for i := range w.Signatures {
		if at, ok := w.signatory(id, i); ok {
			signed[at] = true
		}
	}
	return signed
}

// signatory returns the place of the signatory of the i-th signature.
func (w *workflow) signatory(id orderID, i int) (int, bool) {
	if id.signatories == 1 {
		return 0, true
	}
	if w.Signatures[i].Name == nil {
		return 0, false
	}
	n, ok := number(*w.Signatures[i].Name, id.signatories)
	return n - 1, ok && strconv.Itoa(n) == *w.Signatures[i].Name
}

func timeOf(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil { // .NET writes a time without a known zone so; the broker's are UTC
		t, err = time.Parse("2006-01-02T15:04:05", text)
	}
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Close does nothing: the broker has no such call. SignOrder is the only way to sign, so
// an order takes no more signatures once nobody calls it.
func (s *Service) Close(ctx context.Context, order signing.ID, _ int) error {
	c, _, err := s.workflowCall("close", http.MethodGet, order, "")
	if err == nil && ctx.Err() != nil {
		e := c.fail(signing.Unavailable, "the context has ended")
		e.Err = ctx.Err()
		return e
	}
	return err
}

// Fetch writes the sealed PDF of an order to w. The broker seals all documents of an order
// in one PDF, so that it is the same for each of them.
func (s *Service) Fetch(ctx context.Context, order, document signing.ID, w io.Writer) error {
	c, id, err := s.workflowCall("fetch", http.MethodPost, order, "/pades")
	if err != nil {
		return err
	}
	if _, ok := number(string(document), id.documents); !ok {
		return c.fail(signing.NotFound, "the order has no such document")
	}
	filter := "Restricted"
	if s.cfg.allClaims {
		filter = "All"
	}
	c.body = struct {
		ID     string            `json:"workflowId"`
		Claims map[string]string `json:"workflowTokenClaimParameters"`
	}{id.workflow, map[string]string{"claimOutputFilter": filter}}
	var said struct {
		Document struct {
			PDF string `json:"padesB64"`
		} `json:"padesDocument"`
		Info resultInfo `json:"workflowResultInfo"`
	}
	if err := s.do(ctx, c, &said); err != nil {
		return err
	}
	if said.Info.Documents != id.documents || said.Info.Signatures < id.signatories {
		return c.fail(signing.DocumentPending, "the sealed PDF is not of all documents and signatures yet")
	}
	pdf, err := c.readPDF(said.Document.PDF)
	if err != nil {
		return err
	}
	if _, err := w.Write(pdf); err != nil {
		return c.fail(signing.StoreFailed, "the sealed PDF could not be written")
	}
	return nil
}

// resultInfo is what an answer with a result says of it.
type resultInfo struct {
	Documents  int `json:"documentCount"`
	Signatures int `json:"signatureCount"`
}

// Cancel is not supported: the broker has no such call. An order that nobody signs ends at
// Order.Expires.
func (s *Service) Cancel(context.Context, signing.ID) error { return unsupported("cancel") }

// Cleanup is not supported: the broker deletes a workflow by itself.
func (s *Service) Cleanup(context.Context, signing.ID) error { return unsupported("cleanup") }

func unsupported(op string) error {
	return &signing.Error{Kind: signing.Unsupported, Service: name, Op: op, Why: "the broker has no such call"}
}
