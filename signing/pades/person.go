package pades

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded keeps a value out of everything that prints by accident.
type guarded = private.Value

// A Person is whom the evidence of a signature names. It prints as a placeholder.
type Person struct {
	guarded
	Name      string // as the issuer wrote it, or as it was written beside a drawing
	Subject   string // the issuer's key of the person
	UUID      claims.UUID
	BirthDate time.Time
	CPR       cpr.Number // zero if the evidence does not have it
	CVR       claims.CVR // of the company that the person acted for
	Level     claims.Level
	Scheme    string // the eID, such as dkmitid; empty if it does not say, "drawing" for a drawing

	Issuer, Audience string // of the token
	LoginAt          time.Time

	Order, Signatory string // ids of the signing service
	// Said is the text that the person approved at the login, if the token repeats it.
	Said string
}
