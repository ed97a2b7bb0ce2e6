package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// Organisation is the organisation that a person acts for. Numbers that the broker did
// not give are zero.
//
// It prints which parts it has and refuses to marshal, as [Identity] does, because the
// employer of a person is personal data too.
type Organisation struct {
	Name     string
	CVR      CVR
	PNumber  PNumber
	SENumber SENumber
	RID      string // the employee's number at NemID, digits with their leading zeros; for migration only
}

// String names the parts that are present.
func (o Organisation) String() string {
	return private.Outline("claims.Organisation",
		private.Part("name", o.Name != ""),
		private.Part("cvr", !o.CVR.IsZero()),
		private.Part("p_number", !o.PNumber.IsZero()),
		private.Part("se_number", !o.SENumber.IsZero()),
		private.Part("rid", o.RID != ""),
	)
}

// Format writes String under every verb.
func (o Organisation) Format(f fmt.State, _ rune) { private.Format(f, o.String()) }

// LogValue returns String.
func (o Organisation) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalJSON refuses; see [Plain].
func (o Organisation) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (o Organisation) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (o Organisation) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
