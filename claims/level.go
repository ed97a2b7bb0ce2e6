package claims

import (
	"errors"
	"fmt"
)

// Level is a level of assurance on the NSIS scale (National Standard for
// Identiteters Sikringsniveauer 2.0.1, chapter 3). The zero value is "no level
// known", which is below every other and satisfies no demand.
type Level uint8

// The levels, lowest first, so that they compare with < and >=.
const (
	LevelUnknown Level = iota
	Low
	Substantial
	High
)

// ErrLevel says that a text is no spelling of a level.
var ErrLevel = errors.New("claims: not a level of assurance")

// ParseLevel reads the spellings that brokers and NemLog-in use, byte for byte:
// no other letter case, no blanks, no prefix.
//
// Some texts look like levels and are not. They are errors, as is the empty text: the
// acr urn:eident:cert:eidas:high, which E-Ident gives to every login; the business acr of
// Criipto; the numbers 1 to 4 of OIOSAML 2, which are another scale.
func ParseLevel(s string) (Level, error) {
	switch s {
	case "low", // requests, and this package
		"LOW", // Criipto: loA, ial, aal, fal
		"Low", // OIOSAML 3: attribute values
		"https://data.gov.dk/concept/core/nsis/Low",     // Nets: loa, ial, aal, acr
		"https://data.gov.dk/concept/core/nsis/loa/Low", // OIOSAML 3: AuthnContextClassRef
		"urn:grn:authn:dk:mitid:low",                    // Criipto: acr
		"urn:eident:acrp:level:low":                     // E-Ident: acr of a request
		return Low, nil
	case "substantial", "SUBSTANTIAL", "Substantial",
		"https://data.gov.dk/concept/core/nsis/Substantial",
		"https://data.gov.dk/concept/core/nsis/loa/Substantial",
		"urn:grn:authn:dk:mitid:substantial",
		"urn:eident:acrp:level:substantial":
		return Substantial, nil
	case "high", "HIGH", "High",
		"https://data.gov.dk/concept/core/nsis/High",
		"https://data.gov.dk/concept/core/nsis/loa/High",
		"urn:grn:authn:dk:mitid:high",
		"urn:eident:acrp:level:high":
		return High, nil
	}
	return LevelUnknown, ErrLevel
}

// String returns low, substantial, high or unknown.
func (l Level) String() string {
	switch l {
	case LevelUnknown:
		return "unknown"
	case Low:
		return "low"
	case Substantial:
		return "substantial"
	case High:
		return "high"
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// IsValid reports whether l is Low, Substantial or High.
func (l Level) IsValid() bool { return l >= Low && l <= High }

// MarshalText writes low, substantial or high; nothing for LevelUnknown.
func (l Level) MarshalText() ([]byte, error) {
	switch {
	case l == LevelUnknown:
		return nil, nil
	case l.IsValid():
		return []byte(l.String()), nil
	}
	return nil, ErrLevel
}

// UnmarshalText reads what ParseLevel reads, and the empty text as LevelUnknown.
func (l *Level) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = LevelUnknown
		return nil
	}
	v, err := ParseLevel(string(text))
	if err != nil {
		return err
	}
	*l = v
	return nil
}

// Levels are the assurance levels that were achieved, not those asked for.
type Levels struct {
	LoA Level `json:"loa,omitzero"` // level of assurance: the lowest of the others, as the broker computed it
	IAL Level `json:"ial,omitzero"` // how well the identity was proven
	AAL Level `json:"aal,omitzero"` // how strong the authenticator was
	FAL Level `json:"fal,omitzero"` // how well the assertion was protected
}
