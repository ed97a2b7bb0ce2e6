package claims

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// Identity is the person who logged in, in the same form for every broker. What a broker
// did not say is nil or zero, and never an empty string that could pass for a value:
//
//   - If a person has no CPR number or did not give it, CPR.IsZero is true.
//   - If a person has a protected name and address, Name and Address are nil. Protection
//     is NameAndAddressProtected if the broker says so.
//   - If a person logged in for an organisation, Capacity says so, and Organisation is not
//     nil.
//
// An Identity prints and logs its capacity, its level and which parts it has, never
// what is in them. It refuses to marshal; see [Plain].
type Identity struct {
	Capacity       Capacity
	Subject        string     // the broker's key of this account, byte for byte as it came
	UUID           UUID       // MitID's key of a private person; in a login for an organisation it may be a key of the organisation; zero if not given
	CPR            cpr.Number // zero if there is none, nobody asked, or the person refused
	CPRStatus      CPRStatus  // civil status in CPR, if the broker looked it up
	Protection     Protection // name and address protection, if known
	Name           *Name      // nil if not given, as for people with a protected name
	BirthDate      time.Time  // midnight UTC of the day; zero if not given
	Country        string     // ISO 3166-1 alpha-2, as the broker gave it
	Address        *Address   // nil if nobody asked, or it is protected or abroad
	Organisation   *Organisation
	Levels         Levels
	Authenticators []Authenticator
	AuthTime       time.Time // UTC; when the person used their authenticator; zero if not told
	SessionID      string    // the broker's session, for logout
	NemIDPID       string    // the person's key at the retired NemID (9208-2002-2-…); for migration only
}

// String names the capacity, the level and the parts that are present.
func (id Identity) String() string {
	return private.Outline("claims.Identity", id.Capacity.String(), id.Levels.LoA.String(), id.parts())
}

// Format writes String under every verb.
func (id Identity) Format(f fmt.State, _ rune) { private.Format(f, id.String()) }

// LogValue gives the capacity, the level and the names of the parts that are present.
func (id Identity) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", id.Capacity.String()),
		slog.String("level", id.Levels.LoA.String()),
		slog.String("has", id.parts()),
	)
}

// MarshalJSON refuses; convert to [Plain] where the identity is meant to be
// stored or sent.
func (id Identity) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// UnmarshalJSON refuses; read into a [Plain].
func (id *Identity) UnmarshalJSON([]byte) error { return private.ErrInClear }

// MarshalText refuses, and so does encoding/xml.
func (id Identity) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (id Identity) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

func (id Identity) parts() string {
	return private.Join(
		private.Part("subject", id.Subject != ""),
		private.Part("uuid", !id.UUID.IsZero()),
		private.Part("cpr", !id.CPR.IsZero()),
		private.Part("cpr_status", id.CPRStatus != 0),
		private.Part("protection", id.Protection != ProtectionUnknown),
		private.Part("name", id.Name != nil),
		private.Part("birth_date", !id.BirthDate.IsZero()),
		private.Part("country", id.Country != ""),
		private.Part("address", id.Address != nil),
		private.Part("organisation", id.Organisation != nil),
		private.Part("authenticators", len(id.Authenticators) > 0),
		private.Part("auth_time", !id.AuthTime.IsZero()),
		private.Part("session", id.SessionID != ""),
		private.Part("nemid_pid", id.NemIDPID != ""),
	)
}
