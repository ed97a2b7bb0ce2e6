package mitid

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded keeps a type of this package out of logs; see there.
type guarded = private.Value

// Format prints broker and level only.
func (l Login) Format(f fmt.State, _ rune) {
	if l.Age != nil {
		_, _ = fmt.Fprintf(f, "mitid.Login{%s proof of age}", l.Broker)
		return
	}
	_, _ = fmt.Fprintf(f, "mitid.Login{%s %s}", l.Broker, l.Level)
}

// LogValue gives broker and level only.
func (l Login) LogValue() slog.Value {
	return slog.GroupValue(slog.String("broker", l.Broker), slog.String("level", l.Level.String()))
}
