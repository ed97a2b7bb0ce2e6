package nemlogin

import (
	"context"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// userLogout is the reason of a logout that the person asked for (SAML Core 2.0 section
// 3.7.3).
const userLogout = "urn:oasis:names:tc:SAML:2.0:logout:user"

const statusSuccess = statusPrefix + "Success"

// logoutLife is how long a LogoutRequest of ours is valid. The browser brings it at
// once.
const logoutLife = 5 * time.Minute

// maxRelayState bounds RelayState, in bytes (SAML Bindings 2.0 section 3.4.3).
const maxRelayState = 80

// EndSession returns the address of the IdP with a signed LogoutRequest for the person
// and the session of l. The IdP logs the person out of the other services and sends
// the browser to Config.LogoutURL with a LogoutResponse, which ReceiveLogout takes.
//
// Errors: ErrInputInvalid if returnTo is not Config.LogoutURL. ErrUnsupported without
// Config.LogoutURL, or if the IdP's metadata names no SingleLogoutService for the
// binding HTTP-Redirect.
func (b *Broker) EndSession(_ context.Context, l *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	switch {
	case b.cfg.LogoutURL == "" || b.idp.sloURL == "":
		return nil, noLogout()
	case returnTo != b.cfg.LogoutURL:
		return nil, fault.New(fault.InputInvalid, "returnTo is not Config.LogoutURL, and NemLog-in returns to no other address")
	case state == "" || len(state) > maxRelayState:
		return nil, fault.New(fault.InputInvalid, "state has not 1 to 80 bytes")
	}
	now := b.now()
	m := b.message("LogoutRequest", logoutRequestID(state), b.idp.sloURL, now)
	m.CreateAttr("NotOnOrAfter", formatInstant(now.Add(logoutLife)))
	m.CreateAttr("Reason", userLogout)
	name := m.CreateElement("saml:NameID")
	name.CreateAttr("Format", b.cfg.nameIDFormat())
	name.SetText(l.Identity.Subject)
	if l.Identity.SessionID != "" {
		m.CreateElement("samlp:SessionIndex").SetText(l.Identity.SessionID)
	}
	address, err := signedRedirect(b.idp.sloURL, "SAMLRequest", m, state, b.signingKey())
	if err != nil {
		return nil, err
	}
	return &mitid.Redirect{URL: address}, nil
}

// noLogout is a new error each time, because the Client may add to it.
func noLogout() error {
	return fault.New(fault.Unsupported, "there is no logout: Config.LogoutURL is empty, or NemLog-in's metadata names no SingleLogoutService with the binding HTTP-Redirect")
}

// logoutRequestID returns the ID of the LogoutRequest that travels with state as its
// RelayState. The answer to it is known by that: nothing is kept.
func logoutRequestID(state string) string { return "_" + state }

// message returns a protocol message of the service provider (SAML Core 2.0 section 3.2).
func (b *Broker) message(local, id, destination string, at time.Time) *etree.Element {
	m := etree.NewElement("samlp:" + local)
	m.CreateAttr("xmlns:samlp", nsProtocol)
	m.CreateAttr("xmlns:saml", nsAssertion)
	m.CreateAttr("ID", id)
	m.CreateAttr("Version", "2.0")
	m.CreateAttr("IssueInstant", formatInstant(at))
	m.CreateAttr("Destination", destination)
	m.CreateElement("saml:Issuer").SetText(b.cfg.EntityID)
	return m
}

func formatInstant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
