package eboks

import (
	"context"
	"time"
)

// Ledger remembers what was done with each letter, so that no ID ever becomes two
// letters. It keeps no content and no recipient. All methods may be called
// concurrently; Begin is atomic.
type Ledger interface {
	// Begin claims the letter for one Send, before anything of it leaves. Where
	// there is no entry, or one that is Waiting with the same digest, it writes
	// fresh, whose State is Sending. In every case it returns the entry that was
	// there before, the zero Entry if there was none.
	Begin(ctx context.Context, fresh Entry) (before Entry, err error)
	// End replaces the entry of e.ID, except that an entry that is LetterAccepted
	// stays so whatever e says: what the distributor has, it has.
	End(ctx context.Context, e Entry) error
	// Entry returns the entry of id, the zero Entry if there is none.
	Entry(ctx context.Context, id ID) (Entry, error)
}

// Entry is one letter in a Ledger.
type Entry struct {
	guarded
	ID     ID
	Digest Digest
	State  State
	// Attempts is how often the letter was offered or asked for with no certain
	// outcome.
	Attempts int
	At       time.Time // of the last change, UTC
	// With LetterAccepted: what the Receipt said.
	Status    Status
	Reference string
	TakenAt   time.Time
	SHA256    [32]byte
	// With LetterRefused and LetterParked: why.
	Kind         Kind
	Code         string
	Reachability Reachability
	NotDelivered bool // it is certain that the distributor does not have the letter
}

// Digest stands for everything that makes a letter: recipient, texts, documents
// and how it travels. It is keyed with Config.Key.
type Digest [32]byte

// State says how far a letter has come in a Ledger.
type State uint8

// The states of an Entry.
const (
	_              State = iota
	LetterSending        // being offered, or offered with an unknown outcome
	LetterWaiting        // surely not delivered; may be offered
	LetterAccepted       // taken in by the distributor
	LetterRefused        // refused for good
	LetterParked         // tried too often; see Client.Release
	lastState
)

// String returns the state in words.
func (s State) String() string {
	if s >= lastState {
		s = 0
	}
	return [...]string{"no letter", "sending", "waiting", "accepted", "refused", "parked"}[s]
}
