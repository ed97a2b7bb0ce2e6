package criiptotest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/go-jose/go-jose/v4"
)

// authenticate returns an error answer unless the caller proves to be the application:
// by a secret in the header or the body, or by a signed assertion. A public client
// proves nothing.
func (c *dialect) authenticate(r *http.Request, form url.Values, s Settings, path string) *mitidtest.Reply {
	header := r.Header.Get("Authorization")
	id, secret := form.Get("client_id"), form.Get("client_secret")
	ways := 0
	for _, used := range []bool{header != "", secret != "", form.Has("client_assertion")} {
		if used {
			ways++
		}
	}
	ok := false
	switch {
	case ways > 1:
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "more than one way of client authentication")
	case header != "":
		ok = fakeoidc.FitsBasic(header, c.b.ClientID(), c.b.ClientSecret().Reveal()) && (id == "" || id == c.b.ClientID())
	case form.Has("client_assertion"):
		ok = form.Get("client_assertion_type") == fakeoidc.AssertionType && c.assertion(form.Get("client_assertion"), s, path) &&
			(id == "" || id == c.b.ClientID())
	case secret != "":
		ok = id == c.b.ClientID() && secret == c.b.ClientSecret().Reveal()
	default:
		ok = s.PublicClient && id == c.b.ClientID() || id == publicClientID
	}
	if ok {
		return nil
	}
	p := mitidtest.NewFault(http.StatusUnauthorized, "invalid_client", "client authentication failed")
	if header != "" {
		p.Header.Set("WWW-Authenticate", "Basic")
	}
	return p
}

// caller returns the application that made a request, after authenticate.
func (c *dialect) caller(form url.Values) string {
	return cmp.Or(form.Get("client_id"), c.b.ClientID())
}

// knows reports whether id is an application of this domain.
func (c *dialect) knows(id string) bool { return id == c.b.ClientID() || id == publicClientID }

// assertion checks a client assertion (RFC 7523): RS256 by a registered key,
// for the issuer, in time, used once.
func (c *dialect) assertion(raw string, s Settings, path string) bool {
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(signed.Signatures) != 1 {
		return false
	}
	var payload []byte
	for id, key := range s.ClientKeys {
		if kid := signed.Signatures[0].Header.KeyID; kid != "" && kid != id {
			continue
		}
		if payload, err = signed.Verify(key); err == nil {
			break
		}
	}
	var says struct {
		Issuer   string          `json:"iss"`
		Subject  string          `json:"sub"`
		Audience json.RawMessage `json:"aud"`
		Expires  int64           `json:"exp"`
		IssuedAt int64           `json:"iat"`
		ID       string          `json:"jti"`
	}
	if payload == nil || json.Unmarshal(payload, &says) != nil {
		return false
	}
	audiences := []string{c.b.Issuer()}
	if s.TokenURLInAud {
		audiences = append(audiences, c.b.Issuer()+pathToken, c.b.Issuer()+path)
	}
	now := c.b.Now()
	exp := time.Unix(says.Expires, 0)
	switch {
	case says.Issuer != c.b.ClientID(), says.Subject != c.b.ClientID(), !fakeoidc.AudienceFits(says.Audience, audiences):
		return false
	case says.IssuedAt == 0, says.Expires == 0, !now.Before(exp), exp.After(now.Add(time.Hour)):
		return false
	case says.ID == "": // optional, so it cannot be told from its first use
		return true
	}
	if _, used := c.jtis.Get(says.ID); used {
		return false
	}
	c.jtis.Put(says.ID, true, exp.Sub(now))
	return true
}
