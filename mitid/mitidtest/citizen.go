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
	Name      string       // empty if protected, and left out of every token
	CPR       cpr.Number   // zero if the person has none
	BirthDate string       // 1927-01-21; if empty, from CPR, or left out
	Country   string       // if empty, DK
	UUID      string       // MitID's key; if empty, made from name, birth date and CPR
	Subject   string       // Criipto's key, 32 hexadecimal digits; if empty, made from UUID
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

// identifier makes a stable UUID from parts.
func Identifier(parts ...string) string {
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
	return Identifier("uuid", c.Name, c.BirthDate, c.CPR.Reveal())
}

// subject returns sub without braces and dashes.
func (c *Citizen) subject() string {
	if c.Subject != "" {
		return c.Subject
	}
	return strings.ReplaceAll(Identifier("sub", c.uuid()), "-", "")
}

func (c *Citizen) uuidIn(co *Company) string {
	if co.UUID != "" {
		return co.UUID
	}
	return Identifier("uuid", c.uuid(), co.CVR)
}

func (c *Citizen) subjectIn(co *Company) string {
	if co.Subject != "" {
		return co.Subject
	}
	return strings.ReplaceAll(Identifier("sub", c.uuidIn(co)), "-", "")
}

// born returns the birth date, or the zero time.
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

// age returns whole years, as the broker's text.
func Age(born, now time.Time) string {
	years := now.Year() - born.Year()
	if born.AddDate(years, 0, 0).After(now) {
		years--
	}
	return fmt.Sprint(max(years, 0)) // numbers of cprtest are born ahead
}

// level returns what the person reaches when want is asked for.
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

// lookUpError is what a look-up in the register answers about somebody whom it does
// not know: an error with the number in it, with and without its hyphen. Empty for
// everybody else.
func (c *Citizen) LookUpError() string {
	if digits := c.CPR.Reveal(); c.NotInRegister && digits != "" {
		return "Opslaget fejlede: " + digits + " er ikke i CPR (der findes ingen person med nummeret " + digits[:6] + "-" + digits[6:] + ")"
	}
	return ""
}

// authenticator returns what the person logs in with to reach level.
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

// netsWords are the authenticators as NEB and E-Ident write them, misspelt as
// they spell them.
var netsWords = map[claims.AuthenticatorKind]string{
	claims.App: "code_app", claims.AppEnhanced: "code_app_enchanced", claims.Password: "password",
	claims.CodeDisplay: "code_token", claims.CodeReader: "code_reader", claims.Chip: "u2f_token",
}

// braced writes a subject as sub is written: a UUID inside braces.
func braced(subject string) string {
	if len(subject) != 32 {
		return subject
	}
	return "{" + strings.Join([]string{subject[:8], subject[8:12], subject[12:16], subject[16:20], subject[20:]}, "-") + "}"
}
