// Package distributor opens the adapter that a flag names, for the examples.
package distributor

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// Agreement is how one sender is known to its distributor.
type Agreement struct {
	URL         string
	System      string
	ClientID    string // PostNord only
	StatusURL   string // PostNord only; if empty, states cannot be read
	User        string // Strålfors only: who sends; if empty, dkeid
	Certificate tls.Certificate
	Roots       *x509.CertPool // if nil, the system's
	// Materials maps the app's words for kinds of letters to the numbers of the
	// agreement.
	Materials map[eboks.Material]string
	// Recognises says that a repeated id never becomes a second letter. PostNord's
	// wire does; of Strålfors it is to be asked.
	Recognises bool
	Codes      map[string]stralfors.Verdict // Strålfors only: what its error numbers mean
	Timeout    time.Duration                // of one call, the letter included; if zero, the adapter's
	Now        func() time.Time             // if nil, time.Now
}

// Names returns what Open knows.
func Names() []string { return []string{"stralfors", "postnord"} }

// Open returns the adapter called name. Moving from one distributor to another is
// this switch and nothing else.
func Open(name string, a Agreement) (eboks.Sender, error) {
	switch name {
	case "stralfors":
		materials := make(map[eboks.Material]stralfors.Material, len(a.Materials))
		for word, id := range a.Materials {
			materials[word] = stralfors.Material{ShipmentType: id}
		}
		return sender(stralfors.New(stralfors.Config{BaseURL: a.URL, System: a.System, User: cmp.Or(a.User, "dkeid"), Certificate: a.Certificate, Roots: a.Roots,
			Materials: materials, Timeout: a.Timeout, Now: a.Now, Wire: stralfors.Wire{Dedupes: a.Recognises, Codes: a.Codes}}))
	case "postnord":
		return sender(postnord.New(postnord.Config{BaseURL: a.URL, System: a.System, ClientID: a.ClientID, StatusURL: a.StatusURL,
			Certificate: a.Certificate, Roots: a.Roots, Materials: a.Materials, NoDedupe: !a.Recognises, Timeout: a.Timeout, Now: a.Now}))
	default:
		return nil, errors.New("-distributor is stralfors or postnord")
	}
}

// sender keeps a nil adapter from becoming a Sender that is not nil.
func sender[S eboks.Sender](s S, err error) (eboks.Sender, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
