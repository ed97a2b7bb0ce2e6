package mitidtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Citizen is a fictitious person with a MitID. Only Name matters; the rest has
// sound defaults.
type Citizen struct {
	Name      string       // empty: protected, and left out of every token
	CPR       cpr.Number   // zero: the person has none
	BirthDate string       // 1927-01-21; empty: from CPR, or left out
	Country   string       // empty: DK
	UUID      string       // MitID's key; empty: made from name, birth date and CPR
	Subject   string       // Criipto's key, 32 hexadecimal digits; empty: made from UUID
	CPRStatus string       // two digits, told with the address; empty: 01
	Address   *Address     // nil: none, protected or abroad
	Level     claims.Level // reached whatever is asked; zero: what is asked, at least Substantial
	Password  bool         // logs in with a password instead of the app
	Companies []Company    // organisations the person can act for
	// Extra are further claims of this person's tokens, in order of their names.
	Extra map[string]any
}

// Role says why somebody may act for a company.
type Role uint8

// The roles.
const (
	Employee  Role = iota // of an organisation in MitID Erhverv
	Signatory             // may bind the company, with their private MitID
)

// Company is an organisation that a Citizen can act for.
type Company struct {
	CVR            string // eight digits
	Name           string
	Role           Role
	ProductionUnit string // P number, ten digits; empty: not enabled by the organisation
	RID            string // empty: not enabled
	SE             string // eight digits; empty: not enabled
	UUID           string // of the person in this company; empty: made
	Subject        string // empty: made from UUID
}

// Address is a Danish address as the broker tells it.
type Address struct {
	Street           string // Grusgraven 1,3 tv
	PostalCode       string
	City             string
	Locality         string // may be a placeholder in parentheses
	Country          string // empty: Danmark
	Road             string
	RoadCode         string // four digits
	Municipality     string
	MunicipalityCode string // four digits
	House            string // 001
	Floor            string // 03
	Apartment        string // padded with blanks from the left: "  tv"
}

// identifier makes a stable UUID from parts.
func identifier(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6] = sum[6]&0x0f | 0x40 // version 4, as MitID's
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func (c *Citizen) uuid() string {
	if c.UUID != "" {
		return c.UUID
	}
	return identifier("uuid", c.Name, c.BirthDate, c.CPR.Reveal())
}

// subject returns sub without braces and dashes.
func (c *Citizen) subject() string {
	if c.Subject != "" {
		return c.Subject
	}
	return strings.ReplaceAll(identifier("sub", c.uuid()), "-", "")
}

func (c *Citizen) uuidIn(co *Company) string {
	if co.UUID != "" {
		return co.UUID
	}
	return identifier("uuid", c.uuid(), co.CVR)
}

func (c *Citizen) subjectIn(co *Company) string {
	if co.Subject != "" {
		return co.Subject
	}
	return strings.ReplaceAll(identifier("sub", c.uuidIn(co)), "-", "")
}

// born returns the birth date, or the zero time.
func (c *Citizen) born() time.Time {
	if c.BirthDate != "" {
		t, _ := time.Parse(time.DateOnly, c.BirthDate)
		return t
	}
	if c.CPR.IsZero() {
		return time.Time{}
	}
	return c.CPR.BirthDate()
}

// age returns whole years, as the broker's text.
func age(born, now time.Time) string {
	years := now.Year() - born.Year()
	if born.AddDate(years, 0, 0).After(now) {
		years--
	}
	return fmt.Sprint(max(years, 0)) // numbers of cprtest are born ahead
}

// level returns what the person reaches when want is asked for.
func (c *Citizen) level(want claims.Level) claims.Level {
	switch {
	case c.Level != claims.LevelUnknown:
		return c.Level
	case c.Password:
		return claims.Low
	}
	return max(want, claims.Substantial)
}

// braced writes a subject as sub is written: a UUID inside braces.
func braced(subject string) string {
	if len(subject) != 32 {
		return subject
	}
	return "{" + strings.Join([]string{subject[:8], subject[8:12], subject[12:16], subject[16:20], subject[20:]}, "-") + "}"
}
