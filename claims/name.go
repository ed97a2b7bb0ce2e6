package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// Name is a person's name. Parts that the broker did not give are empty. Most brokers
// give Full alone, and a full name cannot be cut into parts.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type Name struct {
	Full   string
	Given  string
	Middle string // mellemnavn, which is part of neither Given nor Family
	Family string
}

// String names the parts that are present.
func (n Name) String() string {
	return private.Outline("claims.Name", private.Part("full", n.Full != ""), private.Part("given", n.Given != ""),
		private.Part("middle", n.Middle != ""), private.Part("family", n.Family != ""))
}

// Format writes String under every verb.
func (n Name) Format(f fmt.State, _ rune) { private.Format(f, n.String()) }

// LogValue returns String.
func (n Name) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON refuses; see [Plain].
func (n Name) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (n Name) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (n Name) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
