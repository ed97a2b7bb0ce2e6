package oidcrp

import "context"

// find returns the key for a token with header h, and the key document that has it.
// If h has no kid, the key is the only one for the algorithm of h. Only find decides
// which tokens cause a fetch of the keys. Errors call the token by the name token.
func (p *Party) find(ctx context.Context, h *header, token string) (*key, *document[*keySet], error) {
	brings := func(s *keySet) bool { return !h.hasKid || s.byID[h.kid] != nil }
	before := p.keys.current.Load()
	doc, err := p.keys.get(ctx, brings)
	if err != nil {
		return nil, nil, err
	}
	if !h.hasKid {
		k, several := onlyKeyFor(doc.value.all, h.alg)
		switch {
		case several:
			return nil, nil, p.tokenInvalid(token, "it names no key and several could be meant")
		case k == nil:
			return nil, nil, p.tokenInvalid(token, "it names no key and none fits")
		}
		return k, doc, nil
	}
	if !brings(doc.value) && doc == before {
		newer, err := p.keys.refetch(ctx, doc, brings)
		if err != nil {
			return nil, nil, err
		}
		if newer != nil {
			doc = newer
		}
	}
	k, several := onlyKeyFor(doc.value.byID[h.kid], h.alg)
	switch {
	case several:
		return nil, nil, p.tokenInvalid(token, "the broker publishes several keys under its key id")
	case k != nil:
		return k, doc, nil
	case brings(doc.value):
		return nil, nil, p.tokenInvalid(token, "its key is not for its algorithm")
	}
	return nil, nil, p.tokenInvalid(token, "signed with a key that the broker does not publish")
}
