package stralfors

import (
	"context"

	"github.com/dkeid/dkeid/eboks"
)

// Recall asks for a letter back (ForsendelseTilbagekald). A status that no table
// knows is RecallUnknown.
func (s *Sender) Recall(ctx context.Context, id eboks.ID) (*eboks.Recall, error) {
	op := &s.ops.recall
	resp, err := s.do(ctx, op, variables{"shipment": id.String()}, nil)
	if err != nil {
		return nil, asked(err)
	}
	answer, err := s.read(op, resp, everywhere)
	if err != nil {
		return nil, asked(err)
	}
	if answer == nil {
		return nil, unknown(resp, "the answer does not say what became of the letter")
	}
	if err := s.about(answer, id, resp); err != nil {
		return nil, err
	}
	status, bad := answer.One("TilbagekaldStatus")
	if bad != nil || status == nil {
		return nil, unknown(resp, "the answer does not say what became of the letter")
	}
	word, bad := status.TextOf("TilbagekaldStatusKode")
	if bad != nil || word == "" {
		return nil, unknown(resp, "the answer does not say what became of the letter")
	}
	code, bad := status.TextOf("TilbagekaldFejlKode")
	if bad != nil {
		return nil, unknown(resp, "the answer has two error numbers")
	}
	return &eboks.Recall{ID: id, Status: recallStatus(word), Code: s.word(code), At: s.now(), Raw: raw(resp.Body)}, nil
}

// recallStatus reads TilbagekaldStatusKode.
func recallStatus(word string) eboks.RecallStatus {
	switch normal(word) {
	case "tilbagekaldt":
		return eboks.RecallDone
	case "afventertilbagekald":
		return eboks.RecallPending
	case "tilbagekaldikkemuligt":
		return eboks.RecallNotPossible
	case "tilbagekaldlykkedesikke", "tilbagekaldfejlet":
		return eboks.RecallFailed
	default:
		return eboks.RecallUnknown
	}
}
