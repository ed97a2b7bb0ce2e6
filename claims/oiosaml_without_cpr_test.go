package claims_test

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

// shown prints all texts in v, methods or not. The digits of a cpr.Number are noise in it.
func shown(v any) string {
	return (&spew.ConfigState{DisableMethods: true, DisablePointerAddresses: true, DisableCapacities: true, Indent: " "}).Sdump(v)
}

// spoil sets each text and each list of texts that v reaches to one that holds number, one
// after the other, and calls check each time. All other fields stay.
func spoil(v reflect.Value, path, written string, check func(path string)) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		before := v.String()
		v.SetString(written)
		check(path)
		v.SetString(before)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				spoil(v.Field(i), path+"."+f.Name, written, check)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			before := v.Bytes()
			v.SetBytes([]byte(written))
			check(path)
			v.SetBytes(before)
			return
		}
		for i := range v.Len() {
			spoil(v.Index(i), path, written, check)
		}
	}
}

// withLists has an entry in every list.
func withLists(t *testing.T) *claims.OIOSAML {
	o := worker(t)
	o.Email, o.PrivilegesSimple, o.Unknown = []string{"å@b.dk"}, []string{"urn:dk:å"}, []string{"urn:ø"}
	o.Privileges = []claims.PrivilegeGroup{
		{
			Scope: claims.PrivilegeScope{CVR: bakery}, Privileges: []string{"urn:dk:bageri:1"},
			Constraints: []claims.PrivilegeConstraint{{Name: "urn:dk:kombit:KLE", Value: "25.*"}},
		},
		{Scope: claims.PrivilegeScope{CVR: dairy}, Privileges: []string{"urn:dk:mejeri:1", "urn:dk:mejeri:2"}},
	}
	o.AuthorizedToRepresent, o.BootstrapToken = []claims.CVR{bakery}, []byte("<A>å</A>")
	return o
}

// Every text of every field, so that a new one cannot be forgotten.
func TestOIOSAMLWithoutCPRHoldsNoNumberInAnyField(t *testing.T) {
	number := cprtest.Number(4711).Reveal()
	fields := map[string]bool{}
	for _, written := range []string{
		number, number[:6] + "–" + number[6:], "nr. " + number + " på Ærø", "urn:dk:gov:saml:x:" + number,
		encoded("nr. " + number), hex.EncodeToString([]byte("nr. " + number)), strings.Join(strings.Split(number, ""), " "),
	} {
		o := withLists(t)
		spoil(reflect.ValueOf(o).Elem(), "", written, func(path string) {
			fields[path] = true
			if path == ".RID" || path == ".NemIDPID" { // numbers with a form of their own
				return
			}
			assert.NotContains(t, shown(o.WithoutCPR()), written, path)
			assert.NotContains(t, shown(o.WithoutCPR()), hex.EncodeToString([]byte(written))[:20], path)
		})
	}
	assert.Len(t, fields, 25, "%v", fields)
}

func TestOIOSAMLWithoutCPRFindsTheOwnNumberAnywhere(t *testing.T) {
	number := cpr.MustParse("2101270087")
	o := withLists(t)
	o.CPR, o.RID, o.PNumber = number, number.Reveal(), pNumber(t, number.Reveal())
	o.NemIDPID = "9208-2002-2-012101270087"
	o.FirstName, o.LastName = "210127", "0087"
	o.Privileges[0].Scope = claims.PrivilegeScope{PNumber: pNumber(t, number.Reveal())}
	o.Privileges[1].Constraints = []claims.PrivilegeConstraint{{Name: "urn:x", Value: "født 21.01.27, løbenummer 0087"}}
	c := o.WithoutCPR().(*claims.OIOSAML)
	assert.Zero(t, []any{c.CPR, c.RID, c.PNumber, c.NemIDPID, c.FirstName, c.LastName}[0])
	assert.Empty(t, c.RID+c.NemIDPID+c.FirstName+c.LastName)
	assert.True(t, c.CPR.IsZero())
	assert.True(t, c.PNumber.IsZero())
	assert.Empty(t, c.Privileges)
	assert.Equal(t, personUUID, c.CPRUUID, "the key is no CPR number")

	o = withLists(t)
	o.CPR, o.BirthDate = cpr.Number{}, time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC)
	o.OrgName = "født 21.01.27 som nr. 0087"
	assert.Empty(t, o.WithoutCPR().(*claims.OIOSAML).OrgName)
}

// Without its scope, or one of its constraints, a group would grant more than it does.
func TestOIOSAMLWithoutCPRLeavesOutWholeGroups(t *testing.T) {
	number := cprtest.Number(12)
	for name, change := range map[string]func(g *claims.PrivilegeGroup){
		"scope of a person": func(g *claims.PrivilegeGroup) { g.Scope = claims.PrivilegeScope{CPR: number} },
		"unknown scope": func(g *claims.PrivilegeGroup) {
			g.Scope = claims.PrivilegeScope{Other: "urn:dk:cpr:" + number.Reveal()}
		},
		"constraint":        func(g *claims.PrivilegeGroup) { g.Constraints[0].Value = number.Reveal() },
		"constraint's name": func(g *claims.PrivilegeGroup) { g.Constraints[0].Name = "urn:" + number.Reveal() },
		"privilege":         func(g *claims.PrivilegeGroup) { g.Privileges[0] = "urn:sag:" + number.Reveal() },
	} {
		t.Run(name, func(t *testing.T) {
			o := withLists(t)
			change(&o.Privileges[0])
			before := o.Privileges[0]
			c := o.WithoutCPR().(*claims.OIOSAML)
			assert.Equal(t, o.Privileges[1:], c.Privileges)
			assert.Equal(t, before, o.Privileges[0], "the original stays as it was")
		})
	}
}

func TestOIOSAMLWithoutCPRIsACopy(t *testing.T) {
	o := withLists(t)
	o.CPR = cpr.Number{}
	c := o.WithoutCPR().(*claims.OIOSAML)
	require.Equal(t, o, c, "what holds no number stays")
	c.Email[0], c.PrivilegesSimple[0], c.Unknown[0], c.BootstrapToken[0], c.AuthorizedToRepresent[0] = "x", "x", "x", 'x', dairy
	c.Privileges[0].Privileges[0], c.Privileges[0].Constraints[0].Value = "x", "x"
	expected := withLists(t)
	expected.CPR = cpr.Number{}
	assert.Equal(t, expected, o)
	assert.Equal(t, &claims.OIOSAML{}, (&claims.OIOSAML{}).WithoutCPR(), "nothing stays nothing")
}
