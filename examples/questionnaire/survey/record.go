package survey

import "time"

// Status is where a record stands. The store's table status holds the same words.
type Status string

// The statuses, in the order a record passes them.
const (
	StatusDraft      Status = "draft"
	StatusAnswered   Status = "answered"
	StatusFollowedUp Status = "followed_up"
	StatusToSign     Status = "to_sign"        // an agreement is with the person
	StatusSigned     Status = "signed"         // the signed copy is stored
	StatusRejected   Status = "sign_rejected"  // the person said no
	StatusExpired    Status = "sign_expired"   // nobody signed in time
	StatusCancelled  Status = "sign_cancelled" // the order was withdrawn
	StatusFailed     Status = "sign_failed"    // the service could not
	StatusCheck      Status = "sign_check"     // a person of ours must look
)

// Stage is one form of a questionnaire.
type Stage string

// The stages.
const (
	StageFirst    Stage = "first"
	StageFollowUp Stage = "follow_up"
)

// Step is what handing in a form does to a record: the status that the record must have for the form to be
// open, and the one that it gets.
type Step struct{ From, To Status }

// Step returns what handing in the form of s does.
func (s Stage) Step() Step {
	if s == StageFollowUp {
		return Step{StatusAnswered, StatusFollowedUp}
	}
	return Step{StatusDraft, StatusAnswered}
}

// Record is one person's way through one questionnaire.
type Record struct {
	ID            string
	Questionnaire string
	Status        Status
	Updated       time.Time
}

// StatusChange is one line of a record's history.
type StatusChange struct {
	Status Status
	At     time.Time
	Who    string // person or service; empty if an earlier version wrote it
}

// Since returns when the record last got a status.
func Since(history []StatusChange, s Status) (time.Time, bool) {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Status == s {
			return history[i].At, true
		}
	}
	return time.Time{}, false
}

// MaySignAgain reports whether a record ended without a signature.
func (s Status) MaySignAgain() bool {
	return s == StatusRejected || s == StatusExpired || s == StatusCancelled || s == StatusFailed
}
