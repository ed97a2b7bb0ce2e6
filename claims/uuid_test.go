package claims_test

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

const uuidText = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"

func TestParseUUID(t *testing.T) {
	u, err := claims.ParseUUID(uuidText)
	require.NoError(t, err)
	assert.Equal(t, uuidText, u.String())
	assert.False(t, u.IsZero())

	upper, err := claims.ParseUUID(strings.ToUpper(uuidText))
	require.NoError(t, err)
	assert.True(t, u == upper)
	assert.Len(t, map[claims.UUID]int{u: 1, upper: 2}, 1)

	for _, version := range "0123456789abcdef" {
		_, err := claims.ParseUUID(uuidText[:14] + string(version) + uuidText[15:])
		assert.NoError(t, err, "any version")
	}
}

func TestParseUUIDRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", uuidText + "0", uuidText[1:], " " + uuidText, uuidText + "\n",
		"{" + uuidText + "}", "urn:uuid:" + uuidText, strings.ReplaceAll(uuidText, "-", ""),
		strings.ReplaceAll(uuidText, "-", "_"), strings.ReplaceAll(uuidText, "-", "0"),
		"74ffcd31f-baf-4c33-bdac-169f25c1e416", "74ffcd31-fbaf-4c33-bdac-169f25c1e41g",
		"74ffcd31-fbaf-4c33-bdac-169f25c1e4å", "00000000-0000-0000-0000-000000000000",
		"74ffcd31–fbaf-4c33-bdac-169f25c1e4",
	} {
		u, err := claims.ParseUUID(s)
		assert.ErrorIs(t, err, claims.ErrUUID, s)
		assert.True(t, u.IsZero())
	}
	assert.Panics(t, func() { claims.MustParseUUID("æ") })
}

func TestUUIDForms(t *testing.T) {
	u := claims.MustParseUUID(uuidText)
	assert.Equal(t, uuidText, fmt.Sprintf("%v", u))
	storedAs(t, u, uuidText, new(claims.UUID))
	storedAs(t, claims.UUID{}, "", new(claims.UUID))
}

// number is what the identifiers have in common.
type number interface {
	comparable
	fmt.Stringer
	IsZero() bool
	MarshalText() ([]byte, error)
}

type column[T any] interface {
	*T
	UnmarshalText([]byte) error
	Scan(any) error
}

// storedAs checks that all stored forms of v are want, and read back as v.
func storedAs[T number, P column[T]](t *testing.T, v T, want string, to P) {
	t.Helper()
	assert.Equal(t, want, v.String())
	assert.Equal(t, want == "", v.IsZero())

	text, err := v.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, want, string(text))
	require.NoError(t, to.UnmarshalText(text))
	assert.Equal(t, v, *to)

	j, err := json.Marshal(v)
	require.NoError(t, err)
	assert.Equal(t, `"`+want+`"`, string(j))
	require.NoError(t, json.Unmarshal(j, to))
	assert.Equal(t, v, *to)

	value, err := any(v).(driver.Valuer).Value()
	require.NoError(t, err)
	if want == "" {
		assert.Nil(t, value)
	} else {
		assert.Equal(t, want, value)
	}
	require.NoError(t, to.Scan(value))
	assert.Equal(t, v, *to)
	if want != "" {
		require.NoError(t, to.Scan([]byte(want)))
		assert.Equal(t, v, *to)
		require.Error(t, to.Scan(""))
	}

	require.Error(t, to.Scan("æ"))
	require.Error(t, to.Scan(int64(12345678)), "an integer has lost its zeros")
	require.Error(t, to.UnmarshalText([]byte("å")))
	assert.Equal(t, v, *to, "an error leaves the value alone")
}

func FuzzParseUUID(f *testing.F) {
	f.Add(uuidText)
	f.Add("{" + uuidText + "}")
	f.Add("æøå")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := claims.ParseUUID(s)
		if (err == nil) == u.IsZero() {
			t.Fatal("a UUID or an error")
		}
		if err == nil && u.String() != strings.ToLower(s) {
			t.Fatal("another UUID")
		}
	})
}
