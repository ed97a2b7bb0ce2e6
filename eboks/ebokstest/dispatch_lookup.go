package ebokstest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// lookup answers whether somebody receives a material: 404 without a mailbox.
func (w *dispatch) lookup(d *Distributor, r *http.Request, material string) *fakehttp.Reply {
	q := r.URL.Query()
	var to eboks.Recipient
	switch {
	case len(q["cpr"]) == 1 && len(q) == 1:
		person, err := cpr.Parse(q.Get("cpr"))
		if err != nil || person.RequireOrdinary() != nil {
			return d.refuse(errNumber())
		}
		to = eboks.Person(person)
	case len(q["cvr"]) == 1 && len(q) == 1:
		company, err := claims.ParseCVR(q.Get("cvr"))
		if err != nil {
			return d.refuse(errNumber())
		}
		to = eboks.Company(company)
	default:
		return d.refusal(http.StatusBadRequest, CodeValidation, "Give either cpr or cvr.")
	}
	d.mu.Lock()
	verdict := d.reach(to, eboks.Material(material))
	asJSON := d.set.LookupJSON
	d.mu.Unlock()
	// A material that nobody knows has no subscribers.
	yes := verdict == eboks.Reachable && d.knowsType(material)
	if verdict == eboks.NotRegistered {
		return d.refusal(http.StatusNotFound, CodeNotRegistered, "There is no such mailbox.")
	}
	if asJSON {
		return fakehttp.NewReply(http.StatusOK, jsonType, []byte(`{"tilmeldt":`+strconv.FormatBool(yes)+`}`))
	}
	return fakehttp.NewReply(http.StatusOK, xmlType, []byte(xmlHead+"<Tilmelding><Tilmeldt>"+strconv.FormatBool(yes)+"</Tilmeldt></Tilmelding>"))
}

// messageRecord is one record of the proxy's status list. The names of the last
// three members are made up.
type messageRecord struct {
	MessageID  string               `json:"message_id"`
	Recipients []dispatchRecipients `json:"recipients"`
	Code       int                  `json:"proxy_response_code"`
	Error      string               `json:"proxy_error"`
	ModifiedAt string               `json:"modified_at"`
}

// messages is the proxy's status list.
func (w *dispatch) messages(d *Distributor, r *http.Request) *fakehttp.Reply {
	asked := r.URL.Query()["message_id"]
	if len(asked) > maxPage {
		return d.refusal(http.StatusBadRequest, CodeValidation, "Too many ids.")
	}
	d.mu.Lock()
	d.settle()
	records := []messageRecord{}
	for _, name := range asked {
		l := d.post.letters[letterID(name)]
		if l == nil {
			continue
		}
		records = append(records, d.messageRecords(name, l)...)
	}
	manner := d.post.manner
	d.mu.Unlock()
	body, err := json.Marshal(records)
	if err != nil {
		return fakehttp.NewReply(http.StatusInternalServerError, "", nil)
	}
	if manner == Malformed {
		body = body[:len(body)/2]
	}
	return fakehttp.NewReply(http.StatusOK, jsonType, body)
}

// messageRecords are the records of one letter, in the way that is set.
func (d *Distributor) messageRecords(name string, l *letter) []messageRecord {
	at := l.At
	if n := len(l.receipts); n > 0 {
		at = l.receipts[n-1].at
	}
	mine := messageRecord{name, []dispatchRecipients{recipientStatus(l)}, http.StatusOK, "", at.UTC().Format(time.RFC3339Nano)}
	other := mine
	other.Recipients = slices.Clone(mine.Recipients)
	switch d.post.manner {
	case Silent:
		return nil
	case Late:
		if d.now().Before(l.At.Add(LateBy)) {
			return nil
		}
	case Twice:
		return []messageRecord{mine, mine}
	case FromStrangers:
		other.MessageID = messageID(eboks.NewID())
		return []messageRecord{other, mine}
	case WithoutUUID:
		other.MessageID = strangerID
		return []messageRecord{other, mine}
	case UnknownState:
		other.Recipients[0].Status = "på vej i flaskepost"
		return []messageRecord{other}
	}
	return []messageRecord{mine}
}
