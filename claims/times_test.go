package claims_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenWhoseTimesHaveAFractionOrAnExponentIsRead(t *testing.T) {
	type parse func(payload []byte) (claims.Registered, error)
	dialects := map[string]parse{
		"criipto": func(b []byte) (claims.Registered, error) {
			c, err := claims.ParseCriipto(b)
			if err != nil {
				return claims.Registered{}, err
			}
			return c.Registered, nil
		},
		"neb": func(b []byte) (claims.Registered, error) {
			c, err := claims.ParseNEBIDToken(b)
			if err != nil {
				return claims.Registered{}, err
			}
			return c.Registered, nil
		},
		"eident": func(b []byte) (claims.Registered, error) {
			c, err := claims.ParseEIdent(b)
			if err != nil {
				return claims.Registered{}, err
			}
			return c.Registered, nil
		},
	}
	for name, read := range dialects {
		t.Run(name, func(t *testing.T) {
			for number, want := range map[string][2]int64{ // exp; nbf and iat
				"1790000000": {1790000000, 1790000000}, "1790000000.0": {1790000000, 1790000000}, "1.79e9": {1790000000, 1790000000},
				"1790000000.25": {1790000000, 1790000001}, "1790000000.99": {1790000000, 1790000001}, "17900000001E-1": {1790000000, 1790000001},
			} {
				r, err := read([]byte(`{"exp":` + number + `,"nbf":` + number + `,"iat":` + number + `}`))
				require.NoError(t, err, number)
				assert.Equal(t, want, [2]int64{r.Expires, r.NotBefore}, number)
				assert.Equal(t, want[1], r.IssuedAt, number)
			}
			for _, name := range []string{"exp", "nbf", "iat"} {
				for _, value := range []string{`null`, `"1790000000"`, `1e400`, `NaN`, `-1`, `-0.5`, `253402300800`, `2.6e11`, `true`, `[1790000000]`, `{}`, `""`} {
					_, err := read([]byte(`{"` + name + `":` + value + `}`))
					require.Error(t, err, "%s %s", name, value)
					assert.ErrorIs(t, err, claims.ErrTokenInvalid, "%s %s", name, value)
				}
			}
		})
	}
}

func TestTimeOfLoginWithAFractionIsRead(t *testing.T) {
	want := time.Unix(1790000000, 0).UTC()
	for _, number := range []string{`1790000000`, `1790000000.75`, `1.79e9`, `"1790000000"`} {
		n, err := claims.ParseNEBIDToken([]byte(`{"auth_time":` + number + `,"session_expiry":` + number + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, n.AuthTime, number)
		assert.Equal(t, want, n.SessionExpiry, number)
		e, err := claims.ParseEIdent([]byte(`{"auth_time":` + number + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, e.AuthTime, number)
	}
}

func TestErrorsOfParsingSayWhichKindTheyAre(t *testing.T) {
	_, noClaims := claims.ParseCriipto([]byte(`[]`))
	_, unusable := (&claims.Criipto{IdentityScheme: "dkmitid-elsewhere"}).Identity()
	var id claims.Plain
	for name, c := range map[string]struct{ err, is error }{
		"no claims":          {noClaims, claims.ErrTokenInvalid},
		"another eID":        {unusable, claims.ErrClaimInvalid},
		"a stored identity":  {id.UnmarshalJSON([]byte(`{"birth_date":"31.12.1999"}`)), claims.ErrStored},
		"no stored identity": {id.UnmarshalJSON([]byte(`[]`)), claims.ErrStored},
	} {
		assert.ErrorIs(t, c.err, c.is, name)
	}
	assert.False(t, errors.Is(noClaims, claims.ErrClaimInvalid))
}
