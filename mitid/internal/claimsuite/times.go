package claimsuite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// Times checks that read takes times with a fraction or an exponent, rounded to the side
// that lets the token live shorter, and refuses every other form.
func Times(t *testing.T, read func(payload []byte) (claims.Registered, error)) {
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
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err), "%s %s", name, value)
		}
	}
}
