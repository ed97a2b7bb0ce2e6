package claims_test

import (
	"encoding/base64"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

const (
	v12 = "http://digst.dk/oiosaml/basic_privilege_profile"
	v11 = "http://itst.dk/oiosaml/basic_privilege_profile"
)

// listOf returns a list of version 1.2 with its children in no namespace.
func listOf(children string) string {
	return `<b:PrivilegeList xmlns:b="` + v12 + `">` + children + `</b:PrivilegeList>`
}

// groupOf returns a list with one group for the bakery.
func groupOf(children string) string {
	return listOf(`<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:13748136">` + children + `</PrivilegeGroup>`)
}

func TestParsePrivilegesReadsWhatIsSent(t *testing.T) {
	const children = `<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:13748136"><Privilege>urn:dk:a:1</Privilege></PrivilegeGroup>`
	want := []claims.PrivilegeGroup{{Scope: claims.PrivilegeScope{CVR: bakery}, Privileges: []string{"urn:dk:a:1"}}}
	declared := `<?xml version="1.0" encoding="utf-16"?>` + "\r\n"
	for name, document := range map[string]string{
		"version 1.2":                       listOf(children),
		"version 1.1":                       strings.ReplaceAll(listOf(children), v12, v11),
		"version 1.2, all in the namespace": `<PrivilegeList xmlns="` + v12 + `">` + children + `</PrivilegeList>`,
		"version 1.1, all in the namespace": `<PrivilegeList xmlns="` + v11 + `">` + children + `</PrivilegeList>`,
		"a .NET serialiser":                 declared + `<PrivilegeList xmlns="` + v11 + `">` + children + `</PrivilegeList>`,
		"a byte order mark":                 "\xef\xbb\xbf" + listOf(children),
		"declarations and a schema": `<?xml version="1.0" encoding="UTF-8"?><b:PrivilegeList xmlns:b="` + v12 + `" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="` +
			v12 + ` bpp.xsd">` + strings.Replace(children, "<PrivilegeGroup", `<PrivilegeGroup xmlns:q="urn:q"`, 1) + `</b:PrivilegeList>`,
		"a comment":             listOf("<!-- æøå -->" + children),
		"lines and indentation": strings.ReplaceAll(listOf("\n\t"+children), "><", ">\r\n\t <"),
		"blanks around a URI":   listOf(strings.ReplaceAll(children, "urn:dk:a:1", "\n  urn:dk:a:1\n")),
		"a comment in a URI":    listOf(strings.ReplaceAll(children, "urn:dk:a:1", "urn:dk:<!-- b:2 -->a:1")), // whole, never cut
	} {
		t.Run(name, func(t *testing.T) {
			got, err := claims.ParsePrivileges(encoded(document))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	plain := encoded(listOf(children))
	for name, value := range map[string]string{
		"lines of 76":    chunked(plain, 76, "\r\n"),
		"indented lines": "\n      " + chunked(plain, 60, "\n      ") + "\n   ",
		"blanks":         chunked(plain, 1, " "),
		"tabs":           "\t" + plain + "\t",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := claims.ParsePrivileges(value)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func chunked(s string, n int, between string) string {
	var parts []string
	for ; len(s) > n; s = s[n:] {
		parts = append(parts, s[:n])
	}
	return strings.Join(append(parts, s), between)
}

func TestParsePrivilegesScopesAndConstraints(t *testing.T) {
	person := cprtest.Number(7)
	const doctor = "urn:dk:healthcare:saml:userAuthorization:AuthorizationCode:341KY:EducationCode:1234"
	got, err := claims.ParsePrivileges(encoded(listOf(`
		<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:43950932">
			<Constraint Name="http://sts.demo.dk/constraints/beloeb/1">25000</Constraint>
			<Privilege>urn:dk:some_domain:myPrivilege1A</Privilege>
			<Constraint Name="urn:dk:kombit:KLE">25.*</Constraint>
			<Privilege>http://fagsystem.dk/roles/usersystemrole/godkend_faktura/1</Privilege>
			<Constraint Name="urn:dk:kombit:KLE">IT Afdelingen på Ærø &amp; Læsø</Constraint>
			<Constraint Name="urn:dk:kombit:KLE">IT Afdelingen på Ærø &amp; Læsø</Constraint>
			<Constraint Name="urn:tom"/>
		</PrivilegeGroup>
		<PrivilegeGroup Scope="urn:dk:gov:saml:productionUnitIdentifier:1092738120"><Privilege>urn:dk:blåbær:ø</Privilege></PrivilegeGroup>
		<PrivilegeGroup Scope="urn:dk:gov:saml:seNumberIdentifier:13748136"><Privilege>urn:a</Privilege></PrivilegeGroup>
		<PrivilegeGroup Scope="urn:dk:gov:saml:cprNumberIdentifier:` + person.Reveal() + `"><Privilege>urn:a</Privilege></PrivilegeGroup>
		<PrivilegeGroup Scope="` + doctor + `"><Privilege>urn:a</Privilege></PrivilegeGroup>
		<PrivilegeGroup Scope="urn:dk:gov:saml:nytNummer:13748136"/>`)))
	require.NoError(t, err)
	assert.Equal(t, []claims.PrivilegeGroup{
		{
			Scope: claims.PrivilegeScope{CVR: dairy},
			Constraints: []claims.PrivilegeConstraint{
				{Name: "http://sts.demo.dk/constraints/beloeb/1", Value: "25000"}, {Name: "urn:dk:kombit:KLE", Value: "25.*"},
				{Name: "urn:dk:kombit:KLE", Value: "IT Afdelingen på Ærø & Læsø"}, {Name: "urn:dk:kombit:KLE", Value: "IT Afdelingen på Ærø & Læsø"},
				{Name: "urn:tom"},
			},
			Privileges: []string{"urn:dk:some_domain:myPrivilege1A", "http://fagsystem.dk/roles/usersystemrole/godkend_faktura/1"},
		},
		{Scope: claims.PrivilegeScope{PNumber: pNumber(t, "1092738120")}, Privileges: []string{"urn:dk:blåbær:ø"}},
		{Scope: claims.PrivilegeScope{SENumber: seNumber(t, "13748136")}, Privileges: []string{"urn:a"}},
		{Scope: claims.PrivilegeScope{CPR: person}, Privileges: []string{"urn:a"}},
		{Scope: claims.PrivilegeScope{Other: doctor}, Privileges: []string{"urn:a"}},
		{Scope: claims.PrivilegeScope{Other: "urn:dk:gov:saml:nytNummer:13748136"}},
	}, got)

	o := &claims.OIOSAML{CVR: bakery, Privileges: got}
	assert.Empty(t, o.PrivilegesFor(bakery), "neither a delegation nor a number of another kind with the same digits")
	assert.Equal(t, got[:1], o.PrivilegesFor(dairy))
	assert.Empty(t, o.PrivilegesFor(claims.CVR{}), "no organisation is not every group without a CVR number")
	for _, g := range got {
		assert.False(t, g.IsFor(claims.CVR{}))
	}
	o.PrivilegesFor(dairy)[0].Privileges[0] = "x"
	assert.Equal(t, "urn:dk:some_domain:myPrivilege1A", got[0].Privileges[0], "what is returned is a copy")
}

func TestParsePrivilegesRefuses(t *testing.T) {
	const privilege = `<Privilege>urn:dk:a:1</Privilege>`
	number := cprtest.Number(8).Reveal()
	scoped := func(scope string) string {
		return listOf(`<PrivilegeGroup Scope="` + scope + `">` + privilege + `</PrivilegeGroup>`)
	}
	for name, document := range map[string]string{
		"a document type":                  `<!DOCTYPE PrivilegeList>` + groupOf(privilege),
		"an entity":                        `<!DOCTYPE a [<!ENTITY e "urn:dk:å">]>` + groupOf(`<Privilege>&e;</Privilege>`),
		"an external entity":               `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>` + groupOf(`<Privilege>&e;</Privilege>`),
		"an undeclared entity":             groupOf(`<Privilege>&e;</Privilege>`),
		"a second root":                    groupOf(privilege) + groupOf(privilege),
		"text behind the root":             groupOf(privilege) + "å",
		"cut short":                        strings.TrimSuffix(groupOf(privilege), ">"),
		"nothing but a declaration":        `<?xml version="1.0"?>`,
		"a root in no namespace":           strings.NewReplacer("b:", "", ":b=", ":c=").Replace(groupOf(privilege)),
		"a root in another namespace":      strings.ReplaceAll(groupOf(privilege), v12, v12+"/"),
		"a root with another host":         strings.ReplaceAll(groupOf(privilege), v12, "http://digst.dk.evil.example/oiosaml/basic_privilege_profile"),
		"an undeclared prefix":             strings.ReplaceAll(groupOf(privilege), " xmlns:b=", " xmlns:c="),
		"another root":                     strings.ReplaceAll(groupOf(privilege), "PrivilegeList", "PrivilegesList"),
		"children in another namespace":    `<PrivilegeList xmlns="` + v12 + `"><PrivilegeGroup xmlns="urn:x" Scope="urn:y">` + privilege + `</PrivilegeGroup></PrivilegeList>`,
		"children of the other version":    `<b:PrivilegeList xmlns:b="` + v12 + `"><PrivilegeGroup xmlns="` + v11 + `" Scope="urn:y">` + privilege + `</PrivilegeGroup></b:PrivilegeList>`,
		"a group in the namespace alone":   strings.NewReplacer("<PrivilegeGroup", "<b:PrivilegeGroup", "</PrivilegeGroup", "</b:PrivilegeGroup").Replace(groupOf(privilege)),
		"a privilege in the namespace":     strings.NewReplacer("<Privilege>", "<b:Privilege>", "</Privilege>", "</b:Privilege>").Replace(groupOf(privilege)),
		"a constraint in the namespace":    groupOf(privilege + `<b:Constraint Name="urn:x">25.*</b:Constraint>`),
		"the second group in it":           listOf(`<PrivilegeGroup Scope="urn:x"/><b:PrivilegeGroup Scope="urn:x"/>`),
		"an unknown element in the list":   listOf(`<Privilege>urn:dk:a:1</Privilege>`),
		"an unknown element in a group":    groupOf(privilege + `<Begrænsning Name="urn:x">25.*</Begrænsning>`),
		"another letter case":              groupOf(privilege + `<constraint Name="urn:x">25.*</constraint>`),
		"a group in a group":               groupOf(`<PrivilegeGroup Scope="urn:x">` + privilege + `</PrivilegeGroup>`),
		"text in the list":                 listOf("å"),
		"text in a group":                  groupOf("urn:dk:a:1"),
		"an element in a privilege":        groupOf(`<Privilege>urn:dk:a:1<b/></Privilege>`),
		"an element in a constraint":       groupOf(`<Constraint Name="urn:x">25<b>.*</b></Constraint>`),
		"no scope":                         listOf(`<PrivilegeGroup>` + privilege + `</PrivilegeGroup>`),
		"an empty scope":                   scoped(""),
		"two scopes":                       listOf(`<PrivilegeGroup Scope="urn:a" Scope="urn:b">` + privilege + `</PrivilegeGroup>`),
		"a scope in a namespace":           listOf(`<PrivilegeGroup b:Scope="urn:a">` + privilege + `</PrivilegeGroup>`),
		"a scope in another letter case":   listOf(`<PrivilegeGroup scope="urn:a">` + privilege + `</PrivilegeGroup>`),
		"an unknown attribute of a group":  listOf(`<PrivilegeGroup Scope="urn:a" Type="urn:b">` + privilege + `</PrivilegeGroup>`),
		"an attribute of the list":         strings.Replace(groupOf(privilege), "<b:PrivilegeList", `<b:PrivilegeList Scope="urn:a"`, 1),
		"an attribute of a privilege":      groupOf(`<Privilege Scope="urn:a">urn:dk:a:1</Privilege>`),
		"a type of a privilege":            groupOf(`<Privilege xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">urn:dk:a:1</Privilege>`),
		"a type of the list":               strings.Replace(groupOf(privilege), "<b:PrivilegeList", `<b:PrivilegeList xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="x"`, 1),
		"the place of a schema in a group": strings.Replace(groupOf(privilege), "<PrivilegeGroup", `<PrivilegeGroup xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="x"`, 1),
		"a constraint without a name":      groupOf(privilege + `<Constraint>25.*</Constraint>`),
		"a constraint with an empty name":  groupOf(privilege + `<Constraint Name="">25.*</Constraint>`),
		"a constraint with more":           groupOf(privilege + `<Constraint Name="urn:x" Not="true">25.*</Constraint>`),
		"an empty privilege":               groupOf(`<Privilege/>`),
		"a privilege that is a word":       groupOf(`<Privilege>administrator</Privilege>`),
		"a privilege with a blank":         groupOf(`<Privilege>urn:dk:a 1</Privilege>`),
		"a privilege without a scheme":     groupOf(`<Privilege>:dk:a</Privilege>`),
		"a scheme alone":                   groupOf(`<Privilege>urn:</Privilege>`),
		"a scheme with an underscore":      groupOf(`<Privilege>some_domain:a</Privilege>`),
		"a scheme with a digit first":      groupOf(`<Privilege>1urn:a</Privilege>`),
		"a scheme with a Danish letter":    groupOf(`<Privilege>ærø:a</Privilege>`),
		"a CVR number of seven digits":     scoped("urn:dk:gov:saml:cvrNumberIdentifier:1374813"),
		"a CVR number with more":           scoped("urn:dk:gov:saml:cvrNumberIdentifier:13748136:x"),
		"two CVR numbers":                  scoped("urn:dk:gov:saml:cvrNumberIdentifier:13748136,43950932"),
		"no CVR number":                    scoped("urn:dk:gov:saml:cvrNumberIdentifier:"),
		"a P-number of eleven digits":      scoped("urn:dk:gov:saml:productionUnitIdentifier:10927381200"),
		"a SE-number with a blank":         scoped("urn:dk:gov:saml:seNumberIdentifier:9820 229"),
		"a CPR number with a hyphen":       scoped("urn:dk:gov:saml:cprNumberIdentifier:" + number[:6] + "-" + number[6:]),
		"a CPR number that cannot be":      scoped("urn:dk:gov:saml:cprNumberIdentifier:4501011234"),
		"a known scope in another case":    scoped("urn:dk:gov:saml:CvrNumberIdentifier:13748136"),
		"a person's in another case":       scoped("URN:dk:gov:saml:cprNumberIdentifier:" + number),
		"another encoding":                 `<?xml version="1.0" encoding="ebcdic"?>` + groupOf(privilege),
		"UTF-16":                           "\xff\xfe<\x00",
		"not UTF-8":                        groupOf("<Privilege>urn:\xf8</Privilege>"),
		"deep":                             strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := claims.ParsePrivileges(encoded(document))
			assert.Nil(t, got)
			assertRefused(t, err, "urn:dk")
			assert.NotContains(t, err.Error(), number)
		})
	}
	good := encoded(groupOf(privilege))
	signs, unpadded := encoded(groupOf("<!--???>>>-->"+privilege)), encoded(groupOf(privilege))
	for blanks := " "; !strings.HasSuffix(unpadded, "=="); blanks += " " {
		unpadded = encoded(groupOf(privilege) + blanks)
	}
	require.Contains(t, signs, "/")
	n := len(unpadded) - 3
	stray := unpadded[:n] + string(unpadded[n]+1) + "=="
	same, err := base64.StdEncoding.DecodeString(stray)
	require.NoError(t, err)
	_, err = claims.ParsePrivileges(encoded(string(same)))
	require.NoError(t, err, "nothing but the bits is wrong")
	for name, value := range map[string]string{
		"nothing":                "",
		"blanks alone":           " \n",
		"no base64":              groupOf(privilege),
		"another alphabet":       strings.NewReplacer("/", "_", "+", "-").Replace(signs),
		"a byte too many":        good + "A",
		"twice":                  unpadded + good,
		"without its padding":    strings.TrimRight(unpadded, "="),
		"half its padding":       strings.TrimSuffix(unpadded, "="),
		"a no-break space":       good[:40] + "\u00a0" + good[40:],
		"bits that do not count": stray,
		"large":                  encoded(groupOf("<!--" + strings.Repeat("å", 300<<10) + "-->")),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := claims.ParsePrivileges(value)
			assert.Nil(t, got)
			assertRefused(t, err, good[:40])
		})
	}
}

func TestParsePrivilegesIsBounded(t *testing.T) {
	privileges := func(n int) string { return encoded(groupOf(strings.Repeat("<Privilege>a:å</Privilege>", n))) }
	groups, err := claims.ParsePrivileges(privileges(9_998)) // and two tags each of the list and the group
	require.NoError(t, err)
	assert.Len(t, groups[0].Privileges, 9_998)
	_, err = claims.ParsePrivileges(privileges(9_999))
	assertRefused(t, err, "a:å")
	assert.ErrorContains(t, err, "too many")

	comment := func(n int) string { return encoded(groupOf("<!--" + strings.Repeat("x", n) + "-->")) }
	_, err = claims.ParsePrivileges(comment(383 << 10))
	require.NoError(t, err)
	_, err = claims.ParsePrivileges(comment(384 << 10))
	assert.ErrorContains(t, err, "too large")
}

// A list at the limits takes bounded memory.
func TestParsePrivilegesMemory(t *testing.T) {
	value := encoded(listOf(strings.Repeat(`<PrivilegeGroup Scope="a"/>`, 9_999)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	groups, err := claims.ParsePrivileges(value)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Len(t, groups, 9_999)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20))
}
