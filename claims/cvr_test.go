package claims_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

func TestParseCVR(t *testing.T) {
	c, err := claims.ParseCVR("13748136")
	require.NoError(t, err)
	assert.True(t, c.ChecksumOK(), "the example of Erhvervsstyrelsen")
	assert.True(t, c == claims.MustParseCVR("13748136"))
	storedAs(t, c, "13748136", new(claims.CVR))
	storedAs(t, claims.MustParseCVR("00000013"), "00000013", new(claims.CVR))
	storedAs(t, claims.MustParseCVR("99999999"), "99999999", new(claims.CVR))

	for _, s := range []string{
		"", "1374813", "137481360", " 13748136", "13748136 ", "DK13748136", "13-74-81-36", "1374813æ",
		"+1374813", "-1374813", "1374813.", "00000000", "１３７４８１３６", "١٣٧٤",
	} {
		c, err := claims.ParseCVR(s)
		assert.ErrorIs(t, err, claims.ErrCVR, s)
		assert.True(t, c.IsZero())
	}
	assert.Panics(t, func() { claims.MustParseCVR("å") })
}

// Placeholders and test organisations do not pass the check and are CVR numbers.
func TestCVRChecksum(t *testing.T) {
	assert.False(t, claims.MustParseCVR("12345678").ChecksumOK())
	assert.False(t, claims.CVR{}.ChecksumOK())
	for _, s := range []string{"31884357", "43950932", "16662879"} {
		assert.True(t, claims.MustParseCVR(s).ChecksumOK(), s)
	}
	// Of ten numbers that differ in the check digit, at most one passes.
	for n := range 1000 {
		passed := 0
		for d := range 10 {
			c, err := claims.ParseCVR(fmt.Sprintf("%07d%d", n*7919+1, d))
			require.NoError(t, err)
			if c.ChecksumOK() {
				passed++
			}
		}
		assert.LessOrEqual(t, passed, 1)
	}
}

func TestParseCVRLenient(t *testing.T) {
	want := claims.MustParseCVR("13748136")
	for _, s := range []string{
		"13748136", " 13748136 ", "DK13748136", "dk13748136", "DK 13748136", "DK13-74-81-36",
		"13-74-81-36", "13 74 81 36", " DK 13 74 81 36 ",
	} {
		got, err := claims.ParseCVRLenient(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got)
	}
	for _, s := range []string{
		"", "DK", "SE13748136", "13-74 81-36", "137-48-136", "13--748136", "1374 8136", "13 748136", "DKDK13748136",
		"13\u00a074\u00a081\u00a036", "13748136æ", "\t13748136",
	} {
		_, err := claims.ParseCVRLenient(s)
		assert.ErrorIs(t, err, claims.ErrCVR, s)
	}
}

func TestPNumber(t *testing.T) {
	for _, s := range []string{"1092738120", "2305000003"} {
		p, err := claims.ParsePNumber(s)
		require.NoError(t, err)
		assert.True(t, p.ChecksumOK())
		storedAs(t, p, s, new(claims.PNumber))
	}
	p, err := claims.ParsePNumber("9999999999")
	require.NoError(t, err, "the check is a hint")
	assert.False(t, p.ChecksumOK())
	assert.False(t, claims.PNumber{}.ChecksumOK())
	storedAs(t, p, "9999999999", new(claims.PNumber))
	for _, s := range []string{"", "109273812", "10927381200", "0000000000", "109273812å", " 1092738120"} {
		_, err := claims.ParsePNumber(s)
		assert.ErrorIs(t, err, claims.ErrPNumber, s)
	}
}

func TestSENumber(t *testing.T) {
	s, err := claims.ParseSENumber("13748136")
	require.NoError(t, err)
	assert.True(t, s.ChecksumOK())
	storedAs(t, s, "13748136", new(claims.SENumber))
	assert.False(t, claims.SENumber{}.ChecksumOK())
	for _, s := range []string{"", "1374813", "DK13748136", "00000000", "1374813ø"} {
		_, err := claims.ParseSENumber(s)
		assert.ErrorIs(t, err, claims.ErrSENumber, s)
	}
}

func FuzzParseCVR(f *testing.F) {
	for _, s := range []string{"13748136", "DK 13 74 81 36", "æøå", "00000000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := claims.ParseCVR(s)
		if (err == nil) == c.IsZero() {
			t.Fatal("a number or an error")
		}
		if err == nil && c.String() != s {
			t.Fatal("another number")
		}
		lenient, lerr := claims.ParseCVRLenient(s)
		if err == nil && (lerr != nil || lenient != c) {
			t.Fatal("what is strict is lenient too")
		}
		if (lerr == nil) == lenient.IsZero() {
			t.Fatal("a number or an error")
		}
	})
}
