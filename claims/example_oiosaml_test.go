package claims_test

import (
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/dkeid/dkeid/claims"
)

func ExampleParseOIOSAML() {
	o, err := claims.ParseOIOSAML([]claims.SAMLAttribute{
		{Name: "https://data.gov.dk/concept/core/nsis/loa", Values: []string{"Substantial"}},
		{Name: "https://data.gov.dk/model/core/eid/fullName", Values: []string{"Åse Ærø"}},
		{Name: "https://data.gov.dk/model/core/eid/professional/cvr", Values: []string{"13748136"}},
		{Name: "https://data.gov.dk/model/core/eid/professional/orgName", Values: []string{"Bageren på Ærø"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o) // safe in any log
	id, err := o.Identity()
	fmt.Println(id.Capacity, id.Levels.LoA, id.Organisation.CVR, err)
	// Output:
	// claims.OIOSAML{substantial name cvr org_name}
	// professional substantial 13748136 <nil>
}

func ExampleOIOSAMLSigning() {
	o := claims.OIOSAML{Signing: claims.OIOSAMLSigning{ReferenceText: "Køb af bil"}}
	fmt.Println(o, o.Signing.ReferenceText)
	// Output: claims.OIOSAML{unknown signing} Køb af bil
}

func ExampleParsePrivileges() {
	groups, err := claims.ParsePrivileges(base64.StdEncoding.EncodeToString([]byte(
		`<b:PrivilegeList xmlns:b="http://digst.dk/oiosaml/basic_privilege_profile">
		   <PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:13748136">
		     <Privilege>urn:dk:kommune:sager:læs</Privilege>
		     <Constraint Name="urn:dk:kombit:KLE">25.*</Constraint>
		   </PrivilegeGroup>
		 </b:PrivilegeList>`)))
	if err != nil {
		fmt.Println(err)
		return
	}
	g := groups[0]
	fmt.Println(g.Scope.CVR, g.Privileges, g.Constraints[0].Name, g.Constraints[0].Value)
	// Output: 13748136 [urn:dk:kommune:sager:læs] urn:dk:kombit:KLE 25.*
}

// An accountant has a privilege at a customer, and none at their own company.
func ExampleOIOSAML_PrivilegesFor() {
	own, customer := claims.MustParseCVR("13748136"), claims.MustParseCVR("43950932")
	o := claims.OIOSAML{CVR: own, Privileges: []claims.PrivilegeGroup{
		{Scope: claims.PrivilegeScope{CVR: customer}, Privileges: []string{"urn:dk:skat:indberet"}},
	}}
	may := func(cvr claims.CVR, privilege string) bool {
		return slices.ContainsFunc(o.PrivilegesFor(cvr), func(g claims.PrivilegeGroup) bool {
			return len(g.Constraints) == 0 && slices.Contains(g.Privileges, privilege)
		})
	}
	fmt.Println(may(customer, "urn:dk:skat:indberet"), may(own, "urn:dk:skat:indberet"))
	// Output: true false
}

// A constraint that is not understood grants nothing.
func ExamplePrivilegeConstraint() {
	c := claims.PrivilegeConstraint{Name: "http://sts.demo.dk/constraints/afdeling/1", Value: "IT Afdelingen på Ærø"}
	fmt.Println(c, c.Value)
	// Output: [private] IT Afdelingen på Ærø
}
