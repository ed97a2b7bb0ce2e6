package eboks

import "time"

// RecallStatus is what became of a wish to have a letter back.
type RecallStatus uint8

// The answers. The zero value is none of them.
const (
	RecallUnknown     RecallStatus = iota
	RecallDone                     // withdrawn
	RecallPending                  // asked for; look at the letter's status later
	RecallNotPossible              // too late
	RecallFailed                   // the distributor tried in vain
	lastRecall
)

var recallWords = [lastRecall]string{"unknown", "done", "pending", "not possible", "failed"}

// String returns the answer in words.
func (s RecallStatus) String() string {
	if s >= lastRecall {
		s = RecallUnknown
	}
	return recallWords[s]
}

// Recall is the answer to [Client.Recall].
type Recall struct {
	ID     ID
	Status RecallStatus
	Code   string // the distributor's error code, if it gave one
	At     time.Time
	Raw    Raw
}
