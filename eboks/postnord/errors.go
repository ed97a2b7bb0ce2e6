package postnord

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// statusUsed is what one of the public senders gets for a message id that was
// used before; the other two get 409.
const statusUsed = 419

// maxRaw bounds what is kept of an answer, in bytes.
const maxRaw = 64 << 10

func configInvalid(why string) error {
	return &eboks.Error{Kind: eboks.ConfigInvalid, Sender: name, Op: "new", Why: why}
}

// refused classifies the answer to a letter that is no success.
func (s *Sender) refused(r *httpx.Response) *eboks.Error {
	e := eboks.StatusError(r.Status, r.Header, faultCode(r.Body) != "", s.now())
	if r.Status == statusUsed {
		*e = eboks.Error{Kind: eboks.AlreadyAccepted, Status: r.Status}
	}
	e.Raw, e.Code = raw(r.Body), faultCode(r.Body)
	return e
}

// unclear is the answer to a letter of which nobody can say what became.
func unclear(r *httpx.Response, why string) *eboks.Error {
	return &eboks.Error{Kind: eboks.OutcomeUnknown, Status: r.Status, Why: why, Raw: raw(r.Body)}
}

// alarming is the same where answers may have been swapped.
func alarming(r *httpx.Response, why string) *eboks.Error {
	e := unclear(r, why)
	e.Alarm = true
	return e
}

func raw(body []byte) eboks.Raw {
	return eboks.NewRaw(bytes.Clone(body[:min(len(body), maxRaw)]))
}

// fault is the element in which the OIO interfaces of this family say what is
// wrong. That Dispatch does so too is likely, not certain.
const fault = "Fejl"

// faultCode returns the number in a fault, "" when body is none or when what it
// has is no number.
func faultCode(body []byte) string {
	if !isXML(body) {
		return ""
	}
	e, err := strictxml.Parse(body)
	if err != nil || e.Name.Local != fault {
		return ""
	}
	code, err := e.TextOf("FejlKode")
	if err != nil || len(code) > 4 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// isXML reports whether body is meant as XML, with or without a byte order mark.
func isXML(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff\t\n\r "), []byte("<"))
}

// asRead makes the failure of a question out of that of a call. A question takes
// nothing in, so it may be asked again whenever no answer came.
func asRead(e *eboks.Error) *eboks.Error {
	if e.Kind == eboks.OutcomeUnknown && (e.Status == 0 || e.Status >= http.StatusInternalServerError) ||
		e.Kind == eboks.AlreadyAccepted {
		e.Kind = eboks.Unavailable
	}
	return e
}
