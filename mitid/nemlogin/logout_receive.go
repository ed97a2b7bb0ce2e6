package nemlogin

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// maxSessions is how many SessionIndex elements a LogoutRequest may have.
const maxSessions = 100

// ReceiveLogout verifies a LogoutRequest or a LogoutResponse of the IdP that the browser
// brings to Config.LogoutURL (SAML Core 2.0 section 3.7), by redirect or by a form post.
//
// A LogoutRequest with one SessionIndex ends that session of the NameID. With none or
// several, every session of the NameID ends. Answer is the signed LogoutResponse. A
// LogoutRequest whose NameID is encrypted is refused.
//
// A LogoutResponse must answer a LogoutRequest of EndSession. If it says that the
// person was not logged out everywhere, Logout.Partial is true.
//
// Errors: ErrSignatureInvalid without a valid signature of the IdP, ErrResponseInvalid
// for a malformed message or one for another service provider, ErrIssuerMismatch for
// another IdP's, ErrTokenInvalid for one from another time, ErrStateInvalid for an answer
// to nothing, ErrConfigInvalid if the IdP's metadata has expired, ErrUnsupported without
// Config.LogoutURL.
func (b *Broker) ReceiveLogout(_ context.Context, cb mitid.Callback) (*mitid.Logout, error) {
	if b.cfg.LogoutURL == "" || b.idp.sloAnswers == "" {
		return nil, noLogout()
	}
	m, err := b.readLogoutMessage(cb)
	if err != nil {
		return nil, err
	}
	if m.name == "SAMLRequest" {
		return b.logoutRequest(m)
	}
	return b.logoutResponse(m)
}

// logoutRequest judges a LogoutRequest whose signature is verified.
func (b *Broker) logoutRequest(m *logoutMessage) (*mitid.Logout, error) {
	at, err := b.checkMessage(m.root, "LogoutRequest", "NameID", "SessionIndex")
	if err != nil {
		return nil, err
	}
	if err := b.checkNotOnOrAfter(m.root); err != nil {
		return nil, err
	}
	lo := &mitid.Logout{At: at}
	if lo.Subject, err = b.nameID(m.root); err != nil {
		return nil, err
	}
	sessions := xmlsig.Children(m.root, nsProtocol, "SessionIndex")
	if len(sessions) > maxSessions {
		return nil, fault.New(fault.ResponseInvalid, "the LogoutRequest names too many sessions")
	}
	for _, el := range sessions {
		text, err := nonEmptyText(el, "a SessionIndex")
		if err != nil {
			return nil, err
		}
		if len(sessions) == 1 {
			lo.SessionID = text
		}
	}
	id, _ := xmlsig.Attr(m.root, "ID") // checkMessage bounds it
	if lo.Answer, err = b.answerLogout(id, m.relayState); err != nil {
		return nil, err
	}
	return lo, nil
}

// answerLogout returns the address of the IdP with a signed LogoutResponse to the
// LogoutRequest id.
func (b *Broker) answerLogout(id, relayState string) (*mitid.Redirect, error) {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails (crypto/rand)
	m := b.message("LogoutResponse", "_"+hex.EncodeToString(random), b.idp.sloAnswers, b.now())
	m.CreateAttr("InResponseTo", id)
	m.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", statusSuccess)
	address, err := signedRedirect(b.idp.sloAnswers, "SAMLResponse", m, relayState, b.signingKey())
	if err != nil {
		return nil, err
	}
	return &mitid.Redirect{URL: address}, nil
}

// logoutResponse judges a LogoutResponse whose signature is verified.
func (b *Broker) logoutResponse(m *logoutMessage) (*mitid.Logout, error) {
	if _, err := b.checkMessage(m.root, "LogoutResponse", "Status"); err != nil {
		return nil, err
	}
	if to, _ := xmlsig.Attr(m.root, "InResponseTo"); m.relayState == "" || to != logoutRequestID(m.relayState) {
		return nil, fault.New(fault.StateInvalid, "the LogoutResponse does not answer the LogoutRequest that its RelayState names")
	}
	status, err := xmlsig.One(m.root, nsProtocol, "Status")
	if err != nil {
		return nil, err
	}
	code, err := xmlsig.One(status, nsProtocol, "StatusCode")
	if err != nil {
		return nil, err
	}
	value, _ := xmlsig.Attr(code, "Value")
	if value == "" {
		return nil, fault.New(fault.ResponseInvalid, "the LogoutResponse has no status")
	}
	return &mitid.Logout{Finished: true, Partial: value != statusSuccess || len(code.ChildElements()) > 0}, nil
}
