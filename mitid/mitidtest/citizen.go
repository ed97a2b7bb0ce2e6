package mitidtest

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
)

// Citizen is a fictitious person with a MitID. Only Name matters; the rest has
// sound defaults.
type Citizen struct {
	Name      string       // empty if protected, and left out of every token
	CPR       cpr.Number   // zero if the person has none
	BirthDate string       // 1927-01-21; if empty, from CPR, or left out
	Country   string       // if empty, DK
	UUID      string       // MitID's key; if empty, made from name, birth date and CPR
	Subject   string       // key of a broker that has its own, 32 hexadecimal digits; if empty, made from UUID
	CPRStatus string       // two digits, told with the address; if empty, 01
	Address   *Address     // nil if there is none, protected or abroad
	Level     claims.Level // reached whatever is asked; if zero, what is asked, at least Substantial
	Password  bool         // logs in with a password instead of the app
	Companies []Company    // organisations the person can act for
	// Authenticator is what the person logs in with. If zero, it is the app, or the
	// password where Password says so. With a password they reach Low, with a code
	// display or a code reader Substantial at most, with the chip always High.
	Authenticator claims.AuthenticatorKind
	// NotInRegister says that the register does not know CPR: a look-up of the
	// address answers with an error text, which holds the number.
	NotInRegister bool
	// Shows says in a line what this person is there to show. The page has it.
	Shows Bilingual
	// Extra are further claims of this person's tokens, in order of their names.
	Extra map[string]any
}

// Bilingual is a text in Danish and in English.
type Bilingual struct{ DA, EN string }

// In returns the text in a language, "da" or "en". Any other gives the Danish
// one, as MitID's own pages do.
func (b Bilingual) In(language string) string {
	if language == "en" {
		return b.EN
	}
	return b.DA
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
	ProductionUnit string // P number, ten digits; empty if not enabled by the organisation
	RID            string // empty if not enabled
	SE             string // eight digits; empty if not enabled
	UUID           string // of the person in this company; if empty, made
	Subject        string // if empty, made from UUID
}

// Address is a Danish address as the broker tells it.
type Address struct {
	Street           string // Grusgraven 1,3 tv
	PostalCode       string
	City             string
	Locality         string // may be a placeholder in parentheses
	Country          string // if empty, Danmark
	Road             string
	RoadCode         string // four digits
	Municipality     string
	MunicipalityCode string // four digits
	House            string // 001
	Floor            string // 03
	Apartment        string // padded with blanks from the left: "  tv"
}

// StableUUID returns a UUID that is always the same for the same parts.
func StableUUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return fakeoidc.UUID([16]byte(sum[:16])) // version 4, as MitID's
}

// MitIDUUID returns MitID's key of the person, or that of the person in a company. If co is
// nil, it is the private person's: what claims.Identity.UUID has after a login.
func (c *Citizen) MitIDUUID(co *Company) string {
	switch {
	case co != nil && co.UUID != "":
		return co.UUID
	case co != nil:
		return StableUUID("uuid", c.MitIDUUID(nil), co.CVR)
	case c.UUID != "":
		return c.UUID
	}
	return StableUUID("uuid", c.Name, c.BirthDate, c.CPR.Reveal())
}

// Born returns the birth date, or the zero time.
func (c *Citizen) Born() time.Time {
	if c.BirthDate != "" {
		t, _ := time.Parse(time.DateOnly, c.BirthDate)
		return t
	}
	if c.CPR.IsZero() {
		return time.Time{}
	}
	return c.CPR.BirthDate()
}

// Age returns the age at now in whole years, as a text.
func Age(born, now time.Time) string {
	years := now.Year() - born.Year()
	if born.AddDate(years, 0, 0).After(now) {
		years--
	}
	return fmt.Sprint(max(years, 0)) // numbers of cprtest are born ahead
}

// Reaches returns the level that the person reaches when want is asked for.
func (c *Citizen) Reaches(want claims.Level) claims.Level {
	switch {
	case c.Level != claims.LevelUnknown:
		return c.Level
	case c.Uses(want) == claims.Password:
		return claims.Low
	case c.Authenticator == claims.CodeDisplay, c.Authenticator == claims.CodeReader:
		return claims.Substantial
	case c.Authenticator == claims.Chip, c.Authenticator == claims.AppEnhanced:
		return claims.High
	}
	return max(want, claims.Substantial)
}

// LookUpError returns what a look-up in the register answers about somebody whom it does
// not know: an error with the number in it, with and without its hyphen. It returns ""
// for everybody else.
func (c *Citizen) LookUpError() string {
	if digits := c.CPR.Reveal(); c.NotInRegister && digits != "" {
		return "Opslaget fejlede: " + digits + " er ikke i CPR (der findes ingen person med nummeret " + digits[:6] + "-" + digits[6:] + ")"
	}
	return ""
}

// Uses returns what the person logs in with to reach level.
func (c *Citizen) Uses(level claims.Level) claims.AuthenticatorKind {
	switch {
	case c.Authenticator != claims.AuthenticatorUnknown:
		return c.Authenticator
	case c.Password:
		return claims.Password
	case level == claims.High:
		return claims.AppEnhanced
	}
	return claims.App
}

// IsOver reports whether c is at least years old at now; known is false when
// nobody knows when they were born. A birth date that lies ahead, as numbers of
// cprtest have it, is none.
func (c *Citizen) IsOver(years int, now time.Time) (over, known bool) {
	born := c.Born()
	known = !born.IsZero() && !born.After(now)
	return known && !born.AddDate(years, 0, 0).After(now), known
}

// ChooseCompany returns the company with that CVR number, or the first if cvr is empty.
// It returns nil if there is none.
func ChooseCompany(cs []Company, cvr string) *Company {
	for i := range cs {
		if cvr == "" || cs[i].CVR == cvr {
			return &cs[i]
		}
	}
	return nil
}
