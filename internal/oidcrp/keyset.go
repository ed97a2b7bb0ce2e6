package oidcrp

import (
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// A keySet holds the usable keys of one key document (RFC 7517 section 5).
type keySet struct {
	all  []*key
	byID map[string]*key
}

func (p *Party) fetchKeys(ctx context.Context) (*keySet, http.Header, error) {
	m, err := p.metadata.get(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := p.get(ctx, m.value.JWKS, "application/jwk-set+json, application/json", "", keyEndpoint)
	if err != nil {
		return nil, nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, nil, p.fault(fault.BrokerUnavailable, "the key endpoint is out of order")
	}
	s, err := p.readKeys(resp.Body)
	return s, resp.Header, err
}

// readKeys reads a key document. A key that cannot be used is left out, and so
// are two different keys under one id: nobody can tell which of them is meant.
func (p *Party) readKeys(body []byte) (*keySet, error) {
	if !looksLikeJSON(body) {
		return nil, p.fault(fault.BrokerUnavailable, "the key endpoint gave something other than JSON")
	}
	var document struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := strictjson.Unmarshal(body, &document); err != nil {
		return nil, p.fault(fault.ResponseInvalid, "key document").With(err)
	}
	if document.Keys == nil {
		return nil, p.fault(fault.ResponseInvalid, "key document without keys")
	}
	s := &keySet{byID: make(map[string]*key)}
	clash := make(map[string]bool)
	var usable []*key // in the order of the document
	for _, raw := range document.Keys {
		k, ok := readKey(raw)
		if !ok {
			continue
		}
		switch other := s.byID[k.id]; {
		case k.id == "":
			usable = append(usable, k)
		case other == nil:
			s.byID[k.id] = k
			usable = append(usable, k)
		case !other.same(k):
			clash[k.id] = true
		}
	}
	for _, k := range usable {
		if clash[k.id] {
			delete(s.byID, k.id)
			continue
		}
		s.all = append(s.all, k)
	}
	return s, nil
}
