package mitidhttp

import (
	"errors"
	"fmt"
	"log/slog"
)

var errPrivate = errors.New("mitidhttp: this value holds private data and does not marshal; take the fields you need")

// guarded is embedded in the types that hold keys or a person: such a value
// prints as a placeholder under every verb and refuses to marshal.
type guarded struct{}

const placeholder = "[private]"

// Format writes a placeholder under every verb.
func (guarded) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(placeholder)) }

// LogValue is a placeholder.
func (guarded) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalJSON refuses.
func (guarded) MarshalJSON() ([]byte, error) { return nil, errPrivate }

// MarshalText refuses, and with it XML.
func (guarded) MarshalText() ([]byte, error) { return nil, errPrivate }

// MarshalBinary refuses, and with it gob.
func (guarded) MarshalBinary() ([]byte, error) { return nil, errPrivate }

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
