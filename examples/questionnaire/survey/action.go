package survey

import "slices"

// ActionKind is what a status action does.
type ActionKind string

// The kinds. The store's table action holds the same words.
const (
	SendLetter   ActionKind = "letter" // activates a notification: a letter to an e-Boks
	AskSignature ActionKind = "sign"   // has the person sign a document; the record goes on to StatusToSign
)

// Action says what happens when a record of a questionnaire reaches a status.
type Action struct {
	ID            string
	Questionnaire string
	Status        Status
	Position      int // of several, the lower one goes first
	Kind          ActionKind
	Typed         bool   // the letter goes to a number that was typed in, not to the CPR field of the person
	Template      string // ID of a letter's or a document's
	On            bool
}

// ActionStatuses returns the statuses at which something can happen. A draft is nobody's
// business yet.
func ActionStatuses() []Status {
	return []Status{StatusAnswered, StatusFollowedUp, StatusToSign, StatusSigned, StatusRejected, StatusExpired, StatusCancelled, StatusFailed, StatusCheck}
}

// MayAskSignature reports whether a signature can be asked for at s. The person is logged
// in then, so that it is known who has to sign.
func (s Status) MayAskSignature() bool {
	return slices.Contains([]Status{StatusAnswered, StatusFollowedUp}, s)
}
