package stralfors

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/shownline"
)

const (
	maxPage     = 1000
	defaultPage = 100
)

var (
	codeForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)
	elementForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)
)

// withDefaults checks w and fills in what is zero.
func (w Wire) withDefaults() (Wire, error) {
	if why := w.wrong(); why != "" {
		return w, invalid("Wire." + why)
	}
	w.Codes, w.Duplicates = maps.Clone(w.Codes), slices.Clone(w.Duplicates)
	w.CarrierCodes, w.LetterNames = maps.Clone(w.CarrierCodes), slices.Clone(w.LetterNames)
	fill(&w.Namespace, Namespace3)
	if w.NumberNamespace == "" {
		if w.NumberNamespace = w.Namespace; w.Namespace == Namespace1 {
			w.NumberNamespace = NumberNamespace1
		}
	}
	fill(&w.FileFormat, "PDF")
	fill(&w.Channels.Digital, "Digital Post")
	fill(&w.Channels.Print, "Fysisk Post")
	fill(&w.LogMarker, "TransaktionsIdentifikator")
	if len(w.LetterNames) == 0 {
		w.LetterNames = []string{"AfsendelseIdentifikator", "MessageUUID", "MessageId"}
	}
	if w.PageSize == 0 {
		w.PageSize = defaultPage
	}
	if w.Zone == nil {
		zone, err := time.LoadLocation("Europe/Copenhagen")
		if err != nil {
			return w, invalid("this machine has no time zones: set Wire.Zone, or import time/tzdata")
		}
		w.Zone = zone
	}
	return w, nil
}

func fill(s *string, d string) {
	if *s == "" {
		*s = d
	}
}

// wrong names the first setting that is.
func (w *Wire) wrong() string {
	notElement := func(s string) bool { return !elementForm.MatchString(s) }
	switch {
	case w.PageSize < 0 || w.PageSize > maxPage:
		return "PageSize must be 1 to 1000"
	case w.Namespace != "" && w.Namespace != Namespace3 && w.Namespace != Namespace1:
		return "Namespace must be Namespace3 or Namespace1"
	case w.NumberNamespace != "" && (!clean(w.NumberNamespace, 200) || strings.Contains(w.NumberNamespace, " ")):
		return "NumberNamespace is no namespace"
	case w.LogMarker != "" && notElement(w.LogMarker):
		return "LogMarker is no name of an element"
	case slices.ContainsFunc(w.LetterNames, notElement):
		return "LetterNames has one that is no name of an element"
	}
	for _, word := range []string{w.Channels.Digital, w.Channels.Print, w.Channels.Either} {
		if word != "" && !clean(word, 100) {
			return "Channels has a word that is too long or not one line"
		}
	}
	if why := outside([]field{{"FileFormat", "FilformatNavn", w.FileFormat}}); why != "" {
		return why
	}
	return w.wrongCodes()
}

func (w *Wire) wrongCodes() string {
	const form = ": an error number has at most 32 letters, digits, '-', '_' or '.'"
	for code, v := range w.Codes {
		switch {
		case !codeForm.MatchString(code):
			return "Codes" + form
		case !v.possible():
			return "Codes: a Verdict has a Kind that no answer can have, or a Reachability without RecipientUnreachable"
		case slices.Contains(w.Duplicates, code):
			return "Codes and Wire.Duplicates name the same error number"
		}
	}
	if slices.ContainsFunc(w.Duplicates, func(code string) bool { return !codeForm.MatchString(code) }) {
		return "Duplicates" + form
	}
	for code, status := range w.CarrierCodes {
		switch {
		case !isDigits(code) || len(code) > maxCarrierCode:
			return "CarrierCodes: a number of carrier news has at most five digits"
		case status != eboks.HandedToCarrier && status != eboks.CarrierUpdate && status != eboks.Returned:
			return "CarrierCodes: carrier news is HandedToCarrier, CarrierUpdate or Returned"
		}
	}
	return ""
}

// clean reports whether s is one line of at most limit characters, without blanks
// at its ends.
func clean(s string, limit int) bool {
	return shownline.Fault(s, limit) == "" && strings.TrimSpace(s) == s
}
