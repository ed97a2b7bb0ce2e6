package eboks

import (
	"crypto/sha256"
	"log/slog"
	"time"
)

// Receipt says that a distributor has taken a letter in. That is not delivery:
// see [Client.Status] and [Client.Events]. Store it.
type Receipt struct {
	ID        ID
	Status    Status            // Accepted, or what is known beyond: where the wire says so at once, or when it was asked for
	Reference string            // the distributor's own id of the letter, if it gave one
	At        time.Time         // when it was taken in, UTC
	SHA256    [sha256.Size]byte // of the main document as sent
	Attempts  int               // one more than the earlier attempts whose outcome was unknown
	// Repeat is zero when this call brought the letter, AlreadyAccepted when an
	// earlier attempt had (its answer was lost), and Duplicate when an earlier call
	// with the same letter has its receipt. In all cases there is one letter.
	Repeat Kind
	Raw    Raw // the distributor's answer
}

// LogValue gives the parts that may be logged.
func (r Receipt) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", r.ID.String()), slog.String("status", r.Status.String()))
}
