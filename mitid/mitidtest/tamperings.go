package mitidtest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// accepted is the Want of a tampering that must not be refused.
const accepted mitid.Kind = 0

// Tamperings returns the catalogue of this fake, ordered by name. A name is made
// of plain words in one order: where it happens, what is the matter, with what.
// The place is left out where it is the ID token, or where the thing is in one
// place only: expired, wrong-nonce, alg-none, missing-state, userinfo-other-subject.
//
//   - wrong: the right value plus one character
//   - cut: the right value without its last character
//   - other: the value of somebody or something else
//   - missing, empty, null: it is not there, is "", is JSON's null
//   - twice: two equal ones; two: different ones
//
// docs/tamperings.md lists all of them, and docs/bad-input.md says what must come
// of each. What takes more than one login, or another caller, is a case of package
// brokersuite or belongs to the packages around it.
func (b *Broker) Tamperings() []Tampering { return SortTamperings(b.dialect.Tamperings()) }

// SortTamperings returns all, ordered by name.
func SortTamperings(all []Tampering) []Tampering {
	slices.SortFunc(all, func(a, b Tampering) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// SharedTamperings returns those that fit every broker over OpenID Connect. A dialect
// without pushed requests leaves out those of StagePAR. announce makes discovery announce
// that answers carry iss (RFC 9207). If nil, discovery always does.
func SharedTamperings(announce func()) []Tampering {
	return slices.Concat(
		discoveryTamperings(), redirectTamperings(), bodyTamperings(), tlsTamperings(),
		CallbackTamperings("state", mitid.StateInvalid), codeTamperings(announce), tokenTamperings(), TokenTamperings(StageIDToken, ""),
		keyTamperings(), OutageTamperings(StagePAR, StageToken, StageUserinfo), offerTamperings(), nearTamperings(),
	)
}

// TokenTamperings returns those with a signed token: with its header, its signature, its
// form, and the claims that decide whether it may be believed.
//
// At another stage than StageIDToken the names begin with prefix, and the list leaves out
// what must be accepted, what needs a login before, and what has a word of skip in its
// name.
func TokenTamperings(stage Stage, prefix string, skip ...string) []Tampering {
	all := slices.Concat(headerTamperings(), signatureTamperings(), formTamperings(), claimTamperings())
	if stage == StageIDToken {
		return all
	}
	var ts []Tampering
	for _, t := range all {
		if t.Want == accepted || t.Warm || slices.ContainsFunc(skip, func(s string) bool { return strings.Contains(t.Name, s) }) {
			continue
		}
		t.Name, t.Stage, t.spoils = prefix+"-"+t.Name, stage, map[Stage]any{stage: t.spoils[StageIDToken]}
		ts = append(ts, t)
	}
	return ts
}
