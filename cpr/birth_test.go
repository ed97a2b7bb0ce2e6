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

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// Each row of the century table, at both ends of its serials and its years.
func TestBirthDate_century_table(t *testing.T) {
	columns := [][2]int{{0, 36}, {37, 57}, {58, 99}}
	for _, row := range []struct {
		from, to int
		first    [3]int // the year that the first YY of each column stands for
	}{
		{1, 999, [3]int{1900, 1937, 1958}},
		{1000, 1999, [3]int{1900, 1937, 1958}},
		{2000, 2999, [3]int{1900, 1937, 1958}},
		{3000, 3999, [3]int{1900, 1937, 1958}},
		{4000, 4999, [3]int{2000, 1937, 1958}},
		{5000, 5999, [3]int{2000, 2037, 1858}},
		{6000, 6999, [3]int{2000, 2037, 1858}},
		{7000, 7999, [3]int{2000, 2037, 1858}},
		{8000, 8999, [3]int{2000, 2037, 1858}},
		{9000, 9999, [3]int{2000, 1937, 1958}},
	} {
		for c, years := range columns {
			for yy := years[0]; yy <= years[1]; yy++ {
				for _, serial := range []int{row.from, row.to} {
					n, err := cpr.Parse(fmt.Sprintf("0703%02d%04d", yy, serial))
					require.NoError(t, err)
					require.Equal(t, day(row.first[c]+yy-years[0], time.March, 7), n.BirthDate(), "YY %02d, serial %04d", yy, serial)
				}
			}
		}
	}
}

func TestBirthDate_published_samples(t *testing.T) {
	assert.Equal(t, day(1927, time.January, 21), cpr.MustParse("2101270087").BirthDate())
	assert.Equal(t, day(1958, time.December, 27), cpr.MustParse("2712589100").BirthDate())
	assert.Equal(t, day(1990, time.April, 1), cpr.MustParse("010490-9995").BirthDate())
	assert.Equal(t, day(1862, time.October, 21), cpr.MustParse("211062-5629").BirthDate(), "a birth in 1862, however often it is copied")
}

func TestBirthDate_of_a_replacement_number_is_that_of_the_person(t *testing.T) {
	assert.Equal(t, cpr.MustParse("070761-4285").BirthDate(), cpr.MustParse("670761-4285").BirthDate())
	for i := range 1000 {
		assert.Equal(t, cprtest.Number(i).BirthDate(), cprtest.Replacement(i).BirthDate())
	}
}

// 1900 had no leap day and 2000 had one; the seventh digit tells them apart.
func TestParse_leap_days(t *testing.T) {
	for seventh := range 10 {
		for yy := range 100 {
			for _, d := range []int{29, 89} {
				_, err := cpr.Parse(fmt.Sprintf("%02d02%02d%d001", d, yy, seventh))
				exists := yy%4 == 0 && (yy > 0 || seventh >= 4)
				require.Equal(t, exists, err == nil, "day %d, YY %02d, seventh digit %d", d, yy, seventh)
				if err != nil {
					refusedWith(t, err, cpr.ReasonLeapDay)
				}
			}
		}
	}
	n, err := cpr.Parse("8902004001")
	require.NoError(t, err)
	assert.Equal(t, day(2000, time.February, 29), n.BirthDate(), "not moved to 1 March")
}

func TestRequireBornBy(t *testing.T) {
	n := cpr.MustParse("2712589100")
	assert.NoError(t, n.RequireBornBy(day(1958, time.December, 27)))
	assert.NoError(t, n.RequireBornBy(day(2026, time.January, 1)))
	refusedWith(t, n.RequireBornBy(day(1958, time.December, 26)), cpr.ReasonNotYetBorn)
	refusedWith(t, n.RequireBornBy(time.Time{}), cpr.ReasonNotYetBorn)
	refusedWith(t, cprtest.Number(1).RequireBornBy(day(2049, time.December, 31)), cpr.ReasonNotYetBorn)
	refusedWith(t, cpr.Number{}.RequireBornBy(day(2026, time.January, 1)), cpr.ReasonMissing)

	tvind := time.FixedZone("Tværmose, Ikast-Brande", 3600)
	assert.NoError(t, n.RequireBornBy(time.Date(1958, time.December, 27, 0, 30, 0, 0, tvind)), "the 26th in UTC")
	west := time.FixedZone("Qaanaaq", -4*3600)
	refusedWith(t, n.RequireBornBy(time.Date(1958, time.December, 26, 23, 0, 0, 0, west)), cpr.ReasonNotYetBorn)
}

func TestSex_is_the_last_digit_alone(t *testing.T) {
	assert.Equal(t, cpr.Male, cpr.MustParse("2101270087").Sex())
	assert.Equal(t, cpr.Female, cpr.MustParse("2712589100").Sex())
	for d := range 10 {
		want := cpr.Female
		if d%2 == 1 {
			want = cpr.Male
		}
		assert.Equal(t, want, cpr.MustParse(fmt.Sprintf("010150-500%d", d)).Sex(), "last digit %d", d)
		assert.Equal(t, want, cpr.MustParse(fmt.Sprintf("610150-500%d", d)).Sex(), "last digit %d", d)
	}
	assert.Equal(t, []string{"", "male", "female", ""}, []string{cpr.Sex(0).String(), cpr.Male.String(), cpr.Female.String(), cpr.Sex(9).String()})
}

func TestKind_words(t *testing.T) {
	assert.Equal(t, []string{"", "ordinary", "replacement", ""},
		[]string{cpr.Kind(0).String(), cpr.Ordinary.String(), cpr.Replacement.String(), cpr.Kind(9).String()})
}
