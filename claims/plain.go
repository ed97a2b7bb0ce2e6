package claims

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// Plain is an Identity that marshals in clear, the digits of the CPR number included.
// Convert an identity where it is meant to be stored or sent. Reviewers see each such
// place:
//
//	sealed, err := json.Marshal(claims.Plain(id))
//
// The written form is a JSON object with names in snake_case, which later versions keep.
// Absent parts are left out. Reading it back gives the same Identity. A BirthDate is a
// day, and an AuthTime is in UTC. Reading is strict, except that unknown members, as of a
// later version, are ignored.
//
// A Plain prints and logs as an Identity does. But a log handler that marshals a struct
// around it (slog's JSON handler) writes everything.
type Plain Identity

// String returns what Identity.String returns.
func (p Plain) String() string { return Identity(p).String() }

// Format writes String under every verb.
func (p Plain) Format(f fmt.State, verb rune) { Identity(p).Format(f, verb) }

// LogValue returns what Identity.LogValue returns.
func (p Plain) LogValue() slog.Value { return Identity(p).LogValue() }

// The written form. Its types have no methods, so encoding/json writes their fields.
type (
	plainIdentity struct {
		Kind           Capacity             `json:"kind,omitzero"`
		Subject        string               `json:"subject,omitzero"`
		UUID           UUID                 `json:"uuid,omitzero"`
		CPR            cpr.Plain            `json:"cpr,omitzero"`
		CPRStatus      CPRStatus            `json:"cpr_status,omitzero"`
		Protection     Protection           `json:"protection,omitzero"`
		Name           *plainName           `json:"name,omitzero"`
		BirthDate      string               `json:"birth_date,omitzero"`
		Country        string               `json:"country,omitzero"`
		Address        *plainAddress        `json:"address,omitzero"`
		Organisation   *plainOrganisation   `json:"organisation,omitzero"`
		Levels         Levels               `json:"levels,omitzero"`
		Authenticators []plainAuthenticator `json:"authenticators,omitzero"`
		AuthTime       time.Time            `json:"auth_time,omitzero"`
		SessionID      string               `json:"session,omitzero"`
		NemIDPID       string               `json:"nemid_pid,omitzero"`
	}
	plainName struct {
		Full   string `json:"full,omitzero"`
		Given  string `json:"given,omitzero"`
		Middle string `json:"middle,omitzero"`
		Family string `json:"family,omitzero"`
	}
	plainAddress struct {
		Lines            []string `json:"lines,omitzero"`
		CareOf           string   `json:"care_of,omitzero"`
		Street           string   `json:"street,omitzero"`
		Road             string   `json:"road,omitzero"`
		RoadCode         string   `json:"road_code,omitzero"`
		HouseNumber      string   `json:"house_number,omitzero"`
		Floor            string   `json:"floor,omitzero"`
		Side             string   `json:"side,omitzero"`
		PostalCode       string   `json:"postal_code,omitzero"`
		City             string   `json:"city,omitzero"`
		Locality         string   `json:"locality,omitzero"`
		Region           string   `json:"region,omitzero"`
		Municipality     string   `json:"municipality,omitzero"`
		MunicipalityCode string   `json:"municipality_code,omitzero"`
		Country          string   `json:"country,omitzero"`
	}
	plainOrganisation struct {
		Name     string   `json:"name,omitzero"`
		CVR      CVR      `json:"cvr,omitzero"`
		PNumber  PNumber  `json:"p_number,omitzero"`
		SENumber SENumber `json:"se_number,omitzero"`
		RID      string   `json:"rid,omitzero"`
	}
	plainAuthenticator struct {
		Kind AuthenticatorKind `json:"kind,omitzero"`
		Word string            `json:"word,omitzero"`
	}
)

// MarshalJSON writes everything in clear.
func (p Plain) MarshalJSON() ([]byte, error) {
	w := plainIdentity{
		Kind:         p.Capacity,
		Subject:      p.Subject,
		UUID:         p.UUID,
		CPR:          cpr.Plain(p.CPR),
		CPRStatus:    p.CPRStatus,
		Protection:   p.Protection,
		Name:         (*plainName)(p.Name),
		Country:      p.Country,
		Address:      (*plainAddress)(p.Address),
		Organisation: (*plainOrganisation)(p.Organisation),
		Levels:       p.Levels,
		AuthTime:     p.AuthTime.UTC(),
		SessionID:    p.SessionID,
		NemIDPID:     p.NemIDPID,
	}
	if !p.BirthDate.IsZero() {
		w.BirthDate = p.BirthDate.Format(time.DateOnly)
	}
	for _, a := range p.Authenticators {
		w.Authenticators = append(w.Authenticators, plainAuthenticator(a))
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes. After an error p is as it was;
// the error is [ErrStored] and holds nothing of the input.
func (p *Plain) UnmarshalJSON(data []byte) error {
	var w plainIdentity
	if err := strictjson.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("%w: %w", ErrStored, err)
	}
	// A time at the end of the year 9999 can be in the year 10000 in UTC, which RFC 3339
	// cannot write.
	if year := w.AuthTime.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("%w: auth_time", ErrStored)
	}
	read := Plain{
		Capacity:     w.Kind,
		Subject:      w.Subject,
		UUID:         w.UUID,
		CPR:          cpr.Number(w.CPR),
		CPRStatus:    w.CPRStatus,
		Protection:   w.Protection,
		Name:         (*Name)(w.Name),
		Country:      w.Country,
		Address:      (*Address)(w.Address),
		Organisation: (*Organisation)(w.Organisation),
		Levels:       w.Levels,
		AuthTime:     w.AuthTime.UTC(),
		SessionID:    w.SessionID,
		NemIDPID:     w.NemIDPID,
	}
	if w.BirthDate != "" {
		day, err := time.Parse(time.DateOnly, w.BirthDate)
		if err != nil {
			return fmt.Errorf("%w: malformed birth date", ErrStored)
		}
		read.BirthDate = day
	}
	for _, a := range w.Authenticators {
		read.Authenticators = append(read.Authenticators, Authenticator(a))
	}
	*p = read
	return nil
}
