package main

import "time"

// status is where a record stands. The store's table status holds the same words.
type status string

// The statuses, in the order a record passes them.
const (
	statusDraft      status = "draft"
	statusAnswered   status = "answered"
	statusFollowedUp status = "followed_up"
	statusToSign     status = "to_sign"        // an agreement is with the person
	statusSigned     status = "signed"         // the signed copy is stored
	statusRejected   status = "sign_rejected"  // the person said no
	statusExpired    status = "sign_expired"   // nobody signed in time
	statusCancelled  status = "sign_cancelled" // the order was withdrawn
	statusFailed     status = "sign_failed"    // the service could not
	statusCheck      status = "sign_check"     // a person of ours must look
)

// stage is one form of a questionnaire.
type stage string

// The stages.
const (
	stageFirst    stage = "first"
	stageFollowUp stage = "follow_up"
)

// step is what handing in a form does to a record.
type step struct{ from, to status }

// steps says which status a record must have for a form to be open, and which
// one it gets when the form is handed in.
var steps = map[stage]step{
	stageFirst:    {statusDraft, statusAnswered},
	stageFollowUp: {statusAnswered, statusFollowedUp},
}

// record is one person's way through one questionnaire.
type record struct {
	ID            string
	Questionnaire string
	Status        status
	Updated       time.Time
}

// statusChange is one line of a record's history.
type statusChange struct {
	Status status
	At     time.Time
}

// since returns when the record last got a status.
func since(history []statusChange, s status) (time.Time, bool) {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Status == s {
			return history[i].At, true
		}
	}
	return time.Time{}, false
}
