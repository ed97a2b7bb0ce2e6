package mitid

import (
	"errors"
	"fmt"
	"log/slog"
)

var errPrivate = errors.New("mitid: this value holds private data and does not marshal; take the fields you need")

// guarded is embedded in every type that holds tokens, codes, sealed state or
// facts about a person: such a value prints as a placeholder under every verb
// and refuses to marshal. (Misused verbs, %w and %p, and values in unexported
// fields of other types are beyond a method's reach: there CPR numbers and
// Secrets still show noise, because their representation does.)
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

// Format prints broker and level only.
func (l Login) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mitid.Login{%s %s}", l.Broker, l.Level)
}

// LogValue gives broker and level only.
func (l Login) LogValue() slog.Value {
	return slog.GroupValue(slog.String("broker", l.Broker), slog.String("level", l.Level.String()))
}
