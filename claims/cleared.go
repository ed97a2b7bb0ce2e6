package claims

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

// Cleared returns a copy of id without texts that may hold a CPR number and without
// error messages. Brokers have put the error message of a look-up, with the person's CPR
// number in it, in place of an address.
//
// A text may hold a CPR number, the person's or another's, in any common notation. If
// any part of a name or an address may hold one, the name or the address becomes nil. An
// organisation's name, a country, a session id and an authenticator's word become empty.
// If Subject may hold one, the error is [ErrClaimInvalid]. An address of Lines alone that
// reads like an error message (no digit in it, or a word such as "CPR", "fejl" or "not
// found") becomes nil.
//
// Numbers with a form of their own (P, SE and CVR numbers, RID, the PID of NemID,
// UUIDs) stay, unless their digits are those of id.CPR. CPR itself stays.
//
// The adapters and mitid.Client call Cleared on every identity. Call it on identities
// that you make from other sources.
func (id Identity) Cleared() (Identity, error) {
	known := cprshape.Known{Numbers: []cpr.Number{id.CPR}, Born: []time.Time{id.BirthDate}}
	if known.In(id.Subject) {
		return Identity{}, fault.New(fault.ClaimInvalid, "the subject may be a CPR number")
	}
	if n := id.Name; n != nil {
		id.Name = &Name{strings.Clone(n.Full), strings.Clone(n.Given), strings.Clone(n.Middle), strings.Clone(n.Family)}
		if anyIn(known, n.Full, n.Given, n.Middle, n.Family, private.Join(n.Given, n.Middle, n.Family)) {
			id.Name = nil
		}
	}
	if a := id.Address; a != nil {
		id.Address = a.cleared(known)
	}
	if o := id.Organisation; o != nil {
		c := *o
		clearTexts(known, &c.Name)
		c.RID = strings.Clone(c.RID)
		if known.Is(c.RID) {
			c.RID = ""
		}
		if known.Is(c.PNumber.String()) {
			c.PNumber = PNumber{}
		}
		id.Organisation = &c
	}
	id.Authenticators = slices.Clone(id.Authenticators)
	for i := range id.Authenticators {
		clearTexts(known, &id.Authenticators[i].Word)
	}
	clearTexts(known, &id.Country, &id.SessionID)
	id.Subject, id.NemIDPID = strings.Clone(id.Subject), strings.Clone(id.NemIDPID)
	if known.Is(id.NemIDPID) || !cprshape.IsNemIDPID(id.NemIDPID) && known.In(id.NemIDPID) {
		id.NemIDPID = ""
	}
	return id, nil
}

// clearTexts empties texts that may hold a CPR number, and copies the others. An
// Identity must not keep its payload in memory.
func clearTexts(known cprshape.Known, texts ...*string) {
	for _, t := range texts {
		if known.In(*t) {
			*t = ""
		}
		*t = strings.Clone(*t)
	}
}

func anyIn(known cprshape.Known, texts ...string) bool { return slices.ContainsFunc(texts, known.In) }

// cleared returns a copy of a. It returns nil if a may hold a CPR number or is an error
// message.
func (a *Address) cleared(known cprshape.Known) *Address {
	c := *a
	c.Lines = slices.Clone(a.Lines)
	for i, line := range c.Lines {
		c.Lines[i] = strings.Clone(line)
	}
	texts := []*string{&c.CareOf, &c.Street, &c.Road, &c.RoadCode, &c.HouseNumber, &c.Floor, &c.Side, &c.PostalCode, &c.City,
		&c.Locality, &c.Region, &c.Municipality, &c.MunicipalityCode, &c.Country}
	parts := make([]string, len(texts))
	for i, t := range texts {
		*t = strings.Clone(*t)
		parts[i] = *t
	}
	if anyIn(known, parts...) || splitIn(known, parts) || anyIn(known, c.Lines...) || splitIn(known, c.Lines) || c.isMessage() {
		return nil
	}
	return &c
}

// splitIn reports whether a CPR number may begin in one line and end in the next. Only
// the last word of a line and the first of the next count, because house numbers and a
// postal code below them often look like one.
func splitIn(known cprshape.Known, lines []string) bool {
	lines = slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return s == "" })
	for i := 1; i < len(lines); i++ {
		words, next := strings.Fields(lines[i-1]), strings.Fields(lines[i])
		if len(words) > 0 && len(next) > 0 && len(words[len(words)-1]) >= 6 && known.In(words[len(words)-1]+" "+next[0]) {
			return true
		}
	}
	return known.Is(strings.Join(lines, ""))
}

// isMessage reports whether the address has Lines alone and reads like an error message
// of a look-up: it has no digit, or a word that error messages have.
func (a *Address) isMessage() bool {
	parts := *a
	parts.Lines, parts.Country, parts.Region, parts.CareOf = nil, "", "", ""
	if len(a.Lines) == 0 || !parts.IsZero() {
		return false
	}
	text := strings.ToLower(strings.Join(a.Lines, " "))
	isError := func(word string) bool { return strings.Contains(text, word) }
	return !strings.ContainsFunc(text, unicode.IsNumber) ||
		slices.ContainsFunc([]string{"cpr", "fejl", "error", "exception", "findes ikke", "ikke fundet", "not found", "kunne ikke"}, isError)
}
