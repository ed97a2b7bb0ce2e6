package criipto

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	faults "github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/signing"
)

// A proof is a token that was verified, and what it says.
type proof struct {
	claims *tokenClaims
	id     claims.Identity
	raw    string
	key    []byte
}

// checkToken verifies an ID token as of the time of the signature's timestamp; as of now
// if that is zero.
func (c *verification) checkToken(ctx context.Context, raw string, at time.Time) (*proof, error) {
	if at.IsZero() {
		at = c.now
	}
	party, err := c.party(raw)
	if err != nil {
		return nil, err
	}
	var said *tokenClaims
	verified, err := party.VerifyBy(ctx, raw, oidcrp.Rules{Began: c.x.Ticket.PlacedAt, At: at}, func(payload []byte) (*oidcrp.Claims, error) {
		var err error
		if said, err = parseToken(payload); err != nil {
			return nil, err
		}
		return &said.registered, nil
	})
	if err != nil {
		return nil, fromFault("verify", err)
	}
	if err := c.admit(said); err != nil {
		return nil, err
	}
	id, err := said.identity()
	if err != nil {
		return nil, err
	}
	return &proof{claims: said, id: id, raw: verified.JWS, key: verified.Key}, nil
}

// party returns the relying party for the audience that a token names. Nothing of the
// token is believed for that: the party checks it all.
func (c *verification) party(raw string) (*oidcrp.Party, error) {
	parts := strings.Split(raw, ".")
	if len(raw) > oidcrp.MaxToken || len(parts) != 3 {
		return nil, refuse(signing.TokenInvalid, "the token is no signed token, or is too long")
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return nil, refuse(signing.TokenInvalid, "the token cannot be read")
	}
	said, err := parseToken(payload)
	if err != nil {
		return nil, fromFault("verify", err)
	}
	switch {
	case said.registered.Issuer != c.v.cfg.Issuer:
		return nil, refuse(signing.IssuerMismatch, "the token is of another issuer")
	case len(said.registered.Audience) != 1:
		return nil, refuse(signing.TokenInvalid, "the token is not for one application alone")
	}
	p := c.v.parties[said.registered.Audience[0]]
	if p == nil {
		return nil, refuse(signing.TokenInvalid, "the token is for another application (VerifierConfig.Audiences)")
	}
	return p, nil
}

// admit checks what a verified token says of the document and of the login.
func (c *verification) admit(said *tokenClaims) error {
	digests := make([]signing.Digest, len(c.x.Ticket.Documents))
	for i, d := range c.x.Ticket.Documents {
		digests[i] = d.SHA256
	}
	message := Message(digests)
	mock := strings.HasPrefix(said.acr, "urn:grn:authn:mock")
	switch {
	case said.refTextBody == "":
		return incomplete("the token does not say which document was approved (refTextBody)")
	case said.refTextBody != message && said.refTextBody != base64.StdEncoding.EncodeToString([]byte(message)):
		return refuse(signing.DocumentMismatch, "the token approves another document")
	case mock && !c.v.cfg.AllowTest:
		return incomplete("a login at the mock of the test environment (VerifierConfig.AllowTest)")
	case said.scheme != "" && said.scheme != "dkmitid" && !mock:
		return incomplete("a login with another eID than MitID")
	case said.levels.LoA < c.v.cfg.Level:
		return refuse(signing.AssuranceTooLow, "signed at a lower level than VerifierConfig.Level, or the token says none")
	}
	return nil
}

// fromFault returns the error of this package for one of the packages below.
func fromFault(op string, err error) *signing.Error {
	e := &signing.Error{Service: name, Op: op, Err: err}
	switch faults.ClassOf(err) {
	case faults.IssuerMismatch:
		e.Kind = signing.IssuerMismatch
	case faults.ConfigInvalid:
		e.Kind = signing.ConfigInvalid
	case faults.BrokerUnavailable, faults.ResponseInvalid: // of the issuer's documents; it says nothing about the token
		e.Kind = signing.Unavailable
	case faults.Throttled:
		e.Kind = signing.Throttled
	default:
		e.Kind = signing.TokenInvalid
	}
	return e
}
