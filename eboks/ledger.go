package eboks

import (
	"context"
	"time"
)

// Ledger remembers what was done with each letter, so that no ID ever becomes two
// letters, whoever sends: several calls, several processes, several machines. It
// keeps no content and no recipient: store the fields of an Entry, or its JSON.
//
// All methods may be called concurrently. Each treats every entry on its own, and
// each entry atomically. They may be called inside no transaction of the caller.
type Ledger interface {
	// Claim takes letters in hand for one owner, before anything of them leaves, and
	// is durable when it returns. It returns one entry for each fresh one, in order,
	// as it is then. The letter is the owner's if that entry's Owner is owner.
	//
	//   - There is no entry: fresh is written, with Owner, Lease and Version 1.
	//   - The entry is LetterWaiting or LetterUnknown, and nobody else has it in hand:
	//     Owner and Lease are written, and Version grows by 1.
	//   - The same, and another owner has it whose Lease ended at fresh.At or before:
	//     that owner may have offered it. It becomes LetterUnknown too, and
	//     Missing becomes zero.
	//   - Otherwise nothing is written.
	//
	// Lease is fresh.At plus lease. Digests are not looked at.
	Claim(ctx context.Context, fresh []Entry, owner string, lease time.Duration) ([]Entry, error)
	// Settle writes each entry whose Version is the one in the ledger, with the next
	// Version. The others have been changed by somebody else: it leaves them alone
	// and returns them as they are.
	Settle(ctx context.Context, entries []Entry) (stale []Entry, err error)
	// Load returns the entries of ids, in order; the zero Entry where there is none.
	Load(ctx context.Context, ids []ID) ([]Entry, error)
}

// Entry is one letter in a Ledger. It holds nothing about the recipient, and marshals.
type Entry struct {
	ID      ID
	Digest  Digest
	State   State
	Version int64 // of this entry, for Settle; 1 at first
	// Owner has the letter in hand until Lease; empty if nobody has. At most 64
	// characters.
	Owner string
	Lease time.Time
	At    time.Time // of the last change, UTC
	// Offers is how often the letter was offered, Doubts how often that, or asking
	// for it, ended without certainty.
	Offers, Doubts int
	// Missing is since when the distributor, asked after the last offer, says that it does
	// not know the letter, UTC. It is zero if it was not asked since, or knew it.
	Missing time.Time
	SHA256  [32]byte // of the main document
	// With LetterAccepted: what the Receipt said.
	Status    Status
	Reference string
	TakenAt   time.Time
	// With LetterRefused and LetterParked: why, and what that means for the letter.
	Kind         Kind
	Code         string
	Reachability Reachability
	Then         Then
}

// held reports whether somebody has the letter in hand.
func (e Entry) held() bool { return e.Owner != "" }

// undelivered reports whether it is certain that the distributor does not have the
// letter.
func (e Entry) undelivered() bool {
	return !e.held() && (e.State == 0 || e.State == LetterWaiting || e.State == LetterRefused && e.Then == Stop)
}

// State says how far a letter has come in a Ledger.
type State uint8

// The states of an Entry. Zero is no letter.
const (
	_              State = iota
	LetterWaiting        // surely not delivered; may be offered
	LetterUnknown        // offered, and the outcome is not known
	LetterAccepted       // taken in by the distributor
	LetterRefused        // refused for good, or given up: see Client.GiveUp
	LetterParked         // its outcome was unknown too often; see Client.Release
	lastState
)

var stateWords = [lastState]string{"no letter", "waiting", "unknown", "accepted", "refused", "parked"}

// String returns the state in words.
func (s State) String() string {
	if s >= lastState {
		s = 0
	}
	return stateWords[s]
}
