package oidcrp

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"time"
)

// An authenticator adds to a form, or to the headers beside it, what tells the
// broker who we are.
type authenticator func(form url.Values, h http.Header, now time.Time) error

// newAuthenticator checks Config.Auth.
func newAuthenticator(cfg Config) (authenticator, error) {
	id, a := cfg.ClientID, cfg.Auth
	switch a.Method {
	case None:
		return func(form url.Values, _ http.Header, _ time.Time) error {
			form.Set("client_id", id)
			return nil
		}, nil
	case Basic, Post:
		if a.Secret == nil || a.Secret() == "" {
			return nil, cfg.invalid("Auth.Secret is missing")
		}
		if a.Method == Post {
			return func(form url.Values, _ http.Header, _ time.Time) error {
				form.Set("client_id", id)
				form.Set("client_secret", a.Secret())
				return nil
			}, nil
		}
		return func(form url.Values, h http.Header, _ time.Time) error {
			form.Set("client_id", id)
			// Both halves are form-encoded first (RFC 6749 section 2.3.1): client ids
			// with a colon in them exist.
			pair := url.QueryEscape(id) + ":" + url.QueryEscape(a.Secret())
			h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
			return nil
		}, nil
	case PrivateKeyJWT:
		return newAsserter(cfg)
	default:
		return nil, cfg.invalid("Auth.Method is unknown")
	}
}
