package eboks

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"
)

// Event is one thing that a distributor says happened to a letter: a receipt. The
// same event may come several times and events in any order; [History] sorts them.
type Event struct {
	// ID is the letter's. It is zero when the distributor names a letter whose id
	// was not made here: leave such an event alone.
	ID       ID
	Status   Status
	Code     string    // the distributor's word or number for it, as in its tables; "" if it is none
	At       time.Time // the distributor's own time, UTC
	Received time.Time // when it was read, UTC
	Actor    string    // who says so, where the wire tells and our tables know it
	// Failure is the distributor's error code with Status Failed.
	Failure string
	// Reachability says why a letter failed, where the distributor does.
	Reachability Reachability
	// Unread means that the distributor's entry could not be read: Status is Unknown, and
	// Raw has its bytes.
	Unread bool
	Raw    Raw
	// Cursor goes to [Client.Events] to continue after this event. Store it when
	// the event is handled, not before.
	Cursor Cursor
}

// LogValue gives the parts that may be logged.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", e.ID.String()), slog.String("status", e.Status.String()), slog.Time("at", e.At))
}

// Key is the same for the same event however often it comes: a unique index on it
// keeps a table of events free of repeats.
func (e Event) Key() string {
	h := sha256.New()
	h.Write(e.ID[:])
	h.Write([]byte{byte(e.Status)})
	h.Write([]byte(e.Code + "\x00" + e.At.UTC().Format(time.RFC3339Nano) + "\x00"))
	if e.ID.IsZero() || e.Code == "" || e.At.IsZero() {
		// Without id, word or time the rest must tell two events apart.
		h.Write(e.Raw.Reveal())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Cursor is a place in a distributor's events. It is opaque, holds nothing
// personal, and the zero Cursor is the beginning.
type Cursor string
