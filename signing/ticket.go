package signing

import "time"

// Ticket is what to store about an order that was placed. It holds no link, no token and
// nothing personal, so it may be stored and logged as JSON. [Client.Complete] needs it.
type Ticket struct {
	Service   string    `json:"service"` // the adapter's name
	ID        ID        `json:"id"`
	Reference string    `json:"reference"` // Order.Reference
	PlacedAt  time.Time `json:"placed_at"` // before the order left; UTC
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
