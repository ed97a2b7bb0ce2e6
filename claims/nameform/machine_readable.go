package nameform

import (
	"errors"
	"strings"
)

// MaxName is the longest name that MachineReadable takes, in characters.
const MaxName = 128

// MachineReadableOptions are the choices that ICAO Doc 9303 leaves to the state
// which issues the document. The zero value is what Danish documents do.
type MachineReadableOptions struct {
	Language Language // of the document; needed for Cyrillic letters only
	Umlauts  Umlauts  // Ä Ö Ü
	SingleA  bool     // Å as A. If zero, it is AA
	LongN    bool     // Ñ as NXX. If zero, it is N
}

// Umlauts is how a document writes Ä, Ö and Ü.
type Umlauts uint8

// The ways.
const (
	UmlautsWithE Umlauts = iota // AE OE UE: Germany, Austria, Switzerland, Hungary, the Nordic countries
	UmlautsPlain                // A O U
	UmlautsUXX                  // AE OE UXX
)

// Language is the language of a document in Cyrillic script, as in BCP 47.
type Language string

// The languages whose letters the tables of Doc 9303 tell apart.
const (
	Belarusian Language = "be"
	Bulgarian  Language = "bg"
	Macedonian Language = "mk"
	Russian    Language = "ru"
	Serbian    Language = "sr"
	Ukrainian  Language = "uk"
)

// NameReason says why a name cannot be written in the machine-readable alphabet.
type NameReason uint8

// The reasons.
const (
	_                   NameReason = iota
	NameEmpty                      // no letter in it
	NameTooLong                    // more than MaxName characters
	NameLetter                     // a letter that the tables do not have, or of a script that is out of scope
	NameSign                       // a digit or another sign that no name has
	NameLanguageMissing            // Cyrillic letters, and Language is not set
	NameLanguageUnknown            // Language is none of the constants
)

var nameReasons = [...]string{
	"unknown reason", "no letters", "too long", "a letter that the tables do not have", "a sign that no name has",
	"Cyrillic letters without the language of the document", "a language that the tables do not tell apart",
}

// String returns the reason in words.
func (r NameReason) String() string {
	if int(r) >= len(nameReasons) {
		r = 0
	}
	return nameReasons[r]
}

// ErrName is found in every [*NameError].
var ErrName = errors.New("nameform: a name without transliteration")

// NameError says why a name cannot be transliterated. It holds nothing of the
// name.
type NameError struct {
	Reason NameReason
	// Pos is the place of the character at fault, counted from 1 in characters
	// after NFC, for NameLetter, NameSign and NameLanguageMissing. Otherwise 0.
	Pos int
}

func (e *NameError) Error() string { return "nameform: name: " + e.Reason.String() }

// Unwrap returns [ErrName].
func (e *NameError) Unwrap() error { return ErrName }

// MachineReadable writes a name in A to Z and single blanks, as in the code line of a
// passport or ID card: Søren Gråbøl is SOEREN GRAABOEL. In MitID Erhverv administrators
// must type the names of foreign employees like that, and a name that differs from the
// document is refused (https://www.mitid-erhverv.dk, Create foreign employees).
//
// The result is a suggestion. Many states print something else, and the code line of the
// document decides. Names are not cut to the width of a code line.
//
// The tables are those of ICAO Doc 9303, part 3, section 6, for Latin and Cyrillic
// letters. If a letter is not in them, it is looked up without its marks (Ș, Ế). If it is
// still not there, MachineReadable returns an error. It leaves out the Cyrillic soft sign,
// as the table says. Hyphens, commas and the filler < of a code line become blanks.
// Apostrophes and other punctuation are removed. The error is a [*NameError].
func MachineReadable(name string, opts MachineReadableOptions) (string, error) {
	letters, err := transliterate(name, opts.Language)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, l := range letters {
		b.WriteString(l.choose(opts))
	}
	return b.String(), nil
}

// SameMachineReadable reports whether two names can be written alike in the
// machine-readable alphabet, by the choices that states have and, for Cyrillic letters, in
// some language: Müller and MULLER, Åse and AASE. Either may be a code line. It compares
// spelling and not persons. Names in another order or cut short differ.
//
// If one of the names cannot be transliterated, the error is a [*NameError].
func SameMachineReadable(a, b string) (bool, error) {
	same, err := sameIn(a, b, "")
	var missing *NameError
	if !errors.As(err, &missing) || missing.Reason != NameLanguageMissing {
		return same, err
	}
	for _, language := range []Language{Belarusian, Bulgarian, Macedonian, Russian, Serbian, Ukrainian} {
		if same, err = sameIn(a, b, language); same || err != nil {
			break
		}
	}
	return same, err
}

func sameIn(a, b string, language Language) (bool, error) {
	as, err := transliterate(a, language)
	if err != nil {
		return false, err
	}
	bs, err := transliterate(b, language)
	if err != nil {
		return false, err
	}
	return canBeEqual(as, bs), nil
}
