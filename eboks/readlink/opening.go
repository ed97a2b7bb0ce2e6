package readlink

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
)

// Opening is one visit of the recipient. It names a person by the broker's key, so
// it prints masked and does not marshal; take the fields that you store.
type Opening struct {
	guarded

	Letter     eboks.ID
	At         time.Time       // UTC, to the millisecond; before the content was shown
	Level      claims.Level    // of the login
	Capacity   claims.Capacity // private for a person's letter, professional or signatory for a company's
	Company    claims.CVR      // the recipient, when it is a company; zero for a person
	LoggedInAt time.Time       // when the session began that was used
	Broker     string          // who vouched for the person, such as "criipto"
	Issuer     string          // its address
	Subject    string          // its key of the person
}

// code is the word for it in an eboks.Event.
const code = "readlink"

// Event returns the opening as an event of the letter's history.
func (o Opening) Event() eboks.Event {
	return eboks.Event{ID: o.Letter, Status: eboks.OpenedViaLink, Code: code, At: o.At, Received: o.At, Actor: o.Broker}
}

// Format names the letter and the level alone, under every verb.
func (o Opening) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "readlink.Opening{%s %s}", o.Letter, o.Level)
}

// LogValue gives the letter, the time and the level.
func (o Opening) LogValue() slog.Value {
	return slog.GroupValue(slog.String("letter", o.Letter.String()), slog.Time("at", o.At), slog.String("level", o.Level.String()))
}

type openingKey struct{}

// FromContext returns the opening of a handler behind [Links.Handler]: which letter
// is to be shown.
func FromContext(ctx context.Context) (Opening, bool) {
	o, ok := ctx.Value(openingKey{}).(Opening)
	return o, ok
}
