package stralfors

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// maxRaw is how much of an answer is kept as evidence.
const maxRaw = 64 << 10

func raw(b []byte) eboks.Raw { return eboks.NewRaw(slices.Clone(b[:min(len(b), maxRaw)])) }

// unknown is an answer that is neither a success nor a failure.
func unknown(resp *httpx.Response, why string) *eboks.Error {
	return &eboks.Error{Kind: eboks.OutcomeUnknown, Status: resp.Status, Why: why, Raw: raw(resp.Body)}
}

// depth says where in an answer a Fejl is about the whole call.
type depth int

const (
	onTop      depth = 1 // the root or a child of it; deeper ones are about one letter of many
	everywhere depth = strictxml.MaxDepth
)

// read sorts an answer. What comes back is the root of a success, nil for one
// that has no body, or an error; a Fejl is one whatever the status.
func (s *Sender) read(op *operation, resp *httpx.Response, deep depth) (*strictxml.Element, *eboks.Error) {
	root, unreadable := strictxml.Parse(resp.Body)
	page := isPage(resp, root)
	if f := faultIn(root, deep); f != nil && !page {
		e := s.judge(f, resp)
		if resp.Status < http.StatusMultipleChoices {
			e.Then = perhaps(e.Then) // head and body contradict each other
		}
		return nil, e
	}
	switch {
	case !slices.Contains(op.expect, resp.Status):
		return nil, s.byStatus(resp, resp.Status == http.StatusConflict && len(resp.Body) == 0)
	case !resp.Taken:
		return nil, unknown(resp, "the answer came before the whole letter had left")
	case resp.Status == http.StatusNoContent, len(resp.Body) == 0 && s.cfg.Wire.EmptyAnswer:
		return nil, nil
	case len(resp.Body) == 0:
		return nil, unknown(resp, "the answer is empty; if that is how Strålfors says that it has the letter, set Wire.EmptyAnswer")
	case unreadable != nil:
		return nil, unknown(resp, "the answer is no XML that can be read; a page for people, perhaps")
	}
	return root, nil
}

// byStatus is for an answer whose body says nothing. A status alone is no verdict
// about a letter: servers and filters on the way send every one of them.
func (s *Sender) byStatus(resp *httpx.Response, ownWords bool) *eboks.Error {
	e := eboks.StatusError(eboks.HTTPAnswer{
		Status: resp.Status, Header: resp.Header, OwnWords: ownWords, Partly: !resp.Taken, Unasked: resp.Unasked,
	}, s.now())
	e.Raw = raw(resp.Body)
	if resp.Status < http.StatusMultipleChoices {
		e.Why = "a status of success that Wire.Operations does not expect"
	}
	return e
}

// isPage reports whether an answer is a page for people, which no distributor's is.
func isPage(resp *httpx.Response, root *strictxml.Element) bool {
	return strings.Contains(strings.ToLower(resp.Header.Get("Content-Type")), "html") ||
		strings.HasPrefix(http.DetectContentType(resp.Body), "text/html") ||
		root != nil && strings.EqualFold(root.Name.Local, "html")
}

// fault is a Fejl element. Its text may name people and is not read.
type fault struct{ code string }

// faultIn finds the Fejl of an answer. Several at once are one without a code.
func faultIn(e *strictxml.Element, deep depth) *fault {
	if e == nil {
		return nil
	}
	if e.Name.Local == "Fejl" && (e.Name.Space == "" || strings.HasPrefix(e.Name.Space, "urn:oio:")) {
		code, err := e.TextOf("FejlKode")
		if err != nil {
			code = ""
		}
		return &fault{code: code}
	}
	if deep == 0 {
		return nil
	}
	var found *fault
	for _, c := range e.Children {
		f := faultIn(c, deep-1)
		switch {
		case f == nil:
		case found == nil:
			found = f
		default:
			return new(fault)
		}
	}
	return found
}

// judge says what a Fejl means.
func (s *Sender) judge(f *fault, resp *httpx.Response) *eboks.Error {
	e := s.byStatus(resp, true)
	e.Code = s.word(f.code)
	v, known := s.cfg.Wire.Codes[f.code]
	switch {
	case e.Kind == eboks.AuthFailed, e.Kind == eboks.Throttled:
		// About the sender, whatever the body says of the letter.
	case slices.Contains(s.cfg.Wire.Duplicates, f.code):
		e.Kind, e.Then, e.Why = eboks.AlreadyAccepted, eboks.Ask, ""
	case known:
		e.Kind, e.Reachability, e.Why = v.Kind, v.Reachability, ""
		e.Then = v.then()
	case resp.Status < http.StatusMultipleChoices, e.Kind == eboks.Rejected && resp.Status != http.StatusRequestEntityTooLarge:
		e.Kind, e.Then = eboks.Rejected, eboks.Decide
		e.Why = "an error number that Wire.Codes does not list; it may also mean that the id was used before (Wire.Duplicates)"
	}
	return e
}

// word keeps of an error number what is one: four digits at most, or a word of
// our own tables.
func (s *Sender) word(code string) string {
	_, known := s.cfg.Wire.Codes[code]
	if known || slices.Contains(s.cfg.Wire.Duplicates, code) || len(code) <= 4 && isDigits(code) {
		return code
	}
	return ""
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// possible reports whether an answer can mean v.
func (v Verdict) possible() bool {
	switch v.Kind {
	case eboks.RecipientUnreachable:
		return v.Reachability != eboks.Reachable && v.Reachability <= eboks.InvalidNumber
	case eboks.Rejected, eboks.Throttled, eboks.Unavailable, eboks.AuthFailed, eboks.ConfigInvalid, eboks.AlreadyAccepted, eboks.OutcomeUnknown:
		return v.Reachability == eboks.ReachabilityUnknown
	}
	return false
}

// asked makes an error of a call that brings no letter say nothing of one.
func asked(e *eboks.Error) *eboks.Error {
	e.Then = eboks.Ask
	return e
}

// then is what an error number says of the letter, beside a status of failure.
func (v Verdict) then() eboks.Then {
	switch v.Kind {
	case eboks.Rejected, eboks.RecipientUnreachable:
		return eboks.Stop
	case eboks.AlreadyAccepted, eboks.OutcomeUnknown:
		return eboks.Ask
	default:
		return eboks.Retry
	}
}

// perhaps is t for a letter that the distributor may have all the same.
func perhaps(t eboks.Then) eboks.Then {
	if t == eboks.Stop || t == eboks.Decide {
		return eboks.Decide
	}
	return eboks.Ask
}

// question makes an error of a call that changes nothing one of its own kinds, as
// a Client does for the methods of the seam: there is no outcome to be unknown.
func question(e *eboks.Error) *eboks.Error {
	switch {
	case e.Kind != eboks.OutcomeUnknown:
	case e.Status == 0 || e.Status >= http.StatusInternalServerError:
		e.Kind = eboks.Unavailable
	default:
		e.Kind = eboks.ReceiptInvalid
	}
	return asked(e)
}

// own fills in what a Client fills in for the methods of the seam.
func own(op string, e *eboks.Error) *eboks.Error {
	e.Op, e.Sender = op, name
	return e
}
