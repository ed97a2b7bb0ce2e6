package signing

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// A Verifier judges a signed copy. An adapter offers one for what its service issues.
// It may be called concurrently.
type Verifier interface {
	// Verify returns who signed, or an error that says what is wrong; never both. The
	// verdict says no more than was checked.
	Verify(ctx context.Context, x *Exhibit) (*Verdict, error)
}

// A Judge is a Service that has a Verifier for what it issues. The Client finds it by type
// assertion.
type Judge interface {
	// Verifier returns it, or nil if the Service was not told what it needs to know.
	Verifier() Verifier
}

// Exhibit is one signed copy and what is known about it. It prints as a placeholder.
type Exhibit struct {
	guarded
	Ticket      Ticket
	Order       *Order
	Document    int                 // the index in Order.Documents
	Original    []byte              // as it was sent; its SHA-256 is that of the ticket
	Signed      []byte              // as it was fetched after closing
	Signatories []SignatoryProgress // as the service tells them after closing
	Now         time.Time
}

// Verdict is what a Verifier found.
type Verdict struct {
	Signatures []Signature // one for each signatory of the order who signed this document
	// Checked and Unchecked say in words what was checked and what was not.
	Checked   []string
	Unchecked []string
}

// Signature is what one person has signed. It prints as a placeholder.
type Signature struct {
	guarded
	Signatory ID     // of TicketSignatory
	Reference string // Signatory.Reference
	Identity  claims.Identity
	Level     claims.Level
	SignedAt  time.Time // UTC; by the timestamp if there is one, else by the token
	Evidence  []Token
}

// Token is one signed statement, as it arrived, and the key that verified it.
type Token struct {
	guarded
	Use string // "id_token", "transaction_token", "workflow_token", "ocsp"
	Raw Secret
	Key []byte // the public JWK (or certificate) that verified it; nil if none did
}
