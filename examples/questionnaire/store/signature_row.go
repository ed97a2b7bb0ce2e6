package store

import (
	"strings"
	"time"
	"unicode"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// SignatureState is how far an agreement has come on its way to the signing service.
type SignatureState string

// The states. The store's table signature holds the same words.
const (
	SignatureNew     SignatureState = "new"     // surely not placed
	SignaturePlacing SignatureState = "placing" // the service may have it; nobody knows yet
	SignaturePlaced  SignatureState = "placed"  // the service has it
	SignatureEnded   SignatureState = "ended"   // the record has moved on
)

// StatusAfter says where a record goes when its agreement has ended. ok is false for an end that this program does not
// know.
func StatusAfter(end signing.End) (to survey.Status, ok bool) {
	switch end {
	case signing.EndSigned:
		return survey.StatusSigned, true
	case signing.EndRejected:
		return survey.StatusRejected, true
	case signing.EndExpired:
		return survey.StatusExpired, true
	case signing.EndCancelled:
		return survey.StatusCancelled, true
	case signing.EndError:
		return survey.StatusFailed, true
	}
	return "", false
}

// Signature is one agreement of an account, without what it says.
type Signature struct {
	ID       string
	Account  string
	Record   string
	State    SignatureState
	Stuck    string // why a person must look, or empty
	Ending   string // with SignatureEnded: a word of package signing
	Created  time.Time
	Ended    time.Time
	SignedAt time.Time
	Reason   string // why the person rejected; filtered
	SHA256   string // of the signed copy
	Written  bool   // there is a PDF
	Proven   bool   // there is a bundle of evidence
	Ticket   signing.Ticket
}

// reasonLength is how much of somebody's reason is shown, in characters.
const reasonLength = 500

// filtered is what may be shown of a text that came from outside: one line, without
// what steers terminals or turns the direction of reading.
func filtered(s string) string {
	runes := []rune(strings.ToValidUTF8(s, "?"))
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	if len(runes) > reasonLength {
		runes = append(runes[:reasonLength-1], '…')
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}
