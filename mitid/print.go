package mitid

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print masked and refuse to marshal; see private.Value.
type guarded = private.Value

// Format writes broker and level alone, under every verb.
func (l Login) Format(f fmt.State, _ rune) {
	if l.Age != nil {
		_, _ = fmt.Fprintf(f, "mitid.Login{%s proof of age}", l.Broker)
		return
	}
	_, _ = fmt.Fprintf(f, "mitid.Login{%s %s}", l.Broker, l.Level)
}

// LogValue returns broker and level alone.
func (l Login) LogValue() slog.Value {
	return slog.GroupValue(slog.String("broker", l.Broker), slog.String("level", l.Level.String()))
}
