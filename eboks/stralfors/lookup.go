package stralfors

import (
	"context"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// Lookup asks which channel a letter would get (KanalvalgHent): digital is
// Reachable, print NotRegistered. The answer is no more than that, so an exempt
// or unsubscribed recipient can be NotRegistered too. An error number that
// Wire.Codes gives a Reachability is that answer.
func (s *Sender) Lookup(ctx context.Context, to eboks.Recipient, m eboks.Material) (eboks.Reachability, error) {
	kind, err := s.kind(m)
	if err != nil {
		return eboks.ReachabilityUnknown, err
	}
	op := &s.ops.lookup
	var body *xmlbody.Body
	if op.carries() {
		b := xmlbody.New()
		b.Open("KanalvalgI", "xmlns", s.cfg.Wire.Namespace, "xmlns:dkal", dkal)
		b.Text("ForsendelseTypeIdentifikator", kind.ShipmentType)
		s.recipient(b, to, true)
		b.Close()
		body = b.Body()
	}
	v := variables{"type": kind.ShipmentType, "material": kind.ContentType}
	if op.path.names("cpr") {
		v["cpr"] = to.CPR().Reveal()
	}
	if op.path.names("cvr") {
		v["cvr"] = to.CVR().String()
	}
	resp, err := s.do(ctx, op, v, body)
	if err != nil {
		return eboks.ReachabilityUnknown, asked(err)
	}
	answer, err := s.read(op, resp, everywhere)
	switch {
	case err != nil && err.Kind == eboks.RecipientUnreachable && err.Reachability != eboks.ReachabilityUnknown:
		return err.Reachability, nil
	case err != nil:
		return eboks.ReachabilityUnknown, asked(err)
	case answer == nil:
		return eboks.ReachabilityUnknown, unknown(resp, "the answer names no channel")
	}
	channel, bad := answer.TextOf("KanalKode")
	switch {
	case bad != nil || channel == "":
	case normal(channel) == normal(s.cfg.Wire.Channels.Digital):
		return eboks.Reachable, nil
	case normal(channel) == normal(s.cfg.Wire.Channels.Print):
		return eboks.NotRegistered, nil
	}
	return eboks.ReachabilityUnknown, unknown(resp, "the answer names no channel that is known (Wire.Channels)")
}
