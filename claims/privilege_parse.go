package claims

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"unicode"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// The limits of a privilege list.
const (
	maxPrivilegeBytes = 512 << 10 // in base64
	maxPrivilegeTags  = 20_000
)

// The namespaces of a privilege list. Version 1.1 is what tools of municipalities send.
const (
	privileges12 = "http://digst.dk/oiosaml/basic_privilege_profile"
	privileges11 = "http://itst.dk/oiosaml/basic_privilege_profile"
)

const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

// ParsePrivileges reads the attribute privilegesIntermediate: a PrivilegeList of OIO Basic
// Privilege Profile 1.2 or 1.1 in standard base64, which may have line breaks and blanks
// in it. The elements within the list are all in no namespace, as the profile says, or
// all in that of the list, as one library writes them.
//
// The error is [ErrClaimInvalid], and holds nothing of the value. A document type, unknown
// elements and attributes, a group without a scope, a CVR number or CPR number that is
// malformed in a scope, a constraint without a name, a privilege that is no URI, and a list
// of more than 512 KiB in base64 or 20,000 tags are refused.
func ParsePrivileges(value string) ([]PrivilegeGroup, error) {
	if len(value) > maxPrivilegeBytes {
		return nil, badPrivileges("are too large")
	}
	document, err := decodeBase64(value)
	if err != nil {
		return nil, badPrivileges("are not base64")
	}
	if bytes.Count(document, []byte("<")) > maxPrivilegeTags { // before anything is made of them
		return nil, badPrivileges("are too many")
	}
	root, err := strictxml.Parse(document)
	if err != nil {
		return nil, badPrivileges("are no XML that is accepted").With(err)
	}
	if !root.Is("PrivilegeList", privileges12, privileges11) {
		return nil, badPrivileges("are in no known list")
	}
	return readPrivilegeList(root)
}

func badPrivileges(why string) *fault.Error {
	return fault.New(fault.ClaimInvalid, "the privileges "+why)
}

// decodeBase64 reads standard base64 with padding. Line breaks and blanks do not count.
func decodeBase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s))
	if err != nil || len(b) == 0 {
		return nil, errMalformed // the decoder's own error repeats input
	}
	return b, nil
}

func readPrivilegeList(root *strictxml.Element) ([]PrivilegeGroup, error) {
	space := ""
	if len(root.Children) > 0 && root.Children[0].Name.Space != "" {
		space = root.Name.Space
	}
	r := privilegeReader{space: space}
	if _, err := r.attribute(root, ""); err != nil || root.Text != "" {
		return nil, badPrivileges("have something unknown in the list")
	}
	groups := make([]PrivilegeGroup, 0, len(root.Children))
	for _, c := range root.Children {
		g, err := r.group(c)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// privilegeReader reads the elements of one list, which are all in one namespace.
type privilegeReader struct{ space string }

func (r privilegeReader) group(e *strictxml.Element) (PrivilegeGroup, error) {
	var g PrivilegeGroup
	scope, err := r.attribute(e, "Scope")
	if err != nil || !e.Is("PrivilegeGroup", r.space) || e.Text != "" {
		return g, badPrivileges("have something unknown in place of a group with a scope")
	}
	if g.Scope, err = parsePrivilegeScope(scope); err != nil {
		return g, badPrivileges("have a malformed scope")
	}
	for _, c := range e.Children {
		if len(c.Children) > 0 {
			return g, badPrivileges("have an element within a text")
		}
		switch {
		case c.Is("Privilege", r.space):
			if _, err = r.attribute(c, ""); err != nil || !isPrivilege(c.Text) {
				return g, badPrivileges("have one that is no URI")
			}
			g.Privileges = append(g.Privileges, c.Text)
		case c.Is("Constraint", r.space):
			name, err := r.attribute(c, "Name")
			if err != nil {
				return g, badPrivileges("have a constraint without a name")
			}
			g.Constraints = append(g.Constraints, PrivilegeConstraint{Name: name, Value: c.Text})
		default:
			return g, badPrivileges("have an unknown element in a group")
		}
	}
	return g, nil
}

// attribute returns the attribute called name, which e must have. Without a name it
// returns nothing. The only others that e may have are declarations of namespaces, and
// the place of the schema on the list itself.
func (r privilegeReader) attribute(e *strictxml.Element, name string) (value string, err error) {
	for _, a := range e.Attrs {
		switch {
		case a.Name.Space == "xmlns", a.Name == xml.Name{Local: "xmlns"}:
		case e.Name.Local == "PrivilegeList" && a.Name == xml.Name{Space: schemaInstance, Local: "schemaLocation"}:
		case name != "" && a.Name == xml.Name{Local: name}:
			value = a.Value
		default:
			return "", errMalformed
		}
	}
	if name != "" && value == "" {
		return "", errMalformed
	}
	return value, nil
}

// The prefixes of the scopes that the profile names.
const (
	scopeCVR      = "urn:dk:gov:saml:cvrNumberIdentifier:"
	scopePNumber  = "urn:dk:gov:saml:productionUnitIdentifier:"
	scopeSENumber = "urn:dk:gov:saml:seNumberIdentifier:"
	scopeCPR      = "urn:dk:gov:saml:cprNumberIdentifier:"
)

// parsePrivilegeScope keeps a scope of another kind as a text. A known prefix in another
// letter case is malformed, because a number must not hide in such a text.
func parsePrivilegeScope(s string) (scope PrivilegeScope, err error) {
	prefix := ""
	for _, p := range [...]string{scopeCVR, scopePNumber, scopeSENumber, scopeCPR} {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			prefix = s[:len(p)]
		}
	}
	number := s[len(prefix):]
	switch prefix {
	case "":
		scope.Other = s
	case scopeCVR:
		scope.CVR, err = ParseCVR(number)
	case scopePNumber:
		scope.PNumber, err = ParsePNumber(number)
	case scopeSENumber:
		scope.SENumber, err = ParseSENumber(number)
	case scopeCPR:
		scope.CPR, err = parseCPR(number)
	default:
		err = errMalformed
	}
	return scope, err
}

// isPrivilege reports whether s is an absolute URI, or an IRI: a scheme and something
// behind it (RFC 3986 section 3), without blanks and control characters.
func isPrivilege(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || scheme == "" || rest == "" || !isLetter(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !isLetter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return !strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
