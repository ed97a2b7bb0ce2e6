package nemlogintest

import (
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
)

// PrivilegeGroup is a group of a privilege list (OIO Basic Privilege Profile 1.2): what
// the person may do within a scope.
type PrivilegeGroup struct {
	Scope       string   // such as ScopeCVR("12345674")
	Privileges  []string // URIs
	Constraints []Constraint
}

// Constraint narrows the privileges of a group down.
type Constraint struct{ Name, Value string }

// The scopes of the profile.
const (
	scopeCVR        = "urn:dk:gov:saml:cvrNumberIdentifier:"
	scopeProduction = "urn:dk:gov:saml:productionUnitIdentifier:"
	scopeSE         = "urn:dk:gov:saml:seNumberIdentifier:"
	scopeCPR        = "urn:dk:gov:saml:cprNumberIdentifier:"
)

// ScopeCVR returns the scope of an organisation. If it is another one than the person
// acts for, the privileges are delegated.
func ScopeCVR(cvr string) string { return scopeCVR + cvr }

// ScopeProductionUnit returns the scope of a production unit (P number).
func ScopeProductionUnit(number string) string { return scopeProduction + number }

// ScopeSE returns the scope of an SE number.
func ScopeSE(number string) string { return scopeSE + number }

// ScopeCPR returns the scope of a person, for whom somebody else may act.
func ScopeCPR(number string) string { return scopeCPR + number }

// PrivilegeForm is how a privilege list is written.
type PrivilegeForm uint8

// The forms.
const (
	Privileges12            PrivilegeForm = iota // version 1.2: the root in Digitaliseringsstyrelsen's namespace, its children in none
	Privileges11                                 // version 1.1, as tools of municipalities write it: another namespace
	PrivilegesInNamespace                        // the children in the root's namespace too, as one library writes them
	PrivilegesWithBreaks                         // version 1.2, and the Base64 in lines with blanks
	PrivilegesConstraintsAt                      // version 1.2, and the constraints before the privileges
)

const (
	nsPrivileges12 = "http://digst.dk/oiosaml/basic_privilege_profile"
	nsPrivileges11 = "http://itst.dk/oiosaml/basic_privilege_profile"
)

// write returns the attribute's value.
func (f PrivilegeForm) write(groups []PrivilegeGroup) string {
	root := etree.NewElement("bpp:PrivilegeList")
	space, prefix := nsPrivileges12, ""
	switch f {
	case Privileges11:
		space = nsPrivileges11
	case PrivilegesInNamespace:
		prefix = "bpp:"
	}
	root.CreateAttr("xmlns:bpp", space)
	for _, g := range groups {
		el := add(root, prefix+"PrivilegeGroup", "Scope", g.Scope)
		constraints := func() {
			for _, c := range g.Constraints {
				add(el, prefix+"Constraint", "Name", c.Name).SetText(c.Value)
			}
		}
		if f == PrivilegesConstraintsAt {
			constraints()
		}
		for _, p := range g.Privileges {
			add(el, prefix+"Privilege").SetText(p)
		}
		if f != PrivilegesConstraintsAt {
			constraints()
		}
	}
	return f.encode(write(root))
}

func (f PrivilegeForm) encode(list []byte) string {
	text := base64.StdEncoding.EncodeToString(list)
	if f != PrivilegesWithBreaks {
		return text
	}
	var lines []string
	for len(text) > 76 {
		lines, text = append(lines, text[:76]), text[76:]
	}
	return "\n    " + strings.Join(append(lines, text), "\n    ") + "\n  "
}
