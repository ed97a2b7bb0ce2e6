package stralfors

import (
	"context"
	"log/slog"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// SendBatch offers several letters in one call (ForsendelserOpret). The answer is
// read by the letters' ids, never by their places: a letter that it does not
// name, or names twice, is ErrOutcomeUnknown.
func (s *Sender) SendBatch(ctx context.Context, ls []*eboks.Letter) ([]eboks.Result, error) {
	results := make([]eboks.Result, len(ls))
	inBatch := make(map[eboks.ID]bool, len(ls))
	b := xmlbody.New()
	b.Open("ForsendelseISamling", "xmlns", s.cfg.Namespace, "xmlns:dkal", dkal)
	for i, l := range ls {
		results[i].ID = l.ID
		err := s.carry(l)
		kind, bad := s.kind(l.Material)
		if err == nil {
			err = bad
		}
		if err == nil && inBatch[l.ID] {
			err = refuse("the same ID twice in one batch")
		}
		if err != nil {
			results[i].Err = err
			continue
		}
		inBatch[l.ID] = true
		s.forsendelse(b, l, kind)
	}
	b.Close()
	if len(inBatch) == 0 {
		return results, nil
	}
	body, bad := b.Body()
	if bad != nil {
		return nil, refuse("the letters cannot be written as XML")
	}
	resp, err := s.do(ctx, &s.ops.sendBatch, variables{}, body)
	if err != nil {
		return nil, err
	}
	answer, err := s.read(&s.ops.sendBatch, resp, onTop)
	switch {
	case err != nil:
		return nil, err
	case answer == nil || answer.Name.Local != "ForsendelseOSamling":
		return nil, unknown(resp, "the answer names no letters")
	default:
		s.share(ctx, ls, inBatch, answer, resp, results)
	}
	return results, nil
}

// share gives each letter its part of the answer.
func (s *Sender) share(ctx context.Context, ls []*eboks.Letter, inBatch map[eboks.ID]bool, answer *strictxml.Element, resp *httpx.Response, results []eboks.Result) {
	const item = "ForsendelseO"
	items, octets := answer.All(item), octetsOf(resp.Body, item)
	found := make(map[eboks.ID][]int, len(ls))
	strangers := 0
	for i, e := range items {
		if id := letterOf(e); inBatch[id] {
			found[id] = append(found[id], i)
		} else {
			strangers++
		}
	}
	if strangers > 0 {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "stralfors: a batch answer names letters that were not in the batch", slog.Int("letters", strangers))
	}
	for i, l := range ls {
		if results[i].Err != nil {
			continue
		}
		switch own := found[l.ID]; len(own) {
		case 1:
			part := &httpx.Response{Status: resp.Status, Header: resp.Header, Body: octets[own[0]]}
			if f := faultIn(items[own[0]], everywhere); f != nil {
				results[i].Err = s.judge(f, part)
			} else {
				results[i].Receipt = s.receipt(l, reference(items[own[0]]), part.Body)
			}
		case 0:
			results[i].Err = unnamed(resp.Status, strangers > 0)
		default:
			results[i].Err = &eboks.Error{Kind: eboks.OutcomeUnknown, Status: resp.Status, Alarm: true, Why: "the answer names this letter more than once"}
		}
	}
}

// unnamed is for a letter that a batch answer leaves out.
func unnamed(status int, strangers bool) *eboks.Error {
	e := &eboks.Error{Kind: eboks.OutcomeUnknown, Status: status, Why: "the answer does not name this letter"}
	if strangers {
		e.Why += ", and names others that were not in the batch"
		e.Alarm = true
	}
	return e
}
