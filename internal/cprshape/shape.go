// Package cprshape finds what may be a CPR number in texts that other people
// wrote, in the disguises in which people and machines write one. It is for texts
// that must not hold any: titles of letters, names, addresses, and what a broker
// tells without being asked. It would rather see a number too many.
package cprshape

import (
	"strings"
	"unicode"
)

// Between two parts of a number there are no more separators than this.
const maxSeparators = 5

// cprForms are the lengths of the parts in which people write a CPR number; one of
// them with the year in full.
var cprForms = [][]int{
	{10}, {6, 4}, {4, 2, 4}, {6, 2, 2}, {3, 3, 4}, {2, 2, 2, 4}, {2, 2, 2, 2, 2}, {8, 4}, {2, 2, 4, 4},
	{1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
}

// letterO is the letter O, Latin, Greek and Cyrillic.
const letterO = "OoΟοОо"

// In reports whether s has digits that could be a CPR number: in one of
// cprForms, beginning with a possible day and month. It would rather refuse:
//   - A run of more than ten digits passes only if neither its first nor its last
//     ten begin with a day and month. So most EANs pass, and a CPR number with a
//     digit too many does not.
//   - A date with a year of two digits, and right behind it a time or a year
//     ("24.12.25 1200", "24.12.25 10:30", "01-01-26 – 2026"), is refused, because a
//     CPR number may look the same. A word between them ("kl.") lets it pass.
//   - Any sign that is neither letter nor digit separates.
//
// The letter O is read both as itself and as a zero.
func In(s string) bool {
	if !hasDigits(s) {
		return false // most texts: ten letters O are no date
	}
	return holdsNumber(digitGroups(s, "")) || holdsNumber(digitGroups(s, letterO))
}

func hasDigits(s string) bool { return strings.ContainsFunc(s, unicode.IsNumber) }

func holdsNumber(groups []string) bool {
	for i, g := range groups {
		if n := len(g); n > 10 && (beginsWithDate(g) || beginsWithDate(g[n-10:])) {
			return true
		}
		for _, form := range cprForms {
			if hasForm(groups[i:], form) && beginsWithDate(strings.Join(groups[i:i+len(form)], "")) {
				return true
			}
		}
	}
	return false
}

func hasForm(groups []string, form []int) bool {
	if len(groups) < len(form) {
		return false
	}
	for i, n := range form {
		if len(groups[i]) != n {
			return false
		}
	}
	return true
}

// digitGroups returns the runs of digits in s, with an empty one where words or too
// many separators lie between. A digit that is none of 0 to 9, whatever its script
// or shape, is a '?'.
func digitGroups(s, zeros string) []string {
	var groups []string
	var group []byte
	next := func() { groups, group = append(groups, string(group)), nil }
	separators := 0 // since the last digit
	for _, r := range s {
		digit := byte('?')
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
			continue // seen by nobody, or on top of a digit
		case r >= '0' && r <= '9':
			digit = byte(r)
		case strings.ContainsRune(zeros, r):
			digit = '0'
		case unicode.In(r, unicode.Nd, unicode.No):
		case unicode.IsLetter(r):
			separators = maxSeparators + 1
			continue
		default:
			separators++
			continue
		}
		if separators > maxSeparators {
			next()
		}
		if separators > 0 {
			next()
		}
		group = append(group, digit)
		separators = 0
	}
	next()
	return groups
}

// beginsWithDate reports whether the first four of digits may be the day and the
// month of a CPR number. In replacement numbers 60 is added to the day.
func beginsWithDate(digits string) bool {
	var day, month bool
	for d := 1; d <= 31; d++ {
		day = day || mayBe(digits[:2], d) || mayBe(digits[:2], d+60)
		month = month || d <= 12 && mayBe(digits[2:4], d)
	}
	return day && month
}

// mayBe reports whether two digits may be the number n; a '?' may be any digit.
func mayBe(digits string, n int) bool {
	return (digits[0] == '?' || int(digits[0]-'0') == n/10) && (digits[1] == '?' || int(digits[1]-'0') == n%10)
}
