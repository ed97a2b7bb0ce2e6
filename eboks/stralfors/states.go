package stralfors

import (
	"strings"
	"unicode"

	"github.com/dkeid/dkeid/eboks"
)

// state is one of the states of the log: Connect's name of it, that of the same
// event in SF1601, and its UUID there.
type state struct {
	name, event, uuid string
	status            eboks.Status
}

// states are all that are known. Only AfleveretDigitalPost is delivery; one live
// sender takes ModtagetDigitalPost for it, which is too early.
var states = [...]state{
	{"Afsendt", "Afsendt", "db5a6025-caa3-45c3-8e02-4e6fa8142ade", eboks.Submitted},
	{"ModtagetStraalforsConnect", "Modtaget Fjernprint", "dd98e71c-41ac-4305-a47b-8f86b00e639b", eboks.Accepted},
	{"Fejlet", "Fejlet", "e225a75c-4b63-46c4-9423-77f5c8762445", eboks.Failed},
	{"Klar", "Klar", "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8", eboks.Queued},
	{"AfleveretTilPrintOgKuvertering", "Afleveret til print og kuvertering", "e3c0a021-2070-40d4-b7b7-754aeba762e9", eboks.PrintQueued},
	{"ModtagetPostDanmark", "Modtaget Post Danmark", "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3", eboks.HandedToCarrier},
	{"Tilbagekaldt", "Tilbagekaldt", "f03904aa-df6e-417f-bd74-6a01a61adbcf", eboks.Recalled},
	{"OpdateringFraPostDanmark", "Opdatering fra Post Danmark", "f4e6eb11-0261-4198-8b5d-be92a9b1a35d", eboks.CarrierUpdate},
	{"ModtagetDigitalPost", "Modtaget Digital Post", "eb866ca2-b871-4387-b501-12cde577bd58", eboks.AcceptedDigital},
	{"AfleveretDigitalPost", "Afleveret Digital Post", "f7161a89-5068-4023-bc80-d7f4daad2a2e", eboks.DeliveredDigital},
}

// stateOf finds the state that a word of the log, a name or a UUID, stands for.
// What no table knows is Unknown, without a word.
func stateOf(word string) (code string, status eboks.Status) {
	word = strings.TrimPrefix(normal(word), "urnuuid")
	for _, s := range states {
		if word == normal(s.uuid) || word == normal(s.name) || word == normal(s.event) {
			return s.name, s.status
		}
	}
	return "", eboks.Unknown
}

// idOf reads a letter's id as systems write one: in either letter case, in braces,
// after "urn:uuid:", without hyphens. ok is false for what is no UUID.
func idOf(text string) (id eboks.ID, ok bool) {
	const prefix, digits = "urn:uuid:", 32
	if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		text = text[len(prefix):]
	}
	if inner, found := strings.CutPrefix(text, "{"); found && strings.HasSuffix(inner, "}") {
		text = strings.TrimSuffix(inner, "}")
	}
	if len(text) == digits {
		text = text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
	}
	id, err := eboks.ParseID(text)
	return id, err == nil
}

// normal makes one of the spellings of a word: its letters and digits, in lower
// case, å as aa. Systems write blanks, hyphens and braces as they like: the log of
// one live sender has "Modtaget Fjern-print", another's "Modtaget Fjernprint".
func normal(s string) string {
	const longest = 100
	if len(s) > longest {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, spelling.Replace(strings.ToLower(s)))
}

var spelling = strings.NewReplacer("å", "aa", "a\u030a", "aa")
