package nemlogintest_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

func TestPrivilegeForms(t *testing.T) {
	const v12, v11 = "http://digst.dk/oiosaml/basic_privilege_profile", "http://itst.dk/oiosaml/basic_privilege_profile"
	for form, want := range map[nemlogintest.PrivilegeForm]struct {
		root, child string
		breaks      bool
		first       string // of the group's children
	}{
		nemlogintest.Privileges12:            {v12, "", false, "Privilege"},
		nemlogintest.Privileges11:            {v11, "", false, "Privilege"},
		nemlogintest.PrivilegesInNamespace:   {v12, v12, false, "Privilege"},
		nemlogintest.PrivilegesWithBreaks:    {v12, "", true, "Privilege"},
		nemlogintest.PrivilegesConstraintsAt: {v12, "", false, "Constraint"},
	} {
		fake := nemlogintest.New(t)
		s := newShop(t, fake, "https://butik.example/saml", 0)
		fake.Configure(func(s *nemlogintest.Settings) {
			s.PrivilegeForm = form
			s.Privileges = func(c *mitidtest.Citizen, _ *mitidtest.Company) []nemlogintest.PrivilegeGroup {
				return []nemlogintest.PrivilegeGroup{
					{Scope: nemlogintest.ScopeCPR(c.CPR.Reveal()), Privileges: []string{"urn:dk:some_domain:værge"}, Constraints: []nemlogintest.Constraint{{Name: "Beløb", Value: "25000"}, {Name: "Beløb", Value: "IT & Økonomi"}}},
					{Scope: nemlogintest.ScopeProductionUnit("1092738120"), Privileges: []string{"urn:dk:a", "urn:dk:b"}},
					{Scope: nemlogintest.ScopeSE("98202298"), Privileges: []string{"urn:dk:c"}},
				}
			}
		})
		s.visit(fake.NewBrowser(), "/login")
		values := s.attributes()[core+"eid/privilegesIntermediate"]
		require.Len(t, values, 1)
		assert.Equal(t, want.breaks, strings.ContainsAny(values[0], " \n"))
		text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(values[0]), ""))
		require.NoError(t, err)
		doc := etree.NewDocument()
		require.NoError(t, doc.ReadFromBytes(text))
		root := doc.Root()
		assert.Equal(t, want.root, root.NamespaceURI())
		groups := root.ChildElements()
		require.Len(t, groups, 3)
		assert.Equal(t, want.child, groups[0].NamespaceURI())
		assert.Equal(t, "urn:dk:gov:saml:cprNumberIdentifier:2101270087", groups[0].SelectAttrValue("Scope", ""))
		assert.Equal(t, "urn:dk:gov:saml:productionUnitIdentifier:1092738120", groups[1].SelectAttrValue("Scope", ""))
		assert.Equal(t, "urn:dk:gov:saml:seNumberIdentifier:98202298", groups[2].SelectAttrValue("Scope", ""))
		assert.Equal(t, want.first, groups[0].ChildElements()[0].Tag)
		assert.Len(t, groups[0].ChildElements(), 3)
	}
}
