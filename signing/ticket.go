package signing

import (
	"errors"
	"time"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// Ticket is what to store about an order that was placed. It holds no link, no token and
// nothing personal, so it may be stored and logged as JSON. [Client.Complete] needs it.
type Ticket struct {
	Service   string    `json:"service"` // the adapter's name
	ID        ID        `json:"id"`
	Reference string    `json:"reference"` // Order.Reference
	PlacedAt  time.Time `json:"placed_at"` // before the order left; of an order that was found, when the service made it; UTC
	// Documents and Signatories are in the order of Order.Documents and Order.Signatories.
	Documents   []TicketDocument  `json:"documents"`
	Signatories []TicketSignatory `json:"signatories"`
}

// TicketDocument is one document of a placed order.
type TicketDocument struct {
	ID     ID     `json:"id"`
	SHA256 Digest `json:"sha256"` // of the document that was sent
}

// TicketSignatory is one signatory of a placed order.
type TicketSignatory struct {
	ID        ID     `json:"id"`
	Reference string `json:"reference"`
}

// Placed is an order that the service has.
type Placed struct {
	Ticket  Ticket
	Expires time.Time // when the order ends by itself; zero if the service does not say
	// Links are the addresses where each signatory signs, in the order of
	// Ticket.Signatories. A link is a secret: whoever has it can see the documents, and
	// try to sign. It is empty where the service has none (Capabilities.Links).
	Links []Secret
}

// maxTicket bounds the JSON of a ticket, in bytes. One with 14 signatories and 10
// documents has less than 20 kB.
const maxTicket = 1 << 20

// UnmarshalJSON reads what encoding/json makes of a Ticket, strictly: all members, each
// once, and no others. Such a ticket is damaged or of another version, and the error is
// ErrInputInvalid. Whether it is a ticket for an order, Complete checks.
func (t *Ticket) UnmarshalJSON(data []byte) error {
	invalid := &Error{Kind: InputInvalid, Why: "the stored ticket is damaged, or of another version"}
	if len(data) > maxTicket {
		return invalid
	}
	var read Ticket
	top := members{
		"service":   text(&read.Service),
		"id":        text((*string)(&read.ID)),
		"reference": text(&read.Reference),
		"placed_at": instant(&read.PlacedAt),
		"documents": list(&read.Documents, func(d *TicketDocument) members {
			return members{"id": text((*string)(&d.ID)), "sha256": digest(&d.SHA256)}
		}),
		"signatories": list(&read.Signatories, func(s *TicketSignatory) members {
			return members{"id": text((*string)(&s.ID)), "reference": text(&s.Reference)}
		}),
	}
	err := strictjson.Members(data, top.visit)
	if err != nil || len(top) > 0 {
		return invalid
	}
	*t = read
	return nil
}

// members are the members of an object that have not been read yet.
type members map[string]func(*strictjson.Value) error

// visit reads one of them. One that is not known is refused, and one that comes twice
// by strictjson.
func (m members) visit(name string, v *strictjson.Value) error {
	read, known := m[name]
	if !known {
		return errTicket
	}
	delete(m, name)
	return read(v)
}

var errTicket = errors.New("signing: not a member of a ticket")

func text(into *string) func(*strictjson.Value) error {
	return func(v *strictjson.Value) error {
		s, ok, err := v.Text()
		if err == nil && !ok {
			return errTicket
		}
		*into = s
		return err
	}
}

func instant(into *time.Time) func(*strictjson.Value) error {
	return func(v *strictjson.Value) error {
		var s string
		if err := text(&s)(v); err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil || at.Format(time.RFC3339Nano) != s {
			return errTicket
		}
		*into = at
		return nil
	}
}

func digest(into *Digest) func(*strictjson.Value) error {
	return func(v *strictjson.Value) error {
		var s string
		if err := text(&s)(v); err != nil {
			return err
		}
		return into.UnmarshalText([]byte(s))
	}
}

func list[T any](into *[]T, form func(*T) members) func(*strictjson.Value) error {
	return func(v *strictjson.Value) error {
		if v.Kind() == strictjson.Null {
			_, err := v.Raw()
			return err
		}
		*into = []T{}
		return v.Elements(func(v *strictjson.Value) error {
			var one T
			all := form(&one)
			if err := v.Members(all.visit); err != nil {
				return err
			}
			if len(all) > 0 {
				return errTicket
			}
			*into = append(*into, one)
			return nil
		})
	}
}

// faulty says what is wrong with the names in t, or nothing.
func (t *Ticket) faulty() string {
	if !t.ID.valid() {
		return "the order has no ID"
	}
	documents, signatories := map[ID]bool{}, map[ID]bool{}
	for _, d := range t.Documents {
		if !d.ID.valid() || documents[d.ID] {
			return "a document has no ID, or that of another"
		}
		documents[d.ID] = true
	}
	for _, s := range t.Signatories {
		if !s.ID.valid() || signatories[s.ID] {
			return "a signatory has no ID, or that of another"
		}
		signatories[s.ID] = true
	}
	return ""
}

// check refuses a ticket that is not one of this Client's service.
func (c *Client) check(t *Ticket) *Error {
	if why := t.faulty(); why != "" {
		return inputInvalid("the ticket is damaged: " + why)
	}
	if t.Service != c.can.Name {
		return &Error{Kind: Conflict, Why: "the ticket is of another service"}
	}
	return nil
}

// belongs refuses a ticket that is not the order's. It compares no content.
func (t *Ticket) belongs(o *Order) *Error {
	switch {
	case t.Reference != o.Reference:
		return &Error{Kind: Conflict, Why: "ticket and order have different references"}
	case len(t.Documents) != len(o.Documents) || len(t.Signatories) != len(o.Signatories):
		return &Error{Kind: Conflict, Why: "ticket and order have different numbers of documents or signatories"}
	case t.PlacedAt.IsZero():
		return inputInvalid("the ticket is damaged: PlacedAt is missing")
	}
	for i, s := range t.Signatories {
		if s.Reference != o.Signatories[i].Reference {
			return &Error{Kind: Conflict, Why: "ticket and order have different signatories"}
		}
	}
	return nil
}
