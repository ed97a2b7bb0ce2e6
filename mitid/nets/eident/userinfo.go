package eident

import (
	"bytes"
	"context"
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// fill asks the userinfo endpoint and takes over what the ID token lacks. The
// level, the capacity and the organisation come from the ID token alone.
func (b *Broker) fill(ctx context.Context, as *mitid.Assertion, accessToken string) error {
	c, token, err := b.askUserinfo(ctx, accessToken)
	if err != nil {
		return err
	}
	id := &as.Identity
	if c.Subject != id.Subject {
		return fault.New(fault.TokenInvalid, "the userinfo answer is about somebody else")
	}
	more, err := b.identity(c)
	if err != nil {
		return err
	}
	if more.UUID != (claims.UUID{}) && more.UUID != id.UUID || !more.CPR.IsZero() && !id.CPR.IsZero() && more.CPR != id.CPR {
		return fault.New(fault.TokenInvalid, "the userinfo answer contradicts the ID token")
	}
	if more.Protection == claims.NameAndAddressProtected || id.Protection == claims.NameAndAddressProtected {
		// Whoever says so is believed: then nobody's name or address is told here.
		id.Protection = claims.NameAndAddressProtected
		id.Name, id.Address, more.Name = nil, nil, nil
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
	if id.NemIDPID == "" {
		id.NemIDPID = more.NemIDPID
	}
	as.Evidence.Tokens = append(as.Evidence.Tokens, token)
	return nil
}

func (b *Broker) askUserinfo(ctx context.Context, accessToken string) (*Claims, mitid.Token, error) {
	res, err := b.party.Userinfo(ctx, accessToken)
	if err != nil {
		return nil, mitid.Token{}, err
	}
	if res.Status != http.StatusOK {
		return nil, mitid.Token{}, b.party.UserinfoRefusal(res)
	}
	body := bytes.TrimSpace(res.Body)
	c, err := parseClaims(body)
	if err != nil {
		return nil, mitid.Token{}, b.party.UserinfoUnreadable(res)
	}
	return c, mitid.Token{Use: "userinfo", Raw: mitid.NewSecret(string(body))}, nil
}
