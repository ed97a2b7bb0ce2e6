package stralfors

import (
	"context"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

const badMass = "a mass shipment's id has 1 to 38 letters, digits, '-', '_' or '.'"

// CreateMass makes the frame of a mass shipment under an id of the caller's
// choice (MasseforsendelseOpret): 1 to 38 letters, digits, '-', '_' or '.'.
// Letters belong to it when Config.Receipts.Mass names it. Errors are
// [*eboks.Error]; AlreadyAccepted says that the id is taken, which after an
// unknown outcome means success.
func (s *Sender) CreateMass(ctx context.Context, id string, m eboks.Material) error {
	const name = "create mass"
	if !massForm.MatchString(id) {
		return own(name, refuse(badMass))
	}
	kind, err := s.kind(m)
	if err != nil {
		return own(name, err)
	}
	b := xmlbody.New()
	b.Open("MasseforsendelseI", "xmlns", s.cfg.Namespace)
	b.Text("MasseForsendelseIdentifikator", id)
	b.Text("ForsendelseTypeIdentifikator", kind.ShipmentType)
	b.Close()
	body, bad := b.Body()
	if bad != nil {
		return own(name, refuse("the mass shipment cannot be written as XML"))
	}
	op := &s.ops.createMass
	resp, err := s.do(ctx, op, variables{"mass": id, "type": kind.ShipmentType, "material": kind.ContentType}, body)
	if err != nil {
		return own(name, err)
	}
	answer, err := s.read(op, resp, everywhere)
	if err != nil {
		return own(name, err)
	}
	if answer == nil {
		return nil
	}
	named, bad := answer.TextOf("MasseForsendelseIdentifikator")
	if bad != nil || named != id {
		return own(name, unknown(resp, "the answer does not name this mass shipment"))
	}
	return nil
}

// MassLog returns the log of a mass shipment
// (TransaktionslogMasseforsendelseHent). Errors are [*eboks.Error].
func (s *Sender) MassLog(ctx context.Context, id string) ([]eboks.Event, error) {
	const op = "mass log"
	if !massForm.MatchString(id) {
		return nil, own(op, refuse(badMass))
	}
	resp, err := s.do(ctx, &s.ops.massLog, variables{"mass": id}, nil)
	if err != nil {
		return nil, own(op, question(err))
	}
	events, err := s.transactions(&s.ops.massLog, resp)
	if err != nil {
		return nil, own(op, question(err))
	}
	return events, nil
}
