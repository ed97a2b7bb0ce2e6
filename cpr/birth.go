package cpr

import "time"

// replacementDay is added to the day of birth in a replacement number.
const replacementDay = 60

// monthDays holds the longest length of each month; 29 February is checked
// against the year on its own.
var monthDays = [13]uint8{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// An era is one row of the century table: the two-digit years up to last belong
// to the century early, the others to late.
type era struct{ last, early, late int }

// eras is the century table of CPR-kontoret ("Personnummeret i CPR-systemet",
// 1 July 2008, pages 5 to 7) by the seventh digit.
var eras = [10]era{
	0: {99, 1900, 1900},
	1: {99, 1900, 1900},
	2: {99, 1900, 1900},
	3: {99, 1900, 1900},
	4: {36, 2000, 1900},
	5: {57, 2000, 1800},
	6: {57, 2000, 1800},
	7: {57, 2000, 1800},
	8: {57, 2000, 1800},
	9: {36, 2000, 1900},
}

// year returns the year of birth, 1858 to 2057.
func (p parts) year() int {
	e := &eras[p.serial/1000]
	if p.yy <= e.last {
		return e.early + p.yy
	}
	return e.late + p.yy
}

// leap reports whether the year of birth has a 29 February. From 1858 to 2057
// only 1900 breaks the rule of four.
func (p parts) leap() bool { return p.yy%4 == 0 && p.year() != 1900 }

// birthday returns the day of the month.
func (p parts) birthday() int {
	if p.day > replacementDay {
		return p.day - replacementDay
	}
	return p.day
}

// BirthDate returns the registered date of birth at midnight UTC, for ordinary
// and replacement numbers alike. It lies between 1858 and 2057 and may lie ahead.
// For the zero Number it is the zero time.
//
// It is the date as registered: people without a known birthday are registered
// on 1 January, and a correction leads to a new number.
func (n Number) BirthDate() time.Time {
	if n.v == 0 {
		return time.Time{}
	}
	p := n.parts()
	return time.Date(p.year(), time.Month(p.month), p.birthday(), 0, 0, 0, 0, time.UTC)
}

// RequireBornBy refuses a number whose owner is not yet born on the calendar day
// of t, in t's location, with [ReasonNotYetBorn], and the zero Number with
// [ReasonMissing]. The caller brings the day: nothing in this package asks a
// clock.
func (n Number) RequireBornBy(t time.Time) error {
	if n.v == 0 {
		return &Error{Reason: ReasonMissing}
	}
	y, m, d := t.Date()
	if n.BirthDate().After(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) {
		return &Error{Reason: ReasonNotYetBorn}
	}
	return nil
}
