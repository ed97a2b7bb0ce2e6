package signing

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/cprshape"
)

const (
	maxReference = 64
	maxTitle     = 255
	maxURL       = 2048
	maxID        = 512 // bytes of an ID that a service makes; a limit of ours
)

// checkReference holds a name that the caller makes to its form.
func checkReference(field, s string) *Error {
	switch {
	case s == "":
		return inputInvalid(field + " is missing; make a new one and store it first")
	case len(s) > maxReference || strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
	}):
		return inputInvalid(field + " must be 1 to 64 letters (a–z), digits, '-', '_' or '.'")
	case cprshape.Known{}.In(s):
		return inputInvalid(field + " has ten digits that could be a CPR number")
	}
	return nil
}

// checkText refuses a text that people read unless it is clean, short, and without a CPR
// number.
func checkText(field, s string) *Error {
	switch {
	case strings.TrimSpace(s) == "":
		return inputInvalid(field + " is empty")
	case !utf8.ValidString(s):
		return inputInvalid(field + " is not UTF-8")
	case utf8.RuneCountInString(s) > maxTitle:
		return inputInvalid(field + " is longer than " + strconv.Itoa(maxTitle) + " characters")
	case strings.ContainsFunc(s, hidden):
		return inputInvalid(field + " has control characters")
	case cprshape.In(s):
		return inputInvalid(field + " has ten digits that could be a CPR number; everybody who gets the document sees it")
	}
	return nil
}

// hidden reports characters that have no place in a line of text: controls, line breaks
// of all kinds, what turns the direction of writing.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) || r == '\uFFFE' || r == '\uFFFF'
}

// checkReturnURL refuses an address to which a browser should not be sent.
func checkReturnURL(s string) *Error {
	u, err := url.Parse(s)
	switch {
	case err != nil || len(s) > maxURL || u.Hostname() == "" || u.Opaque != "" || strings.ContainsFunc(s, hidden):
		return inputInvalid("ReturnURL is not an absolute address")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return inputInvalid("ReturnURL must be https; http is for this machine alone")
	case u.User != nil || u.Fragment != "":
		return inputInvalid("ReturnURL has a user name or a fragment")
	case cprshape.Known{}.In(s):
		return inputInvalid("ReturnURL has ten digits that could be a CPR number")
	}
	return nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// valid reports whether id can be the name that a service gave to something.
func (id ID) valid() bool {
	return id != "" && len(id) <= maxID && utf8.ValidString(string(id)) && !strings.ContainsFunc(string(id), hidden)
}
