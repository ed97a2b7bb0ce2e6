// Package dialect opens the adapter that a flag names, for the examples.
package dialect

import (
	"errors"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// Application is how one application is known to its broker.
type Application struct {
	Issuer, ClientID string
	ClientSecret     mitid.Secret
	HTTPClient       *http.Client     // if nil, the adapter's own
	Now              func() time.Time // if nil, time.Now
}

// Open returns the adapter called name: criipto, neb or eident. Moving from one
// broker to another is this switch and nothing else.
func Open(name string, a Application) (mitid.Broker, error) {
	switch name {
	case "criipto":
		return broker(criipto.New(criipto.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	case "neb":
		return broker(neb.New(neb.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	case "eident":
		return broker(eident.New(eident.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	default:
		return nil, errors.New("-broker is criipto, neb or eident")
	}
}

// broker keeps a nil adapter from becoming a Broker that is not nil.
func broker[B mitid.Broker](b B, err error) (mitid.Broker, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}
