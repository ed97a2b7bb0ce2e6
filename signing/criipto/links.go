package criipto

import (
	"context"

	"github.com/dkeid/dkeid/signing"
)

// Links reads again where the signatories of a placed order sign, in the order of
// Ticket.Signatories: links are secrets, so an application need not store them. The error
// is ErrNotFound if the service has no such order, and ErrResponseInvalid if somebody has
// no link.
func (s *Service) Links(ctx context.Context, t signing.Ticket) ([]signing.Secret, error) {
	op := &operation{op: "links", query: linksQuery}
	got, err := s.order(ctx, op, t.ID)
	if err != nil {
		return nil, err
	}
	href := map[signing.ID]string{}
	for i := range got.Signatories {
		href[signing.ID(got.Signatories[i].ID)] = got.Signatories[i].Href
	}
	links := make([]signing.Secret, len(t.Signatories))
	for i, g := range t.Signatories {
		if !isLink(href[g.ID]) {
			return nil, about(t.ID, op.nonsense("the answer lacks a link that can be sent to people").e)
		}
		links[i] = signing.NewSecret(href[g.ID])
	}
	return links, nil
}
