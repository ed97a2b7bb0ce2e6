package readlink

import (
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/nostore"
)

// Links makes links and answers those who follow them. It is safe for concurrent
// use and keeps no state: any number of replicas with the same keys are one. It
// prints as a placeholder.
type Links struct {
	guarded

	cfg  Config // without keys
	base *url.URL
	keys []key // the first one seals
}

// New returns Links. It does no I/O. Errors: eboks.ErrConfigInvalid, naming the
// field.
func New(cfg Config) (*Links, error) {
	base, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Links{cfg: cfg, base: base}
	for _, raw := range cfg.Keys {
		k, err := newKey(raw, base.Path)
		if err != nil {
			return nil, &eboks.Error{Kind: eboks.ConfigInvalid, Op: "new read links", Why: "each of Config.Keys needs 32 bytes"}
		}
		l.keys = append(l.keys, k)
	}
	l.cfg.Keys = nil
	if l.cfg.Refused == nil {
		l.cfg.Refused = l.refusedPage
	}
	return l, nil
}

// For returns the link for the letter id, which only to can open. It is a little
// over 200 characters longer than Config.Address. Two links for one letter differ,
// and both open.
//
// The error is eboks.ErrInputInvalid.
func (l *Links) For(id eboks.ID, to eboks.Recipient) (address string, err error) {
	switch {
	case id.IsZero():
		return "", &eboks.Error{Kind: eboks.InputInvalid, Op: "read link", Why: "the letter has no ID"}
	case to.IsZero():
		return "", &eboks.Error{Kind: eboks.InputInvalid, Op: "read link", ID: id, Why: "the letter has no recipient"}
	}
	return l.base.String() + "/" + l.keys[0].seal(id, to, l.cfg.Now().Add(l.cfg.Lifetime), l.cfg.Level), nil
}

// refuse answers a request that is not let through.
func (l *Links) refuse(w http.ResponseWriter, r *http.Request, e *Refusal) {
	l.log(r, e)
	l.cfg.Refused(nostore.Wrap(w), r, e)
}
