package postnord

import (
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// record is what the other side says of one message, in the answer to the letter
// and, with more about its way, in a list of states.
type record struct {
	Message    *string   `json:"message_id"`
	Recipients []outcome `json:"recipients"`
}

// outcome is what became of a message for one recipient. A nil word was not
// given, which is not the same as an empty one.
type outcome struct {
	Number *string `json:"nr"`
	Status *string `json:"status"`
	Reject *string `json:"reject_reason"`
	Post   *string `json:"post_processing_status"`
}

// The other side's words about a recipient. The empty one says that all is well.
var statuses = map[string]eboks.Reachability{
	"":        eboks.Reachable,
	"exempt":  eboks.Exempt,
	"invalid": eboks.NotRegistered,
	"dead":    eboks.Deceased,
	"minor":   eboks.Minor,
}

// invalid is the word that the other side answers with post-processing, which it
// may take up after it has answered.
const invalid = "invalid"

// The other side's words about what it does with a letter that has no mailbox.
// An empty one says that nothing needs to be done.
var processing = map[string]eboks.Status{
	"":                  eboks.Unknown,
	"pending":           eboks.Queued,
	"address resolved":  eboks.PrintQueued,
	"address not found": eboks.Failed,
	"remote printed":    eboks.PrintQueued,
}

// verdict is an outcome whose words are all known.
type verdict struct {
	reach  eboks.Reachability
	status eboks.Status
	code   string // in the other side's words
	kept   bool   // the other side has the letter, or may have
}

// valid stands for the empty word in codes.
const valid = "valid"

// judge reads an outcome. ok is false when it has a word that no table knows, or
// lacks one.
func (o *outcome) judge() (v verdict, ok bool) {
	if o.Status == nil || o.Post == nil {
		return verdict{}, false
	}
	reach, known := statuses[*o.Status]
	post, knownPost := processing[*o.Post]
	if !known || !knownPost {
		return verdict{}, false
	}
	if reach == eboks.Reachable && o.Reject != nil && *o.Reject != "" {
		return verdict{}, false // well and rejected at once
	}
	v = verdict{reach: reach, status: post, code: *o.Status, kept: *o.Post != "" || *o.Status == "" || *o.Status == invalid}
	if v.code == "" {
		v.code = valid
	}
	switch {
	case *o.Post != "":
		v.code += " " + *o.Post
	case reach == eboks.Reachable:
		v.status = eboks.AcceptedDigital
	default:
		v.status = eboks.Failed
	}
	return v, true
}

// sameMessage reports whether two message ids are one: letter case, braces around an id
// and the hyphens of a UUID are how programs write it, not what it is.
func sameMessage(a, b string) bool {
	plain := func(s string) string {
		if inner, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(inner, "}") {
			s = inner[:len(inner)-1]
		}
		return strings.ReplaceAll(s, "-", "")
	}
	return strings.EqualFold(plain(a), plain(b))
}

// taken reads the answer that a success came with.
func (s *Sender) taken(l *eboks.Letter, message string, r *httpx.Response) (*eboks.Receipt, error) {
	receipt := &eboks.Receipt{ID: l.ID, Status: eboks.Accepted, Reference: message, At: s.now().UTC(), SHA256: l.Document.SHA256()}
	if code := faultCode(r.Body); code != "" {
		return nil, &eboks.Error{Kind: eboks.Rejected, Status: r.Status, Code: code, Raw: raw(r.Body),
			Then: eboks.Decide, Why: "the answer is a success whose body says error"}
	}
	var rec record
	err := strictjson.Unmarshal(r.Body, &rec)
	switch {
	case (err != nil || rec.Message == nil) && s.cfg.Answer == AnswerStatus && faultIn(r.Body) == nil && !isPage(r):
		receipt.Raw = raw(r.Body)
		return receipt, nil
	case err != nil:
		return nil, unclear(r, "the answer is not the one that was agreed")
	case rec.Message == nil:
		return nil, unclear(r, "the answer names no letter")
	case !sameMessage(*rec.Message, message):
		return nil, alarming(r, "the answer is about another letter")
	case len(rec.Recipients) != 1:
		return nil, unclear(r, "the answer is not about one recipient")
	}
	o := &rec.Recipients[0]
	if e := s.notFor(l.To, o, r); e != nil {
		return nil, e
	}
	v, ok := o.judge()
	if !ok {
		return nil, unclear(r, "the answer is in words that are not known here")
	}
	if v.reach != eboks.Reachable || v.status == eboks.Failed {
		return nil, v.unreachable(r)
	}
	receipt.Status, receipt.Raw = v.status, raw(r.Body)
	return receipt, nil
}

// notFor is the error for an outcome that is not the recipient's, nil when it is.
func (s *Sender) notFor(to eboks.Recipient, o *outcome, r *httpx.Response) *eboks.Error {
	_, number, err := recipient(to)
	switch {
	case err == nil && o.Number != nil && *o.Number == number:
		return nil
	case o.Number != nil && *o.Number != "":
		return alarming(r, "the answer is about another recipient")
	case s.cfg.RecipientOptional:
		return nil
	}
	return unclear(r, "the answer does not name the recipient")
}

// unreachable is the error for a letter that does not get into a mailbox.
func (v *verdict) unreachable(r *httpx.Response) *eboks.Error {
	e := &eboks.Error{Kind: eboks.RecipientUnreachable, Code: v.code, Status: r.Status, Raw: raw(r.Body), Then: eboks.Stop}
	if v.kept {
		e.Then = eboks.Decide
	}
	if v.reach != eboks.Reachable {
		e.Reachability = v.reach
	}
	switch {
	case v.status == eboks.Failed && !v.kept:
	case v.status == eboks.Failed && v.code == invalid:
		e.Why = "the distributor may take it up for print; ask before sending it another way"
	case v.status == eboks.Failed:
		e.Why = "the distributor found no postal address either"
	default:
		e.Why = "the distributor has taken it up for print; do not send it another way before its state says Failed"
	}
	return e
}
