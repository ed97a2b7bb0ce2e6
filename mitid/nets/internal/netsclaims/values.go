package netsclaims

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// nsis is the prefix of every level of the Nets brokers.
const nsis = "https://data.gov.dk/concept/core/nsis/"

// Level reads the URIs of NSIS and no other spelling of a level.
func Level(s string) claims.Level {
	if !strings.HasPrefix(s, nsis) {
		return claims.LevelUnknown
	}
	l, err := claims.ParseLevel(s)
	if err != nil {
		return claims.LevelUnknown
	}
	return l
}

// Day reads a date of the form 2006-01-02 or 02.01.2006.
func Day(s string) (time.Time, error) {
	if len(s) == len("02.01.2006") && s[2] == '.' {
		t, err := time.Parse("02.01.2006", s)
		if err != nil || t.IsZero() {
			return time.Time{}, claimset.ErrMalformed
		}
		return t, nil
	}
	return claimset.Day(s)
}

// Base64 reads standard base64 with padding, as it is sent and returned.
func Base64(s string) (string, error) {
	if strings.ContainsAny(s, "\r\n") { // the decoder ignores line breaks
		return "", claimset.ErrMalformed
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return "", claimset.ErrMalformed
	}
	return string(b), nil
}

// employeeID reads a RID: digits alone, or the form of certificates,
// CVR:31884357-RID:72131748, of which it keeps the digits of the RID.
func employeeID(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "CVR:"); ok {
		cvr, rid, _ := strings.Cut(rest, "-RID:")
		if _, err := claims.ParseCVR(cvr); err != nil {
			return "", claimset.ErrMalformed
		}
		s = rid
	}
	return claimset.RID(s)
}

// Differ reports whether neither of a and b is zero, and they are not equal.
func Differ[T comparable](a, b T) bool {
	var none T
	return a != none && b != none && a != b
}

// IsUUID reports whether s is u or empty.
func IsUUID(s string, u claims.UUID) bool {
	v, err := claims.ParseUUID(s)
	return s == "" || err == nil && v == u
}
