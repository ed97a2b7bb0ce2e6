package cprtest_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How many different numbers the doc promises.
const (
	numbers  = 11_688_000
	passing  = 1_051_920
	failing  = 9_350_400
	bornADay = 3998
)

// future reports whether n belongs to somebody born from 2050 to 2057.
func future(n cpr.Number) bool {
	y := n.BirthDate().Year()
	return 2050 <= y && y <= 2057
}

func sexOf(i int) cpr.Sex {
	if i%2 == 0 {
		return cpr.Female
	}
	return cpr.Male
}

func TestNumber_a_million_different_ordinary_numbers_of_the_future(t *testing.T) {
	const count = 1_000_000
	seen := make(map[cpr.Number]struct{}, count)
	for i := range count {
		n := cprtest.Number(i)
		if !future(n) || n.RequireOrdinary() != nil || n.Sex() != sexOf(i) {
			t.Fatalf("number %d: born %d, %s, %s", i, n.BirthDate().Year(), n.Kind(), n.Sex())
		}
		seen[n] = struct{}{}
	}
	assert.Len(t, seen, count)
}

// The first, the last and the ones around each full turn of the dates are
// different as far as the doc says.
func TestNumber_ends_where_the_doc_says(t *testing.T) {
	assert.Equal(t, cprtest.Number(0), cprtest.Number(numbers), "begins anew")
	assert.Equal(t, cprtest.Number(numbers-1), cprtest.Number(-1), "negative counts from the end")
	seen := map[cpr.Number]bool{}
	for i := 0; i < numbers; i += 997 { // shares no factor with the count
		n := cprtest.Number(i)
		require.False(t, seen[n], "number %d came before", i)
		seen[n] = true
	}
}

func TestWithChecksum_every_one(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 101
	}
	seen := map[cpr.Number]struct{}{}
	sexes := map[cpr.Sex]int{}
	calls := 0
	for i := 0; i < passing; i += step {
		n := cprtest.WithChecksum(i)
		if !future(n) || n.RequireOrdinary() != nil || !n.ChecksumOK() {
			t.Fatalf("number %d is not as promised", i)
		}
		seen[n] = struct{}{}
		sexes[n.Sex()]++
		calls++
	}
	assert.Len(t, seen, calls, "all different")
	assert.Equal(t, cprtest.WithChecksum(0), cprtest.WithChecksum(passing), "begins anew")
	assert.Greater(t, sexes[cpr.Female], calls/3)
	assert.Greater(t, sexes[cpr.Male], calls/3)
}

func TestWithoutChecksum(t *testing.T) {
	assert.Equal(t, cprtest.WithoutChecksum(1), cprtest.WithoutChecksum(failing+1), "begins anew")
	seen := map[cpr.Number]struct{}{}
	calls := 0
	for i := 0; i < failing; i += 31 { // shares no factor with the count
		n := cprtest.WithoutChecksum(i)
		if !future(n) || n.RequireOrdinary() != nil || n.ChecksumOK() || n.Sex() != sexOf(i) {
			t.Fatalf("number %d is not as promised", i)
		}
		seen[n] = struct{}{}
		calls++
	}
	assert.Len(t, seen, calls, "all different")
}

func TestReplacement(t *testing.T) {
	seen := map[cpr.Number]struct{}{}
	for i := range 100_000 {
		n, o := cprtest.Replacement(i), cprtest.Number(i)
		if n.Kind() != cpr.Replacement || n.BirthDate() != o.BirthDate() || n.Sex() != sexOf(i) {
			t.Fatalf("number %d is not as promised", i)
		}
		seen[n] = struct{}{}
	}
	assert.Len(t, seen, 100_000)
}

