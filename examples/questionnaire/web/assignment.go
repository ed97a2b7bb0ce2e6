package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

// Assignment says that what MitID tells under Claim becomes the property
// Property of the person's profile.
type Assignment struct{ Claim, Property string }

// claimCPR is the one claim that never becomes a value in clear.
const claimCPR = "cpr"

// readers tell how each claim is read. Where MitID said nothing they say so: a
// person with a protected name has no Name, not an empty one.
var readers = map[string]func(*claims.Identity) (string, bool){
	"name": func(id *claims.Identity) (string, bool) {
		return ofName(id, func(n *claims.Name) string { return n.Full })
	},
	"given_name": func(id *claims.Identity) (string, bool) {
		return ofName(id, func(n *claims.Name) string { return n.Given })
	},
	"family_name": func(id *claims.Identity) (string, bool) {
		return ofName(id, func(n *claims.Name) string { return n.Family })
	},
	"birthdate": func(id *claims.Identity) (string, bool) {
		return id.BirthDate.Format(time.DateOnly), !id.BirthDate.IsZero()
	},
	"country": func(id *claims.Identity) (string, bool) { return id.Country, id.Country != "" },
	"uuid":    func(id *claims.Identity) (string, bool) { return id.UUID.String(), !id.UUID.IsZero() },
	"organisation": func(id *claims.Identity) (string, bool) {
		return ofOrganisation(id, func(o *claims.Organisation) string { return o.Name })
	},
	"cvr": func(id *claims.Identity) (string, bool) {
		return ofOrganisation(id, func(o *claims.Organisation) string { return o.CVR.String() })
	},
}

func ofName(id *claims.Identity, part func(*claims.Name) string) (string, bool) {
	if id.Name == nil || id.Protection == claims.NameAndAddressProtected {
		return "", false
	}
	s := part(id.Name)
	return s, s != ""
}

func ofOrganisation(id *claims.Identity, part func(*claims.Organisation) string) (string, bool) {
	if id.Organisation == nil {
		return "", false
	}
	s := part(id.Organisation)
	return s, s != ""
}

// ParseAssignments reads "name=fname,birthdate=born,cpr=cpr".
func ParseAssignments(s string) ([]Assignment, error) {
	var all []Assignment
	for _, pair := range strings.Split(s, ",") {
		claim, name, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if _, known := readers[claim]; !known && claim != claimCPR {
			return nil, fmt.Errorf("-assign: no claim %q; there are %s", claim, strings.Join(ClaimNames(), ", "))
		}
		if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' }) {
			return nil, fmt.Errorf("-assign: claim %q needs the name of a property", claim)
		}
		if slices.ContainsFunc(all, func(a Assignment) bool { return a.Property == name || a.Claim == claim }) {
			return nil, fmt.Errorf("-assign: claim %q or its property is assigned twice", claim)
		}
		all = append(all, Assignment{claim, name})
	}
	if !slices.ContainsFunc(all, func(a Assignment) bool { return a.Claim == claimCPR }) {
		return nil, errors.New("-assign: claim cpr is missing, which a questionnaire asks for")
	}
	return all, nil
}

// ClaimNames returns the claims that can be assigned.
func ClaimNames() []string {
	all := []string{claimCPR}
	for name := range readers {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// assign makes what a login told into properties. What MitID no longer tells is
// dropped, such as the name of a person who has since had it protected; the CPR
// number stays, because most logins do not ask for it.
func assign(table []Assignment, id *claims.Identity) (set []store.Property, drop []string) {
	for _, a := range table {
		if a.Claim == claimCPR {
			continue
		}
		if v, ok := readers[a.Claim](id); ok {
			set = append(set, store.Property{Name: a.Property, Claim: a.Claim, Value: v})
		} else {
			drop = append(drop, a.Property)
		}
	}
	return set, drop
}
