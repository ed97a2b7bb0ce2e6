package signing

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// ID names an order, a document or a signatory at the service. It is opaque: never parse
// it. It is no secret and says nothing about anybody.
type ID string

// Order is what is to be signed, and by whom. It prints as a placeholder.
type Order struct {
	guarded
	// Reference is your own name for this order, 1–64 characters of letters, digits, '-',
	// '_' and '.'. Make a new one for each order and store it before [Client.Place]: an
	// order whose answer was lost is found again by it. It says nothing about anybody.
	Reference string
	// Title is shown to the people who sign, 1–255 characters.
	Title       string
	Documents   []Document
	Signatories []Signatory
	// Expires is when the order ends by itself. If zero, the service decides: 90 days at
	// Criipto.
	Expires   time.Time
	Language  Language
	ReturnURL string // where the browser goes afterwards; if empty, nowhere. Coming back proves nothing: read the order
}

// Signatory is one person who takes part in an order.
type Signatory struct {
	guarded
	// Reference is your own name for the person, as Order.Reference is for the order.
	// The service does not show it. No two signatories of an order have the same.
	Reference string
	Role      Role
	// Sequence orders the signatures: lower numbers sign first, equal numbers at the same
	// time. If zero, the person may sign at any time.
	Sequence int
	// Who identifies the right person. Somebody else cannot sign then.
	Who Who
	// SigningAs is printed in the document beside the signature, such as "lejer". If empty,
	// nothing is.
	SigningAs string
	// Documents are the indexes of Order.Documents that concern this person. If nil, all.
	Documents []int
}

// Who says which person is meant. At least one member is set; all that are set must be
// right. UUID and Subject come from an earlier login of the person. Whoever may sign as
// anybody says so with Anyone, and then no other member is set.
type Who struct {
	guarded
	UUID    claims.UUID
	Subject string
	// CPR costs privacy: the service asks for the number, and it stands in clear in every
	// copy of the signed PDF (Criipto). Prefer UUID or Subject.
	CPR    cpr.Number
	Anyone bool
}

// Role is what a signatory does.
type Role uint8

// The roles. The zero value signs.
const (
	Signer   Role = iota
	Approver      // approves without a signature
	Viewer        // reads, and holds nobody up
)

// Language is the language of the service's pages.
type Language uint8

// The languages. The zero value is Danish.
const (
	Danish Language = iota
	English
)

// String returns the role in a word, such as "signer".
func (r Role) String() string {
	return wordOf([]string{"unknown", "signer", "approver", "viewer"}, int(r)+1)
}

// String returns the language in a word, such as "Danish".
func (l Language) String() string { return wordOf([]string{"unknown", "Danish", "English"}, int(l)+1) }
