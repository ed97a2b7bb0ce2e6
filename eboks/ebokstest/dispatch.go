package ebokstest

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// dispatch is e-Boks Dispatch version 3.
type dispatch struct{ schema element }

const (
	nsDispatch   = "urn:eboks:en:3.0.0"
	dispatchPath = "/int/rest/srv.svc/3/dispatchsystem/"
	lookupPath   = "/oio/rest/srv.svc/1/afsendersystem/"
	messagesPath = "/rest/messages/"
)

func newDispatch() *dispatch {
	return &dispatch{block("en:Dispatch",
		block("en:DispatchRecipient",
			leaf("en:Id", digits(8, 10)),
			leaf("en:Type", among("P", "V")),
			leaf("en:Nationality", among("DK")),
		),
		leaf("en:ContentTypeId", digits(1, 18)),
		leaf("en:Title", length(1, 255)),
		block("en:Content",
			document("en:Data"),
			leaf("en:FileExtension", among("pdf")),
		),
	)}
}

// messageID is the name of a letter on this wire.
func messageID(id eboks.ID) string { return senderPadded + senderClient + plainID(id) }

// The sender that a fake knows.
const (
	senderSystem = "4711"
	senderPadded = "004711"
	senderClient = "DKEID"
)

// plainID is a letter's id as 32 digits.
func plainID(id eboks.ID) string {
	if id.IsZero() {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// letterID reads a message id, zero for one that is not of this sender.
func letterID(message string) (id eboks.ID) {
	digits, ok := strings.CutPrefix(message, messageID(eboks.ID{}))
	if raw, err := hex.DecodeString(digits); ok && err == nil && len(raw) == len(id) && digits == strings.ToLower(digits) {
		copy(id[:], raw)
	}
	return id
}

// route reads method and path.
func (w *dispatch) route(r *http.Request) *operation {
	if rest, ok := strings.CutPrefix(r.URL.Path, dispatchPath+senderSystem+"/dispatches/"); ok && r.Method == http.MethodPut && rest != "" && !strings.Contains(rest, "/") {
		return &operation{name: "Dispatch", template: dispatchPath + "{system}/dispatches/{message}", letter: letterID(rest), bears: true,
			answer: w.create}
	}
	if r.Method != http.MethodGet {
		return nil
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, lookupPath+senderSystem+"/tilmeldinger/"); ok && rest != "" && !strings.Contains(rest, "/") {
		return &operation{name: "Tilmelding", template: lookupPath + "{system}/tilmeldinger/{material}",
			answer: func(d *Distributor, r *http.Request) *fakehttp.Reply { return w.lookup(d, r, rest) }}
	}
	if r.URL.Path == messagesPath+senderClient+"/" {
		return &operation{name: "Messages", template: messagesPath + "{client}/", letter: letterID(r.URL.Query().Get("message_id")), answer: w.messages}
	}
	return nil
}

// read reads a Dispatch.
func (w *dispatch) read(d *Distributor, r *http.Request) (*Letter, error) {
	l := &Letter{ID: letterID(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])}
	if l.ID.IsZero() {
		return nil, &refusal{http.StatusBadRequest, CodeValidation, "The message id is not six digits of system, client and 32 hexadecimal digits."}
	}
	rd := newReader(r.Body, map[string][]string{"en": {nsDispatch}})
	rd.keep = func(root, _ *node, from io.Reader) (*Document, error) {
		l.Title, l.Material = root.at("en:Title"), eboks.Material(root.at("en:ContentTypeId"))
		l.To, _ = dispatchRecipient(root)
		return d.receive(*l, "", from)
	}
	n, err := rd.readRoot(w.schema)
	if err != nil {
		return nil, err
	}
	if l.To, err = dispatchRecipient(n); err != nil {
		return nil, err
	}
	if !d.knowsType(string(l.Material)) {
		return nil, &refusal{http.StatusBadRequest, CodeUnknownType, "There is no such ContentTypeId."}
	}
	l.Documents = []Document{*n.child("en:Content", "en:Data").doc}
	return l, nil
}

func dispatchRecipient(n *node) (eboks.Recipient, error) {
	id := n.at("en:DispatchRecipient", "en:Id")
	if n.at("en:DispatchRecipient", "en:Type") == "V" {
		company, err := claims.ParseCVR(id)
		if err != nil {
			return eboks.Recipient{}, errNumber()
		}
		return eboks.Company(company), nil
	}
	person, err := cpr.Parse(id)
	if err != nil || person.RequireOrdinary() != nil {
		return eboks.Recipient{}, errNumber()
	}
	return eboks.Person(person), nil
}

// create answers a Dispatch.
func (w *dispatch) create(d *Distributor, r *http.Request) *fakehttp.Reply {
	in, err := w.read(d, r)
	if err != nil {
		return d.refuse(err)
	}
	l, what := d.accept(*in)
	if what == repeated {
		status := http.StatusConflict
		if d.settings().Repeated419 {
			status = 419
		}
		return d.refusal(status, CodeRepeated, "The message id was used before.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return w.taken(l.ID, l)
}

// dispatchAnswer is the JSON of the reference's section 3.1.
type dispatchAnswer struct {
	MessageID  string               `json:"message_id"`
	Recipients []dispatchRecipients `json:"recipients"`
}

type dispatchRecipients struct {
	Number         string `json:"nr"`
	Type           string `json:"recipient_type"`
	Nationality    string `json:"nationality"`
	Status         string `json:"status"`
	RejectReason   string `json:"reject_reason"`
	PostProcessing string `json:"post_processing_status"`
}

func (w *dispatch) taken(id eboks.ID, l *letter) *fakehttp.Reply {
	body, err := json.Marshal(dispatchAnswer{messageID(id), []dispatchRecipients{recipientStatus(l)}})
	if err != nil {
		return fakehttp.NewReply(http.StatusInternalServerError, "", nil)
	}
	return fakehttp.NewReply(http.StatusOK, jsonType, body)
}

func recipientStatus(l *letter) dispatchRecipients {
	r := dispatchRecipients{Number: l.To.CPR().Reveal(), Type: "cpr", Nationality: "DK", Status: statusWord(l.verdict)}
	if !l.To.CVR().IsZero() {
		r.Number, r.Type = l.To.CVR().String(), "cvr"
	}
	if l.verdict == eboks.NotRegistered {
		r.PostProcessing = postProcessing(l)
	}
	return r
}

// statusWord is the wire's word. It has none for somebody who has not subscribed
// to a material.
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

func postProcessing(l *letter) string {
	onPaper := slices.ContainsFunc(l.steps, func(s step) bool { return s.word.status() == eboks.HandedToCarrier })
	switch {
	case l.Status == eboks.HandedToCarrier:
		return "remote printed"
	case l.Status == eboks.PrintQueued:
		return "address resolved"
	case onPaper:
		return "pending"
	default:
		return ""
	}
}

// refusal is the same as Connect's: interfaces of this family say Fejl.
func (w *dispatch) refusal(code, text string) []byte { return fault(code, text) }
