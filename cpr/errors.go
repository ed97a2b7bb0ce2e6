package cpr

import (
	"errors"
	"strconv"
)

// ErrInputInvalid is found by errors.Is in every [*Error]. Trying again with
// the same input never helps.
var ErrInputInvalid = errors.New("cpr: input invalid")

// Error says why something is no usable CPR number. It never holds any of the
// input.
type Error struct {
	Reason Reason
	// Pos is the place of the character at fault, counted from 1 in the input as
	// given, for ReasonCharacter and ReasonSeparator. Otherwise 0.
	Pos int
}

func (e *Error) Error() string {
	s := "cpr: " + e.Reason.String()
	if e.Pos > 0 {
		s += " (at position " + strconv.Itoa(e.Pos) + ")"
	}
	return s
}

// Unwrap returns [ErrInputInvalid].
func (e *Error) Unwrap() error { return ErrInputInvalid }

// Reason is the rule that an input broke, fit for choosing a hint to the person
// who typed it. Where several are broken, the form counts before the date, and
// the first place at fault before the others.
type Reason uint8

// What [Parse] refuses.
const (
	_               Reason = iota
	ReasonEmpty            // nothing but blanks
	ReasonCharacter        // a character that is no ASCII digit
	ReasonSeparator        // something else than one hyphen after the sixth digit
	ReasonLetters          // letters in the last four places, as hospitals (eCPR) and schools make them
	ReasonLength           // not ten digits
	ReasonMonth            // the month is not 01 to 12
	ReasonDay              // the month has no such day
	ReasonLeapDay          // 29 February in a year without one
	ReasonSerial           // the last four digits are 0000
)

// What the other functions refuse.
const (
	ReasonMissing     Reason = iota + ReasonSerial + 1 // the zero Number
	ReasonReplacement                                  // a replacement number (day + 60) where only ordinary ones will do
	ReasonNotYetBorn                                   // the birth date lies after the day asked for
	ReasonKey                                          // the key of a pseudonym is too short
	ReasonInteger                                      // a number instead of text: its leading zeros are lost
	ReasonType                                         // neither text nor nothing
	ReasonBytes                                        // a column of bytes; a Plain goes into a text column
)

var reasons = [...]string{
	ReasonEmpty:       "no digits",
	ReasonCharacter:   "a character is not a digit",
	ReasonSeparator:   "the separator is not a single hyphen after the sixth digit",
	ReasonLetters:     "letters in the last four places, as in temporary numbers of hospitals and schools",
	ReasonLength:      "not ten digits",
	ReasonMonth:       "the month is not 01 to 12",
	ReasonDay:         "the month has no such day",
	ReasonLeapDay:     "the year has no 29 February",
	ReasonSerial:      "the serial number is 0000",
	ReasonMissing:     "there is no number",
	ReasonReplacement: "a replacement number where only an ordinary one will do",
	ReasonNotYetBorn:  "born after the day in question",
	ReasonKey:         "the key of a pseudonym is shorter than 32 bytes",
	ReasonInteger:     "an integer, which loses leading zeros; store the number as text",
	ReasonType:        "not a text",
	ReasonBytes:       "a column of bytes; store the number as text",
}

// String returns the reason in words.
func (r Reason) String() string {
	if int(r) >= len(reasons) || r == 0 {
		return "unknown reason"
	}
	return reasons[r]
}
