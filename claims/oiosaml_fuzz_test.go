package claims_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

var tenDigits = regexp.MustCompile(`[0-9]{6}-?[0-9]{4}`)

// attributesOf makes attributes of lines "name=value|value".
func attributesOf(text string) []claims.SAMLAttribute {
	var all []claims.SAMLAttribute
	for line := range strings.SplitSeq(text, "\n") {
		name, values, _ := strings.Cut(line, "=")
		name = strings.NewReplacer("E/", core+"eid/", "P/", employee, "N/", nsis, "O/", old).Replace(name)
		all = append(all, claims.SAMLAttribute{Name: name, Values: strings.Split(values, "|")})
	}
	return all
}

func FuzzParseOIOSAML(f *testing.F) {
	for _, s := range []string{
		"N/loa=Substantial\nE/cprUuid=urn:uuid:74ffcd31-fbaf-4c33-bdac-169f25c1e416\nE/fullName=Åse Ærø",
		"E/cprNumber=2101270087\nE/dateOfBirth=1927-01-21\nE/alias=Pseudonym\nE/email=å@b.dk|",
		"P/cvr=13748136\nP/orgName=Bageren på Ærø\nP/authorizedToRepresent=13748136|43950932\nP/seNumber=",
		"O/CprNumberIdentifier=2101270087\nO/SeNumberIdentifier=98202298\nurn:ø=2101270087",
		"E/privilegesIntermediate=" + encoded(groupOf("<Privilege>urn:å</Privilege>")), "E/fullName=S\xf8ren", "N/loa=Low|High",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list := attributesOf(text)
		o, err := claims.ParseOIOSAML(list)
		if err != nil {
			if o != nil || fault.ClassOf(err) != fault.ClaimInvalid || tenDigits.MatchString(err.Error()) {
				t.Fatal("attributes and an error, or the wrong error")
			}
			return
		}
		if len(list) > 200 {
			t.Fatal("too many attributes")
		}
		if tenDigits.MatchString(o.String()) {
			t.Fatal("digits are printed")
		}
		id, err := o.Identity()
		if err != nil && (id.Capacity != 0 || fault.ClassOf(err) != fault.ClaimMissing) {
			t.Fatal("an identity and an error, or the wrong error")
		}
		if err == nil && o.Professional() != (id.Organisation != nil) {
			t.Fatal("an organisation, and nobody acts for it")
		}
		c := o.WithoutCPR().(*claims.OIOSAML)
		if !c.CPR.IsZero() || !o.CPR.IsZero() && strings.Contains(shown(c), o.CPR.Reveal()) {
			t.Fatal("the number is still there")
		}
		if len(c.PrivilegesFor(c.CVR)) > len(o.PrivilegesFor(o.CVR)) {
			t.Fatal("more privileges without a CPR number")
		}
	})
}

func FuzzParsePrivileges(f *testing.F) {
	for _, s := range []string{
		groupOf("<Privilege>urn:dk:å</Privilege><Constraint Name='urn:x'>25.*</Constraint>"), listOf(""), "<!DOCTYPE a>" + listOf(""),
		`<PrivilegeList xmlns="` + v11 + `"><PrivilegeGroup Scope="urn:dk:gov:saml:cprNumberIdentifier:2101270087"/></PrivilegeList>`,
		strings.ReplaceAll(groupOf("<b:Privilege>urn:a</b:Privilege>"), v12, v11), listOf(`<PrivilegeGroup Scope="a"/>`) + "<a/>",
	} {
		f.Add(s, true)
		f.Add(encoded(s), false)
	}
	f.Fuzz(func(t *testing.T, value string, xml bool) {
		if xml {
			value = encoded(value)
		}
		groups, err := claims.ParsePrivileges(value)
		if err != nil {
			if groups != nil || fault.ClassOf(err) != fault.ClaimInvalid || tenDigits.MatchString(err.Error()) {
				t.Fatal("privileges and an error, or the wrong error")
			}
			return
		}
		for _, g := range groups {
			set := 0
			for _, there := range []bool{!g.Scope.CVR.IsZero(), !g.Scope.PNumber.IsZero(), !g.Scope.SENumber.IsZero(), !g.Scope.CPR.IsZero(), g.Scope.Other != ""} {
				if there {
					set++
				}
			}
			if set != 1 {
				t.Fatal("a scope is one thing")
			}
			for _, p := range g.Privileges {
				if !strings.Contains(p, ":") || strings.ContainsAny(p, " \t\r\n") {
					t.Fatal("a privilege that is no URI")
				}
			}
			for _, c := range g.Constraints {
				if c.Name == "" {
					t.Fatal("a constraint without a name")
				}
			}
		}
	})
}
