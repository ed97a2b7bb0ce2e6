package oidcrp

import (
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// credentials authenticate the client, in the terms of oauth2.
type credentials struct {
	style  oauth2.AuthStyle
	id     string
	secret string            // if empty, none is sent
	params map[string]string // further parameters of the form
}

// An authenticator returns the credentials of one request that is made now.
type authenticator func(now time.Time) (credentials, error)

// newAuthenticator checks Config.Auth and returns the authenticator for it.
func newAuthenticator(cfg Config) (authenticator, error) {
	id, a := cfg.ClientID, cfg.Auth
	switch a.Method {
	case None:
		return func(time.Time) (credentials, error) {
			return credentials{style: oauth2.AuthStyleInParams, id: id}, nil
		}, nil
	case Basic, Post:
		if a.Secret == nil || a.Secret() == "" {
			return nil, cfg.invalid("ClientSecret (Auth.Secret) is missing")
		}
		return func(time.Time) (credentials, error) {
			c := credentials{style: oauth2.AuthStyleInParams, id: id, secret: a.Secret()}
			if a.Method == Basic {
				// Brokers want the client id in the form as well.
				c.style, c.params = oauth2.AuthStyleInHeader, map[string]string{"client_id": id}
			}
			return c, nil
		}, nil
	case PrivateKeyJWT:
		return newAsserter(cfg)
	default:
		return nil, cfg.invalid("Auth.Method is unknown")
	}
}

// addTo adds c to a request, as oauth2 does in its own requests. For Basic, both id
// and secret are form-encoded (RFC 6749 section 2.3.1), because a client id may hold
// a colon.
func (c credentials) addTo(form url.Values, r *http.Request) {
	if c.style == oauth2.AuthStyleInHeader {
		r.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(c.secret))
	} else {
		form.Set("client_id", c.id)
		if c.secret != "" {
			form.Set("client_secret", c.secret)
		}
	}
	for name, value := range c.params {
		form.Set(name, value)
	}
}
