package criipto

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

// suite is what the tests of all dialects need to know of this one.
func suite() claimsuite.Dialect {
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	return claimsuite.Dialect{
		Title: "criipto", Base: map[string]any{"sub": "{" + uuid + "}", "uuid": uuid, "identityscheme": "dkmitid"},
		CPR: "cprNumberIdentifier", Names: dialect.Names(),
		Parse:    func(b []byte) (claimsuite.Claims, error) { return parseClaims(b) },
		Identity: func(c claimsuite.Claims) (claims.Identity, error) { return c.(*Claims).Identity() },
	}
}

func TestCPRNumberThatNobodyAskedForLeavesByNoClaim(t *testing.T) {
	claimsuite.NoNumberLeaves(t, cprtest.Number(4711), suite())
}

func TestOwnCPRNumberIsFoundHoweverItIsWritten(t *testing.T) {
	claimsuite.OwnNumberIsFound(t, cprtest.WithChecksum(3), suite())
}

func TestCloneSharesNothing(t *testing.T) { claimsuite.CloneSharesNothing[Claims](t) }

func TestTokenWhoseTimesHaveAFractionOrAnExponentIsRead(t *testing.T) {
	claimsuite.Times(t, func(b []byte) (claims.Registered, error) {
		c, err := parseClaims(b)
		if err != nil {
			return claims.Registered{}, err
		}
		return c.Registered, nil
	})
}

// Numbers that look like a CPR number, and are something else by their field or by
// their form, stay.
func TestNumbersOfAnotherKindStay(t *testing.T) {
	c, err := parseClaims([]byte(`{"sub":"{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}","nameidentifier":"0f9960a01210505234a0ea07f8ffa185","uuid":"74ffcd31-0101-4053-8123-012345678901",
		"employee":"true","cvrNumberIdentifier":"12105052","2.5.4.10":"Firma 1905 A/S","productionUnit":"1010505234","seNumber":"10105052",
		"ridNumberIdentifier":"1010505234","name":"Søren 2. Ågård","sessionindex":"74ffcd31-0101-4053-8123-012345678902",
		"telefon":"+45 12 34 56 78","konto":"8636770830","id":"74ffcd31-0101-4053-8123-0123456789ab","tid":"2026-12-10T10:50:52Z","tal":1799999999,"ting":{"liste":[1,"to"]}}`))
	require.NoError(t, err)
	before := claimsuite.Show(c.Unknown)
	c = c.WithoutCPR().(*Claims)
	assert.Equal(t, before, claimsuite.Show(c.Unknown), "nothing that is unknown was a CPR number")
	assert.Equal(t, "1010505234", c.RID)
	assert.Equal(t, "1010505234", c.ProductionUnit.String())
	assert.Equal(t, "10105052", c.SENumber.String())
	assert.Equal(t, "0f9960a01210505234a0ea07f8ffa185", c.NameIdentifier)
	id, err := c.Identity()
	require.NoError(t, err)
	assert.Equal(t, "Firma 1905 A/S", id.Organisation.Name)
	assert.Equal(t, "1010505234", id.Organisation.RID)
	assert.Equal(t, "74ffcd31-0101-4053-8123-012345678902", id.SessionID)
	assert.Equal(t, "Søren 2. Ågård", id.Name.Full)
}

func TestWithoutCPRIsACopy(t *testing.T) {
	c, err := parseClaims([]byte(`{"sub":"s","name":"Søren","cprNumberIdentifier":"2101270087","loA":"GULD","x":"210127-0087","y":[1],"address":{"city":"2101270087","region":"Ø"}}`))
	require.NoError(t, err)
	before := claimsuite.Show(c)
	d := c.WithoutCPR().(*Claims)
	assert.Equal(t, before, claimsuite.Show(c))
	assert.True(t, d.CPR.IsZero())
	assert.Equal(t, "Søren", d.Name)
	assert.Equal(t, Address{Region: "Ø"}, *d.Address)
	assert.Len(t, d.Unknown, 1)
	assert.True(t, d.TellsLevel(), "an unknown word is still a word")
	for _, payload := range []string{`{}`, `{"aal":"HIGH"}`} {
		c, err := parseClaims([]byte(payload))
		require.NoError(t, err)
		assert.False(t, c.TellsLevel())
	}
}

func TestNamesPersonAsksTheClaimsThatNobodyKnows(t *testing.T) {
	for payload, named := range map[string]bool{
		`{"sub":"s","country":"DK","x":{"is_over_18":true}}`:                  false,
		`{"sub":"s","x":{"is_over_18":true,"Name":"Åse Ø"}}`:                  true,
		`{"sub":"s","name":"Åse"}`:                                            true,
		`{"sub":"s","cprNumberIdentifier":7}`:                                 true,
		`{"sub":"s","http://ageverification.criipto.com":["nr. 2101270087"]}`: true,
	} {
		c, err := parseClaims([]byte(payload))
		require.NoError(t, err)
		assert.Equal(t, named, c.namesPerson(), payload)
	}
}
