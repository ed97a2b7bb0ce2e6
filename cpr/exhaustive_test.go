package cpr

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The counts come from the reference, where every serial of every date was
// walked by other code.
const (
	countPairs      = 365_246 // (date with two-digit year, seventh digit)
	countLowSeventh = 36_524  // for each seventh digit of 0 to 3: no 29 February 1900
	countWellFormed = 365_209_476
	countChecksumOK = 33_200_858
	count1800s      = 61_360_000
	count1900s      = 192_079_476
	count2000s      = 111_770_000
	fewestPerDate   = 363
	mostPerDate     = 546
)

// tableYear is the century table as CPR-kontoret prints it, row by row, written
// apart from the package's own.
func tableYear(yy, seventh int) int {
	columns := [3]int{}
	switch seventh {
	case 0, 1, 2, 3:
		columns = [3]int{1900, 1900, 1900}
	case 4:
		columns = [3]int{2000, 1900, 1900}
	case 5, 6, 7, 8:
		columns = [3]int{2000, 2000, 1800}
	case 9:
		columns = [3]int{2000, 1900, 1900}
	}
	switch {
	case yy <= 36:
		return columns[0] + yy
	case yy <= 57:
		return columns[1] + yy
	}
	return columns[2] + yy
}

// lastDay returns the last day of a month by the calendar of package time.
func lastDay(year, month int) int {
	return time.Date(year, time.Month(month+1), 0, 0, 0, 0, 0, time.UTC).Day()
}

// Every six digits, month and day possible or not, with every seventh digit:
// ten million numbers, of which 365,246 are ordinary and as many replacement
// numbers.
func TestParse_every_date_and_seventh_digit(t *testing.T) {
	stride := 1
	if raceDetector || testing.Short() {
		stride = 7
	}
	var pairs [3]int // by Kind
	var low int
	b := []byte("0000000002")
	for yy := 0; yy < 100; yy += stride {
		b[4], b[5] = '0'+byte(yy/10), '0'+byte(yy%10)
		for seventh := range 10 {
			b[6] = '0' + byte(seventh)
			year := tableYear(yy, seventh)
			for month := range 100 {
				b[2], b[3] = '0'+byte(month/10), '0'+byte(month%10)
				last := 0
				if 1 <= month && month <= 12 {
					last = lastDay(year, month)
				}
				for day := range 100 {
					b[0], b[1] = '0'+byte(day/10), '0'+byte(day%10)
					kind, born := Kind(0), 0
					switch {
					case 1 <= day && day <= last:
						kind, born = Ordinary, day
					case 61 <= day && day-60 <= last:
						kind, born = Replacement, day-60
					}
					n, err := Parse(string(b))
					if (err == nil) != (kind != 0) || n.Kind() != kind {
						t.Fatalf("%s: %v, kind %q, want %q", b, err, n.Kind(), kind)
					}
					if kind == 0 {
						continue
					}
					if y, m, d := n.BirthDate().Date(); y != year || int(m) != month || d != born {
						t.Fatalf("%s: born %d-%d-%d", b, y, m, d)
					}
					pairs[kind]++
					if kind == Ordinary && seventh < 4 {
						low++
					}
				}
			}
		}
	}
	if stride == 1 {
		assert.Equal(t, countPairs, pairs[Ordinary])
		assert.Equal(t, countPairs, pairs[Replacement])
		assert.Equal(t, 4*countLowSeventh, low)
	}
}

// everyPair calls f with each of the 365,246 pairs, as the first number of its
// thousand: serial 1 after a seventh digit of 0, otherwise d000.
func everyPair(t *testing.T, f func(p parts)) {
	t.Helper()
	for yy := range 100 {
		for seventh := range 10 {
			for month := 1; month <= 12; month++ {
				for day := 1; day <= 31; day++ {
					p := parts{day, month, yy, max(seventh*1000, 1)}
					if p.check() == 0 {
						f(p)
					}
				}
			}
		}
	}
}

// The counts of all numbers. The weighted sum of a number is that of its first
// seven digits and that of its last three (TestWeightedSum_adds_up), so the
// numbers of a pair that pass are counted by rest without walking them.
func TestCounts(t *testing.T) {
	var rests [11]int // how many of 000 to 999 have each rest
	for x := range uint64(1000) {
		rests[weightedSum(x)%11]++
	}
	var pairs, wellFormed, passing int
	births := map[int]int{}
	perDate := map[time.Time]int{}
	everyPair(t, func(p parts) {
		size := 1000
		first := p
		first.serial -= p.serial % 1000
		rest := weightedSum(first.integer()) % 11
		pass := rests[(11-rest)%11]
		if first.serial == 0 { // 0000 is no serial
			size--
			if rest == 0 {
				pass--
			}
		}
		n := Number{key.scramble(p.integer())}
		born := n.BirthDate()
		pairs++
		wellFormed += size
		passing += pass
		births[born.Year()/100] += size
		perDate[born] += pass
	})
	assert.Equal(t, countPairs, pairs)
	assert.Equal(t, countWellFormed, wellFormed)
	assert.Equal(t, countChecksumOK, passing)
	assert.Equal(t, map[int]int{18: count1800s, 19: count1900s, 20: count2000s}, births)

	fewest, most := countWellFormed, 0
	for _, c := range perDate {
		fewest, most = min(fewest, c), max(most, c)
	}
	assert.Equal(t, fewestPerDate, fewest)
	assert.Equal(t, mostPerDate, most)
	assert.Len(t, perDate, 73_049, "each day from 1 January 1858 to 31 December 2057")
}

// Every number of a good many dates through Parse itself, digit by digit, with
// the laws that bind the answers together.
func TestParse_every_serial(t *testing.T) {
	stride := 197
	if raceDetector || testing.Short() {
		stride = 997
	}
	var all []parts
	i := 0
	everyPair(t, func(p parts) {
		if i++; i%stride == 0 {
			all = append(all, p)
		}
	})
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	failed := make([]string, workers)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(all) && failed[w] == ""; i += workers {
				failed[w] = walkThousand(all[i])
			}
		})
	}
	wg.Wait()
	for _, f := range failed {
		require.Empty(t, f)
	}
}

// walkThousand checks the serials that share p's date and seventh digit, and
// returns what went wrong.
func walkThousand(p parts) string {
	for p.serial -= p.serial % 1000; ; p.serial++ {
		s := written(p.day, p.month, p.yy, p.serial, p.serial%2 == 0)
		n, err := Parse(s)
		if p.serial == 0 {
			if err == nil {
				return "0000 was taken"
			}
			continue
		}
		sum := 0
		for i, c := range n.Reveal() {
			sum += []int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1}[i] * int(c-'0')
		}
		sex := Female
		if p.serial%2 == 1 {
			sex = Male
		}
		switch {
		case err != nil:
			return s + " was refused"
		case n.Reveal() != written(p.day, p.month, p.yy, p.serial, false):
			return s + " was changed"
		case n.ChecksumOK() != (sum%11 == 0):
			return s + ": checksum"
		case n.Sex() != sex:
			return s + ": sex"
		case n.RequireOrdinary() != nil:
			return s + ": kind"
		}
		if p.serial%1000 == 999 {
			return ""
		}
	}
}
