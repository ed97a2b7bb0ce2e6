package store

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// LetterState is where a letter stands with us. How far it has come at the
// distributor is the history of its events.
type LetterState string

// The states of a letter. The store's table letter holds the same words.
const (
	LetterWaiting  LetterState = "waiting"  // surely not sent
	LetterOffered  LetterState = "offered"  // it may have arrived; nobody knows yet
	LetterAccepted LetterState = "accepted" // the distributor has it
	LetterRefused  LetterState = "refused"  // it will never be sent
)

// ReceiptMaterial is the kind of letter that this app sends, as the settings of
// the distributor name it.
const ReceiptMaterial eboks.Material = "kvittering"

// Letter is one letter of an account, without what it says.
type Letter struct {
	ID        eboks.ID
	Record    string
	Status    survey.Status // the change that it reports
	State     LetterState
	Reason    string // with LetterRefused: a word of package eboks
	Attempts  int
	Created   time.Time
	Addressed bool      // there is a number to send it to
	Offered   time.Time // for the first time; zero if not yet
	SHA256    string    // of the PDF, in hexadecimal digits; empty if not made yet
	History   eboks.History
}
