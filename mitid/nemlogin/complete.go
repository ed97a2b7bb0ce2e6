package nemlogin

import (
	"context"
	"net/url"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Complete decrypts and verifies NemLog-in's answer. It makes no call. Everything that it
// returns comes from what the signature of the assertion covers.
func (b *Broker) Complete(_ context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	raw, err := readForm(cb)
	if err != nil {
		return nil, err
	}
	r, err := b.readResponse(a, raw)
	if err != nil {
		return nil, err
	}
	signed, plain, err := b.openAssertion(r)
	if err != nil {
		return nil, err
	}
	as, err := b.readAssertion(a, signed.Root)
	if err != nil {
		return nil, err
	}
	said, err := claims.ParseOIOSAML(as.attributes)
	if err != nil {
		return nil, err
	}
	id, err := b.identity(as, said)
	if err != nil {
		return nil, err
	}
	if err := a.Admit(mitid.Facts{Level: id.Levels.LoA, Capacity: id.Capacity, AuthTime: id.AuthTime, Subject: id.Subject}); err != nil {
		return nil, err
	}
	return &mitid.Assertion{
		Identity: id, Claims: said, Echo: a.Nonce, Expires: as.expires, SessionEnds: as.lastMoment(), // InResponseTo is that of a
		Evidence: mitid.Evidence{
			Tokens:  []mitid.Token{{Use: "assertion", Raw: mitid.NewSecret(string(plain)), Key: signed.Certificate.Raw}},
			Request: mitid.NewSecret(b.asked(a).Encode()), At: a.Now,
		},
	}, nil
}

// asked returns what the AuthnRequest of a said, for Login.Evidence.
func (b *Broker) asked(a *mitid.Attempt) url.Values {
	q := url.Values{
		"ID": {requestID(a)}, "Issuer": {b.cfg.EntityID}, "Destination": {b.idp.ssoURL}, "RelayState": {a.Handle},
		"AssertionConsumerServiceURL": {a.RedirectURL}, "NameIDPolicy": {b.cfg.nameIDFormat()}, "AuthnContextClassRef": b.contexts(a),
	}
	if a.Request.Fresh {
		q.Set("ForceAuthn", "true")
	}
	if a.Request.Silent {
		q.Set("IsPassive", "true")
	}
	return q
}
