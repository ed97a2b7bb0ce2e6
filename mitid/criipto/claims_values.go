package criipto

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// levelOf reads the broker's three words and no other spelling.
func levelOf(s string) claims.Level {
	switch s {
	case "LOW":
		return claims.Low
	case "SUBSTANTIAL":
		return claims.Substantial
	case "HIGH":
		return claims.High
	}
	return claims.LevelUnknown
}

// instant reads a time of the form 2006-01-02T15:04:05.999Z. It checks the punctuation
// itself, because time.Parse accepts a comma and missing zeros.
func instant(s string) (time.Time, error) {
	const shape = "0000-00-00T00:00:00"
	if len(s) <= len(shape) || s[len(s)-1] != 'Z' {
		return time.Time{}, claimset.ErrMalformed
	}
	for i := range len(shape) {
		if shape[i] == '0' && (s[i] < '0' || s[i] > '9') {
			return time.Time{}, claimset.ErrMalformed
		}
	}
	if fraction := s[len(shape) : len(s)-1]; fraction != "" && fraction[0] != '.' {
		return time.Time{}, claimset.ErrMalformed
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() {
		return time.Time{}, claimset.ErrMalformed
	}
	return t, nil
}
