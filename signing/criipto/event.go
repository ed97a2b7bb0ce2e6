package criipto

import (
	"regexp"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

// validation is the event that the service sends to find out whether the address works.
const validation = "WEBHOOK_VALIDATION"

const documentChanged = "SIGNATORY_DOCUMENT_STATUS_CHANGED"

// kinds are the events of the service. What is not in it is of no effect.
var kinds = map[string]signing.What{
	"SIGNATORY_SIGNED":               signing.Signed,
	"SIGNATORY_APPROVED":             signing.Approved,
	"SIGNATORY_REJECTED":             signing.Rejected,
	"SIGNATORY_SIGN_ERROR":           signing.SignFailed,
	"SIGNATORY_SIGN_LINK_OPENED":     signing.LinkOpened,
	"SIGNATORY_DOWNLOAD_LINK_OPENED": signing.Changed,
	documentChanged:                  signing.Changed,
	"SIGNATURE_ORDER_EXPIRED":        signing.Expired,
	"ALL_CURRENT_SIGNATORIES_SIGNED": signing.AllSigned,
}

// eventForm is what the name of an event may look like.
var eventForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)

// notice is the body of a webhook, as far as it is read. Reasons and errors in it may
// name people, and are read from the order instead.
type notice struct {
	Event     string `json:"event"`
	Order     string `json:"signatureOrderId"`
	Signatory string `json:"signatoryId"`
	Status    string `json:"status"` // of a document
}

// parseNotice reads the body of a webhook.
func parseNotice(body []byte) (*notice, error) {
	n := new(notice)
	if err := strictjson.Unmarshal(body, n); err != nil {
		return nil, err
	}
	_, known := kinds[n.Event]
	if !eventForm.MatchString(n.Event) || known && !idForm.MatchString(n.Order) || n.Signatory != "" && !idForm.MatchString(n.Signatory) {
		return nil, &strictjson.Error{Reason: strictjson.WrongType}
	}
	return n, nil
}

// event says what happened, with the order as it was read afterwards.
func (n *notice) event(p *signing.Progress) signing.Event {
	e := signing.Event{Order: p.ID, Kind: kinds[n.Event], Progress: p}
	if n.Event == documentChanged && n.Status == "OPENED" {
		e.Kind = signing.DocumentRead
	}
	for i := range p.Signatories {
		if string(p.Signatories[i].ID) == n.Signatory {
			e.Signatory = p.Signatories[i].ID
		}
	}
	if n.Signatory != "" && e.Signatory == "" {
		e.Kind = signing.Changed // about somebody whom the order does not have
	}
	return e
}
