package oidcrp

import (
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/go-json-experiment/json/jsontext"
)

// A keySet holds the usable keys of one key document (RFC 7517 section 5).
type keySet struct {
	all  []*key
	byID map[string][]*key // several keys may have one id, if their types or algorithms differ
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
		return nil, nil, p.refusal(fault.BrokerUnavailable, resp, keyEndpoint)
	}
	s, err := p.readKeys(resp)
	return s, resp.Header, err
}

// readKeys reads a key document. It leaves out keys that cannot be used.
func (p *Party) readKeys(resp *httpx.Response) (*keySet, error) {
	var document struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := p.read(resp, keyEndpoint, &document); err != nil {
		return nil, err
	}
	if document.Keys == nil {
		return nil, p.malformed(resp, "key document without keys")
	}
	return newKeySet(document.Keys), nil
}

// newKeySet reads the entries of a key document. It leaves out keys that cannot be used.
func newKeySet(entries []jsontext.Value) *keySet {
	s := &keySet{byID: make(map[string][]*key)}
	for _, raw := range entries {
		k, ok := readKey(raw)
		if !ok {
			continue
		}
		s.all = append(s.all, k)
		if k.id != "" {
			s.byID[k.id] = append(s.byID[k.id], k)
		}
	}
	return s
}

// onlyKeyFor returns the key of list that is for alg, or nil if there is none. If two
// different keys are, it returns nil, and several is true. A key that is listed twice
// counts once, and the entry with a certificate is returned.
func onlyKeyFor(list []*key, alg string) (found *key, several bool) {
	for _, k := range list {
		switch {
		case !k.fits(alg):
		case found == nil:
			found = k
		case !found.equal(k):
			return nil, true
		case found.certificate == nil:
			found = k
		}
	}
	return found, false
}
