package claims

import (
	"errors"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/cpr"
)

// errMalformed is only compared with nil.
var errMalformed = errors.New("malformed")

// criiptoLevel reads the broker's three words and no other spelling.
func criiptoLevel(s string) Level {
	switch s {
	case "LOW":
		return Low
	case "SUBSTANTIAL":
		return Substantial
	case "HIGH":
		return High
	}
	return LevelUnknown
}

// truth reads a boolean in text. Anything else, such as "TRUE", is refused: it
// decides in whose name a person acts.
func truth(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errMalformed
}

// day reads a date of the form 2006-01-02.
func day(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.IsZero() {
		return time.Time{}, errMalformed
	}
	return t, nil
}

// instant reads a time of the form 2006-01-02T15:04:05.999Z. Its punctuation is
// checked here, since time.Parse lets a comma and missing zeros pass.
func instant(s string) (time.Time, error) {
	const shape = "0000-00-00T00:00:00"
	if len(s) <= len(shape) || s[len(s)-1] != 'Z' {
		return time.Time{}, errMalformed
	}
	for i := range len(shape) {
		if shape[i] == '0' && (s[i] < '0' || s[i] > '9') {
			return time.Time{}, errMalformed
		}
	}
	if fraction := s[len(shape) : len(s)-1]; fraction != "" && fraction[0] != '.' {
		return time.Time{}, errMalformed
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() {
		return time.Time{}, errMalformed
	}
	return t, nil
}

// age reads one to three digits.
func age(s string) (int, error) {
	if len(s) > 3 || !allDigits(s) {
		return 0, errMalformed
	}
	return strconv.Atoi(s)
}

// roleID reads a RID: digits, how many is written down nowhere.
func roleID(s string) (string, error) {
	if !allDigits(s) {
		return "", errMalformed
	}
	return s, nil
}

// tenDigits reads a CPR number without hyphen and blanks, as the broker sends it.
func tenDigits(s string) (cpr.Number, error) {
	if len(s) != 10 {
		return cpr.Number{}, errMalformed
	}
	return cpr.Parse(s)
}
