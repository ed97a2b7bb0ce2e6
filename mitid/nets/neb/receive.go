package neb

import (
	"context"
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// ReceiveLogout checks a logout message: a POST with a logout token (OpenID Connect
// Back-Channel Logout 1.0), or a GET with iss and sid, which the person's own
// browser makes (Front-Channel Logout 1.0). SessionID is Identity.SessionID of the
// logins that it ends.
//
// A front-channel message is not signed. Its only proof is the session's id. End only
// the session with that id, and only in the browser that brought the message.
func (b *Broker) ReceiveLogout(ctx context.Context, cb mitid.Callback) (*mitid.Logout, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	for _, list := range values {
		if len(list) != 1 {
			return nil, fault.New(fault.ResponseInvalid, "a parameter of the logout message is given twice")
		}
	}
	if cb.Method == http.MethodPost {
		return b.backChannel(ctx, values)
	}
	return b.frontChannel(values)
}

func (b *Broker) backChannel(ctx context.Context, values url.Values) (*mitid.Logout, error) {
	raw := values.Get("logout_token")
	if raw == "" {
		return nil, fault.New(fault.ResponseInvalid, "the logout message holds no logout token")
	}
	lo, err := b.oidc.Party.VerifyLogout(ctx, raw, oidcrp.Rules{Signer: b.signsTokens})
	if err != nil {
		return nil, err
	}
	return &mitid.Logout{Subject: lo.Subject, SessionID: lo.SessionID, At: lo.At}, nil
}

// maxSessionID is the length limit of a session's id, in bytes.
const maxSessionID = 256

func (b *Broker) frontChannel(values url.Values) (*mitid.Logout, error) {
	switch sid := values.Get("sid"); {
	case values.Get("iss") != b.oidc.Party.Issuer():
		return nil, fault.New(fault.IssuerMismatch, "the logout message is not of this broker")
	case sid == "" || len(sid) > maxSessionID:
		return nil, fault.New(fault.TokenInvalid, "the logout message names no session")
	default:
		return &mitid.Logout{SessionID: sid}, nil
	}
}
