package oidcrp

import (
	"context"

	"github.com/dkeid/dkeid/internal/fault"
)

// find returns the key that h names, or the only one it can mean, if it is for
// the algorithm of h. It alone decides when the message of a stranger is worth a
// fetch.
func (p *Party) find(ctx context.Context, h *header) (*key, error) {
	brings := func(s *keySet) bool { return !h.hasKid || s.byID[h.kid] != nil }
	before := p.keys.current.Load()
	doc, err := p.keys.get(ctx, brings)
	if err != nil {
		return nil, err
	}
	if !h.hasKid {
		return p.only(doc.value, h.alg)
	}
	if !brings(doc.value) && doc == before {
		newer, err := p.keys.refetch(ctx, doc, brings)
		if err != nil {
			return nil, err
		}
		if newer != nil {
			doc = newer
		}
	}
	k := doc.value.byID[h.kid]
	if k == nil {
		return nil, p.fault(fault.TokenInvalid, "ID token: signed with a key that the broker does not publish")
	}
	if !k.fits(h.alg) {
		return nil, p.fault(fault.TokenInvalid, "ID token: its key is not for its algorithm")
	}
	return k, nil
}

// only returns the one key that a token without a key id can mean.
func (p *Party) only(s *keySet, alg string) (*key, error) {
	var found *key
	for _, k := range s.all {
		if !k.fits(alg) {
			continue
		}
		if found != nil {
			return nil, p.fault(fault.TokenInvalid, "ID token: it names no key and several could be meant")
		}
		found = k
	}
	if found == nil {
		return nil, p.fault(fault.TokenInvalid, "ID token: it names no key and none fits")
	}
	return found, nil
}
