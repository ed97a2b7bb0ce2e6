package stralfors

import (
	"context"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// Send offers one letter (EnkeltforsendelseOpret). A receipt says that Strålfors
// has taken it in; whether it reaches the recipient is in the log.
func (s *Sender) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	r, err := s.send(ctx, l)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Sender) send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, *eboks.Error) {
	if err := s.carry(l); err != nil {
		return nil, err
	}
	kind, err := s.kind(l.Material)
	if err != nil {
		return nil, err
	}
	b := xmlbody.New()
	s.forsendelse(b, l, kind, "xmlns", s.cfg.Wire.Namespace, "xmlns:dkal", dkal)
	resp, err := s.do(ctx, &s.ops.send, variables{"shipment": l.ID.String(), "type": kind.ShipmentType, "material": kind.ContentType}, b.Body())
	if err != nil {
		return nil, err
	}
	answer, err := s.read(&s.ops.send, resp, everywhere)
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return s.receipt(l, "", resp.Body), nil
	}
	if err := s.about(answer, l.ID, resp); err != nil {
		return nil, err
	}
	return s.receipt(l, reference(answer), resp.Body), nil
}

// about refuses an answer that does not name the letter.
func (s *Sender) about(answer *strictxml.Element, id eboks.ID, resp *httpx.Response) *eboks.Error {
	text, bad := answer.TextOf("AfsendelseIdentifikator")
	named, isID := idOf(text)
	switch {
	case bad != nil || text == "":
		return unknown(resp, "the answer does not say which letter it is about")
	case !isID || named != id:
		return another(resp)
	}
	return nil
}

func (s *Sender) receipt(l *eboks.Letter, reference string, answer []byte) *eboks.Receipt {
	return &eboks.Receipt{
		ID: l.ID, Status: eboks.Accepted, Reference: reference, At: s.now(), SHA256: l.Document.SHA256(), Attempts: 1, Raw: raw(answer),
	}
}

// reference is Strålfors' own number of a letter, where there is one and it is a
// number.
func reference(e *strictxml.Element) string {
	const longest = 20
	text, err := e.TextOf("ForsendelseIdentifikator")
	if err != nil || len(text) > longest || !isDigits(text) {
		return ""
	}
	return text
}
