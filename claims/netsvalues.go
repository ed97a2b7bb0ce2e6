package claims

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// nsis is how every level of the Nets brokers begins.
const nsis = "https://data.gov.dk/concept/core/nsis/"

// netsLevel reads the URIs of NSIS and no other spelling of a level.
func netsLevel(s string) Level {
	if !strings.HasPrefix(s, nsis) {
		return LevelUnknown
	}
	l, err := ParseLevel(s)
	if err != nil {
		return LevelUnknown
	}
	return l
}

// unixTime reads seconds since 1970, a JSON number or a text that holds one. A
// fraction is rounded down. Zero is no time.
func unixTime(s string) (time.Time, error) {
	n, ok := strictjson.Seconds(s, false)
	if !ok || n == 0 || n > lastSecond {
		return time.Time{}, errMalformed
	}
	return time.Unix(n, 0).UTC(), nil
}

// someTime reads seconds, or the text date that an E-Ident token of 2021
// had. Anything else is not told.
func someTime(s string) (time.Time, error) {
	if t, err := unixTime(s); err == nil {
		return t, nil
	}
	t, err := time.Parse("02-01-2006 15:04:05 UTC", s)
	if err != nil {
		return time.Time{}, nil
	}
	return t, nil
}

// someDay reads a date of the form 2006-01-02 or 02.01.2006.
func someDay(s string) (time.Time, error) {
	if len(s) == len("02.01.2006") && s[2] == '.' {
		t, err := time.Parse("02.01.2006", s)
		if err != nil || t.IsZero() {
			return time.Time{}, errMalformed
		}
		return t, nil
	}
	return day(s)
}

// toldTruth reads a boolean that may be missing.
func toldTruth(s string) (*bool, error) {
	b, err := truth(s)
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// unbase64 reads standard base64 with padding, as it is sent and returned.
func unbase64(s string) (string, error) {
	if strings.ContainsAny(s, "\r\n") { // which the decoder passes over
		return "", errMalformed
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return "", errMalformed
	}
	return string(b), nil
}

// nemIDPID reads 9208-2002-2- and twelve digits.
func nemIDPID(s string) (string, error) {
	const prefix = "9208-2002-2-"
	if len(s) != len(prefix)+12 || s[:len(prefix)] != prefix || !allDigits(s[len(prefix):]) {
		return "", errMalformed
	}
	return s, nil
}

// employeeID reads a RID: digits alone, or the form of certificates,
// CVR:31884357-RID:72131748, of which it keeps the digits of the RID.
func employeeID(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "CVR:"); ok {
		cvr, rid, _ := strings.Cut(rest, "-RID:")
		if _, err := ParseCVR(cvr); err != nil {
			return "", errMalformed
		}
		s = rid
	}
	return roleID(s)
}

// personStatus reads the words of Nets eID Broker for a civil status, in any
// letter case: the vendor's pages differ in it. A word that nobody knows is
// StatusNotTold.
func personStatus(s string) CPRStatus {
	lower := make([]byte, len(s))
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower) {
	case "active":
		return StatusResident
	case "activewithhighroadcode":
		return StatusResidentHighRoad
	case "activeregisteredresidenceingreenlandiccpr":
		return StatusGreenland
	case "activeregisteredresidenceingreenlandiccprwithhighroadcode":
		return StatusGreenlandHighRoad
	case "activeadministrativesocialsecuritynumber":
		return StatusAdministrative
	case "cancelledsocialsecuritynumber":
		return StatusCancelled
	case "deletedsocialsecuritynumber":
		return StatusDeleted
	case "changedsocialsecuritynumber":
		return StatusChanged
	case "missing":
		return StatusMissing
	case "emigrated":
		return StatusEmigrated
	case "deceased":
		return StatusDead
	}
	return StatusNotTold
}

// netsAuthenticators reads the words of amr and mitid_amr, with and without the
// prefix that MitID Erhverv puts before them. code_app_enchanced is how the
// brokers spell it.
func netsAuthenticators(words []string) []Authenticator {
	var all []Authenticator
	for _, word := range words {
		bare := word
		for _, prefix := range []string{"mitid:", "mitid."} {
			if rest, ok := strings.CutPrefix(word, prefix); ok {
				bare = rest
			}
		}
		var a Authenticator
		switch bare {
		case "code_app":
			a.Kind = App
		case "code_app_enchanced", "code_app_enhanced":
			a.Kind = AppEnhanced
		case "password":
			a.Kind = Password
		case "code_token":
			a.Kind = CodeDisplay
		case "code_reader":
			a.Kind = CodeReader
		case "u2f_token":
			a.Kind = Chip
		default:
			a.Word = word
		}
		all = append(all, a)
	}
	return all
}
