package oidcrp

import "context"

// find returns the key that h names, or the only one it can mean, if it is for
// the algorithm of h. It alone decides when the message of a stranger is worth a
// fetch. token is what errors call the token.
func (p *Party) find(ctx context.Context, h *header, token string) (*key, error) {
	brings := func(s *keySet) bool { return !h.hasKid || s.byID[h.kid] != nil }
	before := p.keys.current.Load()
	doc, err := p.keys.get(ctx, brings)
	if err != nil {
		return nil, err
	}
	if !h.hasKid {
		return p.only(doc.value, h.alg, token)
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
		return nil, p.tokenInvalid(token, "signed with a key that the broker does not publish")
	}
	if !k.fits(h.alg) {
		return nil, p.tokenInvalid(token, "its key is not for its algorithm")
	}
	return k, nil
}

// only returns the one key that a token without a key id can mean.
func (p *Party) only(s *keySet, alg, token string) (*key, error) {
	var found *key
	for _, k := range s.all {
		if !k.fits(alg) {
			continue
		}
		if found != nil {
			return nil, p.tokenInvalid(token, "it names no key and several could be meant")
		}
		found = k
	}
	if found == nil {
		return nil, p.tokenInvalid(token, "it names no key and none fits")
	}
	return found, nil
}
