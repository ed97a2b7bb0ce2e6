package signing

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/shownline"
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
	if fault := shownline.Fault(s, maxTitle); fault != "" {
		return inputInvalid(field + fault)
	}
	if cprshape.In(s) {
		return inputInvalid(field + " has ten digits that could be a CPR number; everybody who gets the document sees it")
	}
	return nil
}

// checkReturnURL refuses an address to which a browser should not be sent.
func checkReturnURL(s string) *Error {
	u, err := url.Parse(s)
	switch {
	case err != nil || len(s) > maxURL || u.Hostname() == "" || u.Opaque != "" || strings.ContainsFunc(s, shownline.Hidden):
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
	return id != "" && len(id) <= maxID && utf8.ValidString(string(id)) && !strings.ContainsFunc(string(id), shownline.Hidden)
}
