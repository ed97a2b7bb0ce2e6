package criipto

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// fill asks the userinfo endpoint and takes over what the ID token lacks. The
// level and the capacity come from the ID token alone.
func (b *Broker) fill(ctx context.Context, as *mitid.Assertion, accessToken string) error {
	c, token, err := b.askUserinfo(ctx, accessToken)
	if err != nil {
		return err
	}
	if c.Subject != as.Identity.Subject {
		return fault.New(fault.TokenInvalid, "the userinfo answer is about somebody else")
	}
	more, err := c.Identity()
	if err != nil {
		return err
	}
	id := &as.Identity
	if more.Capacity != claims.CapacityPrivate && more.Capacity != id.Capacity || more.UUID != (claims.UUID{}) && more.UUID != id.UUID || !more.CPR.IsZero() && !id.CPR.IsZero() && more.CPR != id.CPR {
		return fault.New(fault.TokenInvalid, "the userinfo answer contradicts the ID token")
	}
	if more.Protection == claims.NameAndAddressProtected || id.Protection == claims.NameAndAddressProtected {
		// Whoever says so is believed: then nobody's name or address is told here.
		id.Protection = claims.NameAndAddressProtected
		id.Name, id.Address, more.Name, more.Address = nil, nil, nil, nil
	}
	if id.CPR.IsZero() {
		id.CPR = more.CPR
	}
	if id.Name == nil {
		id.Name = more.Name
	}
	if id.BirthDate.IsZero() {
		id.BirthDate = more.BirthDate
	}
	if id.Address == nil {
		id.Address, id.CPRStatus = more.Address, more.CPRStatus
	}
	if id.Country == "" {
		id.Country = more.Country
	}
	as.Evidence.Tokens = append(as.Evidence.Tokens, token)
	return nil
}

// askUserinfo reads the answer in the form that the application's response
// strategy gives it: plain JSON, or a token that is verified like an ID token.
func (b *Broker) askUserinfo(ctx context.Context, accessToken string) (*Claims, mitid.Token, error) {
	res, err := b.party.Userinfo(ctx, accessToken)
	if err != nil {
		return nil, mitid.Token{}, err
	}
	if res.Status != http.StatusOK {
		if bytes.Contains(res.Body, []byte("Unknown Access Code")) {
			e := oidcrp.Refusal(fault.ConfigInvalid, res, "userinfo endpoint")
			e.Why += ": userinfo is disabled: the application's user info response strategy is \"from token endpoint\"; turn Config.Userinfo off or change the strategy"
			return nil, mitid.Token{}, e
		}
		return nil, mitid.Token{}, b.party.UserinfoRefusal(res)
	}
	body := bytes.TrimSpace(res.Body)
	raw := mitid.NewSecret(string(body))
	if t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); t == "application/jwt" || t != "application/json" && !bytes.HasPrefix(body, []byte("{")) {
		if !oidcrp.IsToken(body) {
			return nil, mitid.Token{}, b.party.UserinfoUnreadable(res)
		}
		var c *Claims
		v, err := b.party.Verify(ctx, string(body), "", func(payload []byte) (*oidcrp.Claims, error) {
			parsed, err := parseClaims(payload)
			if err != nil {
				return nil, err
			}
			c = parsed
			return (*oidcrp.Claims)(&c.Registered), nil
		})
		if err != nil {
			return nil, mitid.Token{}, err
		}
		return c, mitid.Token{Use: "userinfo", Raw: mitid.NewSecret(v.JWS), Key: v.Key}, nil
	}
	c, err := parseClaims(body)
	if err != nil {
		return nil, mitid.Token{}, b.party.UserinfoUnreadable(res)
	}
	return c, mitid.Token{Use: "userinfo", Raw: raw}, nil
}
