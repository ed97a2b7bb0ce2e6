package postnordtest

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

func dispatchSchema() fakewire.Element {
	return fakewire.Block("en:Dispatch",
		fakewire.Block("en:DispatchRecipient",
			fakewire.Leaf("en:Id", fakewire.Digits(8, 10)),
			fakewire.Leaf("en:Type", fakewire.Among("P", "V")),
			fakewire.Leaf("en:Nationality", fakewire.Among("DK")),
		),
		fakewire.Leaf("en:ContentTypeId", fakewire.Digits(1, 18)),
		fakewire.Leaf("en:Title", fakewire.Length(1, 255)),
		fakewire.Block("en:Content",
			fakewire.Document("en:Data"),
			fakewire.Leaf("en:FileExtension", fakewire.Among("pdf")),
		),
	)
}

func spaces(string) map[string][]string { return map[string][]string{"en": {"urn:eboks:en:3.0.0"}} }

// messageID is the name of a letter on this wire.
func messageID(id eboks.ID) string { return senderPadded + senderClient + hex.EncodeToString(id[:]) }

// letterID reads a message id, zero for one that is not of this sender.
func letterID(message string) (id eboks.ID) {
	digits, ok := strings.CutPrefix(message, senderPadded+senderClient)
	if raw, err := hex.DecodeString(digits); ok && err == nil && len(raw) == len(id) && digits == strings.ToLower(digits) {
		copy(id[:], raw)
	}
	return id
}

// ReadLetter reads a Dispatch.
func (d *dialect) ReadLetter(r *http.Request) (*ebokstest.Letter, error) {
	l := &ebokstest.Letter{ID: letterID(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])}
	if l.ID.IsZero() {
		return nil, &ebokstest.Refusal{Status: http.StatusBadRequest, Code: ebokstest.CodeValidation, Text: "The message id is not six digits of system, client and 32 hexadecimal digits."}
	}
	n, err := fakewire.Read(r.Body, d.schema, fakewire.Config{Spaces: spaces, Keep: func(root *fakewire.Node, from io.Reader) error {
		l.Title, l.Material = root.At("en:Title"), eboks.Material(root.At("en:ContentTypeId"))
		l.To, _ = recipient(root)
		doc, err := d.Receive(*l, "", from)
		l.Documents = append(l.Documents, doc)
		return err
	}})
	if err != nil {
		return nil, err
	}
	if l.To, err = recipient(n); err != nil {
		return nil, err
	}
	if !d.KnowsMaterial(l.Material) {
		return nil, &ebokstest.Refusal{Status: http.StatusBadRequest, Code: ebokstest.CodeUnknownType, Text: "There is no such ContentTypeId."}
	}
	return l, nil
}

func recipient(n *fakewire.Node) (eboks.Recipient, error) {
	id := n.At("en:DispatchRecipient", "en:Id")
	if n.At("en:DispatchRecipient", "en:Type") == "V" {
		return ebokstest.CompanyOf(id)
	}
	return ebokstest.PersonOf(id)
}

// create answers a Dispatch.
func (d *dialect) create(r *http.Request) *ebokstest.Reply {
	in, err := d.ReadLetter(r)
	if err != nil {
		return d.Refuse(err)
	}
	set := d.settings()
	s, what := d.Accept(*in, ebokstest.Handling{PrintUnregistered: !set.NoPostProcessing})
	if what == ebokstest.Repeated {
		status := http.StatusConflict
		if set.Repeated419 {
			status = 419
		}
		return d.refuse(status, ebokstest.CodeRepeated, "The message id was used before.")
	}
	return d.Taken(s)
}

// dispatchAnswer is the JSON of a proxy in front of e-Boks.
type dispatchAnswer struct {
	MessageID  string            `json:"message_id"`
	Recipients []recipientStatus `json:"recipients"`
}

type recipientStatus struct {
	Number         string `json:"nr"`
	Type           string `json:"recipient_type"`
	Nationality    string `json:"nationality"`
	Status         string `json:"status"`
	RejectReason   string `json:"reject_reason"`
	PostProcessing string `json:"post_processing_status"`
}

// Taken is the answer to a letter that was accepted.
func (d *dialect) Taken(s ebokstest.Stored) *ebokstest.Reply {
	return inJSON(dispatchAnswer{messageID(s.ID), []recipientStatus{statusOf(s)}})
}

func inJSON(v any) *ebokstest.Reply {
	body, err := json.Marshal(v)
	if err != nil {
		return &ebokstest.Reply{Status: http.StatusInternalServerError}
	}
	return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.JSON, Body: body}
}

func statusOf(s ebokstest.Stored) recipientStatus {
	r := recipientStatus{Number: s.To.CPR().Reveal(), Type: "cpr", Nationality: "DK", Status: statusWord(s.Reachability)}
	if !s.To.CVR().IsZero() {
		r.Number, r.Type = s.To.CVR().String(), "cvr"
	}
	if s.Reachability == eboks.NotRegistered {
		r.PostProcessing = postProcessing(s)
	}
	return r
}

// statusWord is the wire's word. It has none for somebody who has not subscribed to a
// material.
func statusWord(r eboks.Reachability) string {
	switch r {
	case eboks.Exempt:
		return "exempt"
	case eboks.Minor:
		return "minor"
	case eboks.Deceased:
		return "dead"
	case eboks.NotRegistered, eboks.NotSubscribed:
		return "invalid"
	default:
		return ""
	}
}

func postProcessing(s ebokstest.Stored) string {
	switch {
	case s.Status == eboks.HandedToCarrier:
		return "remote printed"
	case s.Status == eboks.PrintQueued:
		return "address resolved"
	case s.OnPaper:
		return "pending"
	default:
		return ""
	}
}
