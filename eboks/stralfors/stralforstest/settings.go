package stralforstest

import "github.com/dkeid/dkeid/eboks/ebokstest"

// Settings are what Strålfors decides, and the choices of this fake where the real
// distributor's behaviour is not public. Change them with [Distributor.Configure].
type Settings struct {
	ebokstest.Settings

	// RefuseAtOnce answers 400 where a digital letter cannot reach its recipient.
	// Otherwise the letter is accepted, and fails in the log.
	RefuseAtOnce bool
	// AnswerBody answers 200 and a ForsendelseO instead of 204.
	AnswerBody bool
	// States says how the log writes states.
	States States
	// IDs says how the log writes ids of letters.
	IDs IDs
	// MessageUUIDs names a digital letter by MessageUUID alone, and leaves
	// AfsendelseIdentifikator out.
	MessageUUIDs bool
	// LocalTimes writes times in the log as Danish time without a zone.
	LocalTimes bool
}

// States is how the log writes states.
type States uint8

// The ways to write a state.
const (
	ConnectNames States = iota // ModtagetStraalforsConnect, as customers see it
	EventNames                 // Modtaget Fjern-print, as the events of SF1601 have it
	StateUUIDs                 // the UUID of the event
	BracedUUIDs                // the same in braces and upper case
	URNUUIDs                   // the same behind urn:uuid:
)

// IDs is how the log writes ids.
type IDs uint8

// The ways to write an id.
const (
	PlainIDs  IDs = iota // 36 characters in lower case
	UpperIDs             // in upper case
	BracedIDs            // in braces: 38 characters
	URNIDs               // behind urn:uuid:
)
