package cpr_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One test for each row about CPR numbers in docs/bad-input.md. Rows about login
// and sending are tested where that happens.

func refusedInputs(t *testing.T, inputs ...string) {
	t.Helper()
	for _, s := range inputs {
		n, err := cpr.Parse(s)
		assert.ErrorIs(t, err, cpr.ErrInputInvalid, "%q", s)
		assert.True(t, n.IsZero(), "%q", s)
	}
}

func TestWrittenFormsAndBlanksAtTheEnds(t *testing.T) {
	want := cpr.MustParse("2712589100")
	for _, s := range []string{"2712589100", "271258-9100", " 2712589100", "2712589100 ", "   271258-9100   "} {
		n, err := cpr.Parse(s)
		require.NoError(t, err)
		assert.True(t, n == want, "equal to each other")
	}
}

func TestNumberThatFailsModulus11IsANumber(t *testing.T) {
	for i := range 1000 {
		n, err := cpr.Parse(cprtest.WithoutChecksum(i).Reveal())
		require.NoError(t, err)
		require.False(t, n.ChecksumOK())
		require.NoError(t, n.RequireOrdinary())
	}
	n, err := cpr.Parse("010490-9995") // a published national test number of the health sector
	require.NoError(t, err)
	assert.False(t, n.ChecksumOK())
}

func TestImpossibleDateAndZerosAreRefused(t *testing.T) {
	refusedInputs(t, "0000000000", "000000-0000", "3201505000", "0001505000", "0100505000", "0113505000", "3002525000", "3104505000",
		"2902515000", "2902001002", "9999999999", "0101500000")
}

func TestCenturyComesFromTheSeventhDigitAndTheYear(t *testing.T) {
	for s, year := range map[string]int{
		"610136-0001": 1936, "610137-0001": 1937, "610157-3999": 1957, "610158-0001": 1958, "610199-3999": 1999,
		"610100-4000": 2000, "610136-4999": 2036, "610137-4000": 1937, "610157-4999": 1957, "610158-4000": 1958,
		"610100-5000": 2000, "610136-8999": 2036, "610137-5000": 2037, "610157-8999": 2057, "610158-5000": 1858, "610199-8999": 1899,
		"610100-9000": 2000, "610136-9999": 2036, "610137-9000": 1937, "610157-9999": 1957, "610158-9000": 1958, "610199-9999": 1999,
		"2101270087": 1927, "2712589100": 1958,
	} {
		assert.Equal(t, year, cpr.MustParse(s).BirthDate().Year())
	}
}

func TestReplacementNumberIsRefusedForSendingAndMatching(t *testing.T) {
	for i := range 100 {
		n, err := cpr.Parse(cprtest.Replacement(i).Reveal())
		require.NoError(t, err, "login takes what the broker vouches for")
		assert.Equal(t, cpr.Replacement, n.Kind())
		refusedWith(t, n.RequireOrdinary(), cpr.ReasonReplacement)

		assert.Equal(t, cpr.Ordinary, cprtest.Number(i).Kind())
		assert.NoError(t, cprtest.Number(i).RequireOrdinary())
	}
}

func TestNineAndElevenDigitsAreRefused(t *testing.T) {
	n := cprtest.Number(0).Reveal()
	require.Equal(t, byte('0'), n[0])
	for _, s := range []string{n[1:], n[:9], n + "0", "0" + n, n[1:6] + "-" + n[6:], n[:6] + "-" + n[6:] + "0", n[:6] + "-" + n[7:]} {
		refusedInputs(t, s)
	}
	_, err := cpr.Parse(n[1:])
	refusedWith(t, err, cpr.ReasonLength)
}

func TestOtherSeparatorsAreRefused(t *testing.T) {
	for _, sep := range []string{
		"\u2013", "\u2011", "\u2010", "\u2014", "\u2212", "\u00ad", " ", "\u00a0", "--", "- ", " -", " - ", "/", ".", "\t", "\u200b",
	} {
		refusedInputs(t, "271258"+sep+"9100")
	}
	refusedInputs(t, "27 12 58 9100", "27-12-58-9100", "2712-589100", "2712589-100", "-2712589100", "2712589100-", "271258-9 100")
}

func TestLettersAndCompanyNumbersAreRefused(t *testing.T) {
	refusedInputs(t, "0203291WQ3", "1308781OS6", "3101057JC9", "130878KOT1", "13748136", "DK13748136", "æøåÆØÅ1234", "271258910O")
	_, err := cpr.Parse("0203291WQ3")
	refusedWith(t, err, cpr.ReasonLetters)
}

func TestZeroNumberIsRefusedForSendingAndMatching(t *testing.T) {
	var n cpr.Number
	refusedWith(t, n.RequireOrdinary(), cpr.ReasonMissing)
	refusedWith(t, n.RequireBornBy(time.Unix(0, 0)), cpr.ReasonMissing)
	_, err := n.Pseudonym(make([]byte, 32))
	refusedWith(t, err, cpr.ReasonMissing)
}

// The verbs that people use; TestPrint, TestCrash and TestNumber_refuses go
// through every other way out.
func TestDigitsNeverAppear(t *testing.T) {
	for _, n := range protected() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			masked(t, fmt.Sprintf(verb, n), verb)
		}
	}
}
