package cprtest

import (
	"time"

	"github.com/dkeid/dkeid/cpr"
)

// The synthetic people are born on one of the 2,922 days from 1 January 2050 to
// 31 December 2057, where the century table ends, with serials from 5000 to 8999.
const (
	firstYear   = 2050
	days        = 2922
	firstSerial = 5000
	serials     = 4000
	tens        = serials / 10
	hundreds    = serials / 100
	stride      = 1009 // shares no factor with days, so that it visits each day once
)

// How many different numbers each function gives.
const (
	numbers  = days * serials      // Number, Replacement
	passing  = days * hundreds * 9 // WithChecksum
	failing  = days * tens * 4 * 2 // WithoutChecksum
	bornADay = 3998                // Born, for each date
)

// Number returns the i-th ordinary number: a woman's for even i, a man's for
// odd i. About one in eleven passes modulus 11. There are 11,688,000 different
// ones, for i from 0; outside that range they come again.
func Number(i int) cpr.Number {
	date, serial := ordinary(i)
	return number(0, date, serial)
}

// Replacement returns the i-th replacement number (day + 60), otherwise equal to
// Number(i).
func Replacement(i int) cpr.Number {
	date, serial := ordinary(i)
	return number(60, date, serial)
}

// WithChecksum returns the i-th ordinary number among those that pass modulus 11.
// The check digit decides the sex; both occur. There are 1,051,920 different ones.
func WithChecksum(i int) cpr.Number {
	i = wrap(i, passing)
	date, i := day(i), i/days
	skip, prefix := i%9, firstSerial/10+i/9*10
	for { // of the ten prefixes in a hundred serials at most one has no check digit
		if last, ok := checkDigit(date, prefix); ok {
			if skip == 0 {
				return number(0, date, prefix*10+last)
			}
			skip--
		}
		prefix++
	}
}

// WithoutChecksum returns the i-th ordinary number among those that fail modulus
// 11, which are just as valid: a woman's for even i, a man's for odd i. There are
// 9,350,400 different ones.
func WithoutChecksum(i int) cpr.Number {
	i = wrap(i, failing)
	sex, i := i%2, i/2
	date, i := day(i), i/days
	skip, prefix := i%4, firstSerial/10+i/4
	check, passes := checkDigit(date, prefix)
	last := sex
	for { // of the five last digits of one sex at most one passes
		if !passes || last != check {
			if skip == 0 {
				return number(0, date, prefix*10+last)
			}
			skip--
		}
		last += 2
	}
}

// Born returns the i-th replacement number (day + 60) of somebody born on the
// calendar day of date, in date's location: a woman's for even i, a man's for odd
// i. There are 3,998 different ones for each day. Outside the century table,
// before 1858 or after 2057, Born returns the zero Number.
func Born(date time.Time, i int) cpr.Number {
	var first int // the first even serial of the century
	switch y := date.Year(); {
	case y < 1858 || y > 2057:
		return cpr.Number{}
	case y < 1900:
		first = 5000
	case y < 2000:
		first = 2
	case y < 2037:
		first = 4000
	default:
		first = 5000
	}
	return number(60, date, first+wrap(i, bornADay))
}

// ordinary returns the date of birth and the serial number of the i-th person.
func ordinary(i int) (date time.Time, serial int) {
	i = wrap(i, numbers)
	sex, i := i%2, i/2
	return day(i), firstSerial + i/days*2 + sex
}

// day returns the date of birth of the i-th person.
func day(i int) time.Time {
	return time.Date(firstYear, time.January, 1+i%days*stride%days, 0, 0, 0, 0, time.UTC)
}

// number writes the digits of a date, with add added to the day, and a serial.
func number(add int, date time.Time, serial int) cpr.Number {
	y, m, d := date.Date()
	var digits [10]byte
	x := (d+add)*1e4 + int(m)*100 + y%100
	for i := 5; i >= 0; i-- {
		digits[i] = '0' + byte(x%10)
		x /= 10
	}
	for i := 9; i >= 6; i-- {
		digits[i] = '0' + byte(serial%10)
		serial /= 10
	}
	return cpr.MustParse(string(digits[:]))
}

// checkDigit returns the last digit with which a date and the three digits after
// it pass modulus 11; for one rest there is none.
func checkDigit(date time.Time, prefix int) (digit int, ok bool) {
	y, m, d := date.Date()
	sum := 4*(d/10) + 3*(d%10) + 2*(int(m)/10) + 7*(int(m)%10) + 6*(y/10%10) + 5*(y%10) +
		4*(prefix/100) + 3*(prefix/10%10) + 2*(prefix%10)
	digit = (11 - sum%11) % 11
	return digit, digit < 10
}

// wrap brings i into 0 to n-1.
func wrap(i, n int) int { return (i%n + n) % n }
