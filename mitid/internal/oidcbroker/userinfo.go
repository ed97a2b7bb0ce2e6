package oidcbroker

import (
	"bytes"
	"cmp"
	"context"
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/mitid"
)

// Userinfo calls the userinfo endpoint and reads its answer with parse. The answer is
// not signed, so compare its subject with that of the ID token.
func Userinfo[C any](ctx context.Context, b *Broker, accessToken string, parse func([]byte) (*C, error)) (*C, mitid.Token, error) {
	res, err := b.Party.Userinfo(ctx, accessToken)
	if err != nil {
		return nil, mitid.Token{}, err
	}
	if res.Status != http.StatusOK {
		return nil, mitid.Token{}, b.Party.RefusedUserinfo(res)
	}
	return ReadUserinfo(b, res, parse)
}

// ReadUserinfo reads a success of the userinfo endpoint that is plain JSON.
func ReadUserinfo[C any](b *Broker, res *httpx.Response, parse func([]byte) (*C, error)) (*C, mitid.Token, error) {
	body := bytes.TrimSpace(res.Body)
	c, err := parse(body)
	if err != nil {
		return nil, mitid.Token{}, b.Party.UnreadableUserinfo(res)
	}
	return c, mitid.Token{Use: "userinfo", Raw: mitid.NewSecret(string(body))}, nil
}

// SameSubject returns an error if a userinfo answer has another subject than the ID
// token.
func SameSubject(id *claims.Identity, subject string) error {
	if subject != id.Subject {
		return fault.New(fault.TokenInvalid, "the userinfo answer is about somebody else")
	}
	return nil
}

// Complement adds to id what only the userinfo answer has. Level, capacity and
// organisation come from the ID token alone.
func Complement(id *claims.Identity, more claims.Identity) error {
	if !more.UUID.IsZero() && more.UUID != id.UUID || !more.CPR.IsZero() && !id.CPR.IsZero() && more.CPR != id.CPR {
		return Contradiction()
	}
	if more.Protection == claims.NameAndAddressProtected || id.Protection == claims.NameAndAddressProtected {
		// If either says so, the person is protected, and no name and address is kept.
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
		id.Address, id.CPRStatus = more.Address, cmp.Or(more.CPRStatus, id.CPRStatus)
	}
	if id.Country == "" {
		id.Country = more.Country
	}
	if id.NemIDPID == "" {
		id.NemIDPID = more.NemIDPID
	}
	return nil
}

// Contradiction is the error for a userinfo answer that differs from the ID token.
func Contradiction() error {
	return fault.New(fault.TokenInvalid, "the userinfo answer contradicts the ID token")
}