func TestBorn_every_day_of_the_table(t *testing.T) {
	last := time.Date(2057, time.December, 31, 0, 0, 0, 0, time.UTC)
	i := 0
	for d := time.Date(1858, time.January, 1, 0, 0, 0, 0, time.UTC); !d.After(last); d = d.AddDate(0, 0, 1) {
		n := cprtest.Born(d, i)
		if n.Kind() != cpr.Replacement || n.BirthDate() != d || n.Sex() != sexOf(i) {
			t.Fatalf("day %s", d.Format(time.DateOnly))
		}
		i++
	}
}

func TestBorn_different_numbers_on_one_day(t *testing.T) {
	for _, y := range []int{1858, 1899, 1900, 1936, 1937, 1957, 1958, 1999, 2000, 2036, 2037, 2057} {
		seen := map[cpr.Number]struct{}{}
		day := time.Date(y, time.March, 31, 0, 0, 0, 0, time.UTC)
		for i := range bornADay {
			n := cprtest.Born(day, i)
			require.Equal(t, day, n.BirthDate())
			seen[n] = struct{}{}
		}
		assert.Len(t, seen, bornADay, "born in %d", y)
	}
}

func TestBorn_takes_the_calendar_day_of_the_location(t *testing.T) {
	copenhagen := time.FixedZone("Kalvebod Brygge, København Ø", 3600)
	n := cprtest.Born(time.Date(1990, time.May, 17, 0, 30, 0, 0, copenhagen), 0) // 16 May in UTC
	assert.Equal(t, time.Date(1990, time.May, 17, 0, 0, 0, 0, time.UTC), n.BirthDate())
}

func TestBorn_outside_the_century_table(t *testing.T) {
	for _, y := range []int{-1, 0, 1857, 2058, 12345} {
		assert.True(t, cprtest.Born(time.Date(y, time.June, 5, 0, 0, 0, 0, time.UTC), 0).IsZero(), "born in %d", y)
	}
}

func TestNoIndexPanics(t *testing.T) {
	day := time.Date(1972, time.February, 29, 0, 0, 0, 0, time.UTC)
	for _, i := range []int{math.MinInt, math.MinInt + 1, -1, 0, 1, math.MaxInt - 1, math.MaxInt} {
		for name, n := range map[string]cpr.Number{
			"Number": cprtest.Number(i), "Replacement": cprtest.Replacement(i), "Born": cprtest.Born(day, i),
			"WithChecksum": cprtest.WithChecksum(i), "WithoutChecksum": cprtest.WithoutChecksum(i),
		} {
			assert.False(t, n.IsZero(), "%s(%d)", name, i)
		}
	}
}

// The numbers are part of what users store in golden files: they never change.
func TestNumbersStay(t *testing.T) {
	day := time.Date(1985, time.August, 9, 0, 0, 0, 0, time.UTC)
	for want, n := range map[string]cpr.Number{
		"0101505000": cprtest.Number(0),
		"0101505001": cprtest.Number(1),
		"0610525000": cprtest.Number(2),
		"6101505000": cprtest.Replacement(0),
		"6908850002": cprtest.Born(day, 0),
		"6908850003": cprtest.Born(day, 1),
		"0101505006": cprtest.WithChecksum(0),
		"0610525008": cprtest.WithChecksum(1),
		"0101505002": cprtest.WithoutChecksum(5844),
		"0101505003": cprtest.WithoutChecksum(5845),
	} {
		assert.Equal(t, want, n.Reveal())
	}
}

func Example() {
	woman, man := cprtest.Number(0), cprtest.Number(1)
	fmt.Println(woman.Sex(), man.Sex(), woman == man, woman.BirthDate().Year())

	adult := cprtest.Born(time.Date(1985, time.August, 9, 0, 0, 0, 0, time.UTC), 0)
	fmt.Println(adult.Kind(), adult.BirthDate().Format(time.DateOnly))

	fmt.Println(cprtest.WithChecksum(7).ChecksumOK(), cprtest.WithoutChecksum(7).ChecksumOK())
	// Output:
	// female male false 2050
	// replacement 1985-08-09
	// true false
}
