package postnord

import (
	"bytes"
	"mime"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
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
	e := s.byStatus(r)
	switch {
	case r.Status != http.StatusConflict && r.Status != statusUsed:
		switch { // others on the way write JSON and XML too
		case e.Kind != eboks.Rejected || speaks(r):
		case r.Status == http.StatusRequestEntityTooLarge:
			e.Alarm = true
		default:
			e.Then, e.Why = eboks.Decide, "the answer may be the distributor's; look at what it says, and ask before the letter is sent another way"
		}
	case len(r.Body) == 0 || speaks(r):
		e.Kind, e.Then, e.Why = eboks.AlreadyAccepted, eboks.Ask, ""
	default:
		e.Kind, e.Then, e.Why = eboks.OutcomeUnknown, eboks.Ask, "it may mean that the id was used before, but it is not in the distributor's words"
	}
	return e
}

// speaks reports whether an answer is in words that only the distributor has: a fault, an
// element of its namespace, or the members of a record.
func speaks(r *httpx.Response) bool {
	if isXML(r.Body) {
		e, err := strictxml.Parse(r.Body)
		return err == nil && (e.Name.Local == fault || strings.HasPrefix(e.Name.Space, "urn:eboks"))
	}
	known := false
	err := strictjson.Members(r.Body, func(name string, _ *strictjson.Value) error {
		known = known || name == "message_id" || name == "recipients"
		return nil
	})
	return err == nil && known
}

// ofTheRoad reports whether a status is never about a letter, whatever stands below it.
func ofTheRoad(status int) bool {
	switch status {
	case 402, 406, 407, 411, 412, 414, 416, 417, 421, 423, 424, 425, 426, 428, 431, 451:
		return true
	default:
		return status >= 440 && status < 500
	}
}

// byStatus classifies an answer that is no success by its status.
func (s *Sender) byStatus(r *httpx.Response) *eboks.Error {
	e := eboks.StatusError(eboks.HTTPAnswer{Status: r.Status, Header: r.Header, OwnWords: ownWords(r), Partly: !r.Taken, Unasked: r.Unasked}, s.now())
	e.Raw, e.Code = raw(r.Body), faultCode(r.Body)
	return e
}

// ownWords reports whether the distributor wrote the answer, as far as that shows: it is
// XML or JSON, and says so. Pages of HTML, plain text and empty answers come from servers
// and filters on the way too. A fault is enough by itself.
func ownWords(r *httpx.Response) bool {
	if ofTheRoad(r.Status) || mediaType(r) == "application/problem+json" {
		return false
	}
	typed := strings.HasSuffix(mediaType(r), "xml") || strings.HasSuffix(mediaType(r), "json")
	if isXML(r.Body) {
		e, err := strictxml.Parse(r.Body)
		return err == nil && (e.Name.Local == fault || typed && !strings.EqualFold(e.Name.Local, "html"))
	}
	return typed && strictjson.Members(r.Body, func(string, *strictjson.Value) error { return nil }) == nil
}

// foreign reports whether an answer has a body that the distributor did not write.
func foreign(r *httpx.Response) bool { return len(r.Body) > 0 && !ownWords(r) }

// isPage reports whether an answer is a page for people, by its type or its beginning.
func isPage(r *httpx.Response) bool {
	body := bytes.TrimLeft(r.Body, "\ufeff\t\n\r ")
	begins := strings.ToLower(string(body[:min(len(body), len("<!doctype html"))]))
	return strings.HasSuffix(mediaType(r), "html") || strings.HasPrefix(begins, "<html") || begins == "<!doctype html"
}

// mediaType is the type that an answer says it has, in lower case.
func mediaType(r *httpx.Response) string {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media
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

// faultIn returns the fault that body is, nil if it is none.
func faultIn(body []byte) *strictxml.Element {
	if !isXML(body) {
		return nil
	}
	if e, err := strictxml.Parse(body); err == nil && e.Name.Local == fault {
		return e
	}
	return nil
}

// faultCode returns the number in a fault, "" when body is none or when what it
// has is no number.
func faultCode(body []byte) string {
	e := faultIn(body)
	if e == nil {
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
	switch {
	case e.Kind == eboks.OutcomeUnknown && e.Status == http.StatusConflict: // no id is used by a question
		e.Kind, e.Why = eboks.AuthFailed, "something in front of the distributor answers; look at servers and filters on the way"
	case e.Kind == eboks.OutcomeUnknown && (e.Status == 0 || e.Status/100 == 3 || e.Status >= http.StatusInternalServerError), e.Kind == eboks.AlreadyAccepted:
		e.Kind = eboks.Unavailable
	}
	return e
}
