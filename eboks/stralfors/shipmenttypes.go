package stralfors

import (
	"context"
	"slices"
)

// ShipmentTypes returns the shipment types that are open to this sender system
// (ForsendelsesTyperHent), sorted: to check a configuration with. Errors are
// [*eboks.Error].
func (s *Sender) ShipmentTypes(ctx context.Context) ([]string, error) {
	const name = "shipment types"
	op := &s.ops.types
	resp, err := s.do(ctx, op, variables{}, nil)
	if err != nil {
		return nil, own(name, question(err))
	}
	answer, err := s.read(op, resp, everywhere)
	switch {
	case err != nil:
		return nil, own(name, question(err))
	case answer == nil || answer.Name.Local != "ForsendelsesTyperO":
		return nil, own(name, question(unknown(resp, "the answer is no list of shipment types")))
	}
	var types []string
	for _, e := range answer.All("ForsendelseTypeIdentifikator") {
		if len(e.Children) > 0 || !isShipmentType(e.Text) {
			return nil, own(name, question(unknown(resp, "the answer names a shipment type that is no number")))
		}
		types = append(types, e.Text)
	}
	slices.Sort(types)
	return types, nil
}
