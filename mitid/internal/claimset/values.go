package claimset

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// ErrMalformed is only compared with nil.
var ErrMalformed = errors.New("malformed")

// ProtectedName stands in place of the name of a person with a protected name and
// address. Service providers that may not see the name get it (Signaturgruppen, MitID
// claims).
const ProtectedName = "NAVNE & ADRESSEBESKYTTET"

// Verbatim returns s.
func Verbatim(s string) (string, error) { return s, nil }

// Bool reads "true" and "false" and no other spelling, because such a claim decides in
// whose name a person acts.
func Bool(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, ErrMalformed
}

// Day reads a date of the form 2006-01-02.
func Day(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.IsZero() {
		return time.Time{}, ErrMalformed
	}
	return t, nil
}

// UnixTime reads seconds since 1970, from a JSON number or a text. A fraction is
// rounded down. Zero is refused.
func UnixTime(s string) (time.Time, error) {
	n, ok := strictjson.Seconds(s, false)
	if !ok || n == 0 || n > lastSecond {
		return time.Time{}, ErrMalformed
	}
	return time.Unix(n, 0).UTC(), nil
}

// Age reads one to three digits.
func Age(s string) (int, error) {
	if len(s) > 3 || !allDigits(s) {
		return 0, ErrMalformed
	}
	return strconv.Atoi(s)
}

// RID reads a RID: digits. Their number is not published.
func RID(s string) (string, error) {
	if !allDigits(s) {
		return "", ErrMalformed
	}
	return s, nil
}

// CPR reads a CPR number without hyphen and blanks, as the broker sends it.
func CPR(s string) (cpr.Number, error) {
	if len(s) != 10 {
		return cpr.Number{}, ErrMalformed
	}
	return cpr.Parse(s)
}

// NemIDPID reads 9208-2002-2- and twelve digits.
func NemIDPID(s string) (string, error) {
	if !cprshape.IsNemIDPID(s) {
		return "", ErrMalformed
	}
	return s, nil
}

// Unpadded removes the padding of the fixed fields of CPR: blanks at the ends and
// leading zeros ("001" → "1", "  tv" → "tv", "000" → "").
func Unpadded(s string) string { return strings.TrimLeft(strings.Trim(s, " "), "0") }

// Authenticators reads the words of amr and mitid_amr, with and without the prefix
// of MitID Erhverv. The brokers spell code_app_enhanced as code_app_enchanced.
func Authenticators(words []string) []claims.Authenticator {
	var all []claims.Authenticator
	for _, word := range words {
		bare := word
		for _, prefix := range []string{"mitid:", "mitid."} {
			if rest, ok := strings.CutPrefix(word, prefix); ok {
				bare = rest
			}
		}
		var a claims.Authenticator
		switch bare {
		case "code_app":
			a.Kind = claims.App
		case "code_app_enchanced", "code_app_enhanced":
			a.Kind = claims.AppEnhanced
		case "password":
			a.Kind = claims.Password
		case "code_token":
			a.Kind = claims.CodeDisplay
		case "code_reader":
			a.Kind = claims.CodeReader
		case "u2f_token":
			a.Kind = claims.Chip
		default:
			a.Word = word
		}
		all = append(all, a)
	}
	return all
}

// allDigits reports whether s is a run of ASCII digits.
func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
