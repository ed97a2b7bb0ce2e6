package neb

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

// suites are what the tests of all dialects need to know of each kind of token.
func suites(t *testing.T) []claimsuite.Dialect {
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	base := map[string]any{"sub": uuid, "idp": "mitid", "identity_type": "private", "mitid.uuid": uuid, "idp_identity_id": uuid,
		"transaction_id": "t", "loa": nsis + "Substantial"}
	return []claimsuite.Dialect{
		{Title: "neb userinfo", Base: base, CPR: "dk.cpr", Names: userInfoDialect.Names(),
			Parse: func(b []byte) (claimsuite.Claims, error) { return readUserInfo(b) },
			Identity: func(c claimsuite.Claims) (claims.Identity, error) {
				u := c.(*UserInfo)
				id, err := readIDToken([]byte(`{"sub":"` + u.Subject + `","idp":"mitid","identity_type":"private","transaction_id":"t"}`))
				require.NoError(t, err)
				return id.Identity(u)
			}},
		{Title: "neb ID token", Base: base, CPR: "dk.cpr", Names: idTokenDialect.Names(),
			Parse:    func(b []byte) (claimsuite.Claims, error) { return readIDToken(b) },
			Identity: func(c claimsuite.Claims) (claims.Identity, error) { return c.(*IDToken).Identity(nil) }},
		{Title: "neb transaction token", Base: base, CPR: "dk.cpr", Names: transactionDialect.Names(),
			Parse:    func(b []byte) (claimsuite.Claims, error) { return ParseTransaction(b) },
			Identity: func(c claimsuite.Claims) (claims.Identity, error) { return c.(*Transaction).Identity() }},
	}
}

func TestCPRNumberThatNobodyAskedForLeavesByNoClaim(t *testing.T) {
	for _, d := range suites(t) {
		claimsuite.NoNumberLeaves(t, cprtest.Number(4711), d)
	}
}

func TestOwnCPRNumberIsFoundHoweverItIsWritten(t *testing.T) {
	for _, d := range suites(t) {
		claimsuite.OwnNumberIsFound(t, cprtest.WithChecksum(3), d)
	}
}

func TestCloneSharesNothing(t *testing.T) { claimsuite.CloneSharesNothing[Claims](t) }

func TestNothingWithoutCPRIsNothing(t *testing.T) {
	assert.Equal(t, Claims{}, *(&Claims{}).WithoutCPR().(*Claims))
}

func TestTokenWhoseTimesHaveAFractionOrAnExponentIsRead(t *testing.T) {
	claimsuite.Times(t, func(b []byte) (claims.Registered, error) {
		c, err := readIDToken(b)
		if err != nil {
			return claims.Registered{}, err
		}
		return c.Registered, nil
	})
}

func TestNamesPersonAsksTheClaimsThatNobodyKnows(t *testing.T) {
	for payload, named := range map[string]bool{
		`{"sub":"s","idp":"idbrokerdk","x":{"is_over_18":true}}`:                false,
		`{"sub":"s","idp":"idbrokerdk","x":{"is_over_18":true,"Name":"Åse Ø"}}`: true,
		`{"sub":"s","idp":"idbrokerdk","x":["nr. 210127/0087"]}`:                true,
		`{"sub":"s","idp":"idbrokerdk","mitid.identity_name":"Åse"}`:            true,
		`{"sub":"s","idp":"idbrokerdk","dk.cpr":7}`:                             true,
	} {
		c, err := readIDToken([]byte(payload))
		require.NoError(t, err)
		assert.Equal(t, named, c.namesPerson(), payload)
	}
}
