// Package dialect opens the adapter that a flag names, for the examples.
package dialect

import (
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// Application is how one application is known to its broker.
type Application struct {
	Issuer, ClientID string // of E-Ident over SAML the origin and the merchant's id (MID)
	ClientSecret     mitid.Secret
	Signers          []*x509.Certificate // E-Ident over SAML only: as in eident.SAMLConfig
	NemLogin         nemlogin.Config     // at NemLog-in, in place of the three above
	HTTPClient       *http.Client        // if nil, the adapter's own
	Now              func() time.Time    // if nil, time.Now
}

// Names is what Open knows, for a flag's description.
const Names = "criipto, neb, eident, eident-saml or nemlogin"

// Open returns the adapter called name, one of Names. Moving from one broker to another is
// this switch and nothing else.
func Open(name string, a Application) (mitid.Broker, error) {
	switch name {
	case "criipto":
		return broker(criipto.New(criipto.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	case "neb":
		return broker(neb.New(neb.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	case "eident":
		return broker(eident.New(eident.Config{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: a.ClientSecret, HTTPClient: a.HTTPClient, Now: a.Now}))
	case "eident-saml":
		return broker(eident.NewSAML(eident.SAMLConfig{Origin: a.Issuer, MID: a.ClientID, Password: a.ClientSecret, Signers: a.Signers, HTTPClient: a.HTTPClient}))
	case "nemlogin":
		a.NemLogin.Now = a.Now
		return broker(nemlogin.New(a.NemLogin))
	default:
		return nil, errors.New("-broker is " + Names)
	}
}

// broker keeps a nil adapter from becoming a Broker that is not nil.
func broker[B mitid.Broker](b B, err error) (mitid.Broker, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}
