package mitidhttp

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded keeps a type of this package out of logs; see there.
type guarded = private.Value

// Format prints the level alone, under every verb.
func (s Session) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mitidhttp.Session{%s}", s.Level)
}

// LogValue gives the level and the times.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("level", s.Level.String()), slog.Time("logged_in_at", s.LoggedInAt), slog.Time("expires", s.Expires))
}

// Format names the broker only, under every verb.
func (g *Gate) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(g.name())) }

// LogValue names the broker only.
func (g *Gate) LogValue() slog.Value { return slog.StringValue(g.name()) }

func (g *Gate) name() string {
	if g == nil {
		return "mitidhttp.Gate(nil)"
	}
	return "mitidhttp.Gate(" + g.rule.Name + ")"
}
