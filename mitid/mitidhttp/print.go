package mitidhttp

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print masked and refuse to marshal; see private.Value.
type guarded = private.Value

// Format writes the level alone, under every verb.
func (s Session) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mitidhttp.Session{%s}", s.Level)
}

// LogValue returns the level and the times.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("level", s.Level.String()), slog.Time("logged_in_at", s.LoggedInAt), slog.Time("expires", s.Expires))
}

// Format writes the broker's name alone, under every verb.
func (g *Gate) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(g.name())) }

// LogValue returns the broker's name alone.
func (g *Gate) LogValue() slog.Value { return slog.StringValue(g.name()) }

func (g *Gate) name() string {
	if g == nil {
		return "mitidhttp.Gate(nil)"
	}
	return "mitidhttp.Gate(" + g.rule.Name + ")"
}
