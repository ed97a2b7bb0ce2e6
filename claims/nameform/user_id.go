package nameform

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/cpr"
)

// The lengths of a MitID user ID, in characters.
const (
	UserIDMin = 5
	UserIDMax = 48
)

// UserIDReason says which rule for MitID user IDs a text breaks.
type UserIDReason uint8

// The reasons. The first that applies is given.
const (
	_                 UserIDReason = iota
	UserIDTooShort                 // fewer than UserIDMin characters
	UserIDTooLong                  // more than UserIDMax characters
	UserIDCharacter                // something else than a-z, æ, ø, å in either case, digits, blanks and {}!#$^,*()_+-=:;?.@
	UserIDBlankAtEnds              // a blank first or last
	UserIDTenDigits                // ten digits, as a CPR number has, and at most signs and blanks between them
)

var userIDReasons = [...]string{
	"unknown reason", "too short", "too long", "a character that is not allowed", "a blank at an end", "ten digits",
}

// String returns the reason in words.
func (r UserIDReason) String() string {
	if int(r) >= len(userIDReasons) {
		r = 0
	}
	return userIDReasons[r]
}

// ErrUserID is found in every [*UserIDError].
var ErrUserID = errors.New("nameform: not a MitID user ID")

// UserIDError says why a text is no MitID user ID. It holds nothing of the text, because
// a user ID is confidential.
type UserIDError struct{ Reason UserIDReason }

func (e *UserIDError) Error() string { return "nameform: not a MitID user ID: " + e.Reason.String() }

// Unwrap returns [ErrUserID].
func (e *UserIDError) Unwrap() error { return ErrUserID }

// userIDSigns are the signs that a user ID may have besides letters and digits.
const userIDSigns = " {}!#$^,*()_+-=:;?.@"

// ValidateUserID reports whether a person could choose s as their MitID user ID,
// by the rules that municipalities publish (Aabenraa, Herning). It has UserIDMin to
// UserIDMax characters: a-z, æ, ø, å in either case, digits, the signs
// {}!#$^,*()_+-=:;?.@, and blanks that are not first or last. It must not look like a CPR
// number: ten digits with nothing, signs or blanks between them. Characters are counted
// after NFC, so an å typed as a and a ring is one.
//
// The error is a [*UserIDError]. Only MitID knows whether the user ID is taken.
func ValidateUserID(s string) error {
	// The longest user ID consists of letters with a separate ring, three bytes each.
	if len(s) > UserIDMax*len("a\u030a") {
		return &UserIDError{UserIDTooLong}
	}
	s = norm.NFC.String(s)
	switch n := utf8.RuneCountInString(s); {
	case n < UserIDMin:
		return &UserIDError{UserIDTooShort}
	case n > UserIDMax:
		return &UserIDError{UserIDTooLong}
	}
	for _, r := range s {
		if !userIDCharacter(r) {
			return &UserIDError{UserIDCharacter}
		}
	}
	switch {
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return &UserIDError{UserIDBlankAtEnds}
	case len(digitsAlone(s)) == 10:
		return &UserIDError{UserIDTenDigits}
	}
	return nil
}

func userIDCharacter(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	}
	return strings.ContainsRune(userIDSigns+"æøåÆØÅ", r) && r != utf8.RuneError
}

// UserIDLooksLikeCPR reports whether s is a CPR number, with nothing, signs or blanks
// between its digits. ValidateUserID refuses it. Tell the person why: others can see a
// user ID when it is typed.
func UserIDLooksLikeCPR(s string) bool {
	_, err := cpr.Parse(digitsAlone(s))
	return err == nil
}

// digitsAlone returns the digits of a text without letters, and "" for any other text.
func digitsAlone(s string) string {
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}
