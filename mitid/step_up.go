package mitid

import (
	"context"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
)

// maxToken bounds what VerifyToken looks at, in bytes.
const maxToken = 64 << 10

// StepUp asks the person of l for more, such as a CPR number or a higher level. If the
// broker can, they do not log in again. Otherwise MitID re-authenticates the same
// identity. A higher level always needs a fresh login. StepUp also asks for the level
// that l has. Finish it with Complete, which returns ErrAssuranceTooLow for a lower
// level and ErrTokenInvalid for another person.
//
// Errors: those of Begin. ErrInputInvalid if l is of another broker or application, or
// if l holds no MitID UUID and re-authentication needs one.
func (c *Client) StepUp(ctx context.Context, l *Login, r Request) (*Redirect, error) {
	rd, err := c.stepUp(ctx, l, r)
	if err != nil {
		return nil, c.fail(ctx, "step up", err)
	}
	return rd, nil
}

func (c *Client) stepUp(ctx context.Context, l *Login, r Request) (*Redirect, error) {
	if err := c.checkOwnLogin(l); err != nil {
		return nil, err
	}
	if r.Age != 0 {
		return nil, fault.New(fault.InputInvalid, "Request.Age: a proof of age names nobody, so it is no step-up; use Begin")
	}
	r.Capacity = claims.CapacityPrivate
	if l.Identity.Capacity != claims.CapacityPrivate {
		r.Capacity = claims.CapacityProfessional
	}
	// The new login replaces l, so its level must not be lower.
	r.Level = max(r.Level, l.Level, l.Identity.Levels.LoA)
	if max(r.Level, c.minLevel) > l.Identity.Levels.LoA && !r.Silent {
		r.Fresh = true // the broker's own session has the old level
	}
	upper, able := c.broker.(StepUpper)
	if !able {
		if l.Identity.UUID == (claims.UUID{}) {
			return nil, fault.New(fault.InputInvalid, "the login holds no MitID UUID to re-authenticate")
		}
		r.UUID = l.Identity.UUID
	}
	a, err := c.newAttempt(r)
	if err != nil {
		return nil, err
	}
	a.ExpectSubject, a.ExpectCapacity = l.Identity.Subject, l.Identity.Capacity
	if o := l.Identity.Organisation; o != nil {
		a.ExpectCVR = o.CVR
	}
	return c.beginWith(a, func() (*Redirect, error) {
		if able {
			return upper.StepUp(ctx, a, l)
		}
		return c.broker.Begin(ctx, a)
	})
}

// checkOwnLogin returns an error unless l is a login of this Client's broker and
// application.
func (c *Client) checkOwnLogin(l *Login) error {
	switch {
	case l != nil && l.Age != nil:
		return fault.New(fault.InputInvalid, "the login is a proof of age, which names nobody")
	case l == nil || l.Identity.Subject == "":
		return fault.New(fault.InputInvalid, "there is no login")
	case l.Broker != c.rule.Name || l.Issuer != c.rule.Issuer:
		return fault.New(fault.InputInvalid, "the login is another broker's")
	case l.ClientID != c.rule.ClientID:
		return fault.New(fault.InputInvalid, "the login is another application's: Login.ClientID is not this client's")
	}
	return nil
}

// MatchCPR asks the broker whether n is the CPR number of the person of l. The answer
// does not tell whether n is the number of another person.
//
// Errors: ErrUnsupported if the broker has no such call. ErrInputInvalid for the zero
// number, for a replacement number and for a login of another application.
// ErrCPRMismatch if the broker allows no further try and the person must log in again.
func (c *Client) MatchCPR(ctx context.Context, l *Login, n cpr.Number) (bool, error) {
	const op = "match CPR"
	m, ok := c.broker.(CPRMatcher)
	if !ok {
		return false, c.fail(ctx, op, fault.New(fault.Unsupported, "this broker has no CPR match; use StepUp with CPRRequired"))
	}
	if err := c.checkOwnLogin(l); err != nil {
		return false, c.fail(ctx, op, err)
	}
	if n.Kind() != cpr.Ordinary {
		return false, c.fail(ctx, op, fault.New(fault.InputInvalid, "only an ordinary CPR number can be matched"))
	}
	match, err := m.MatchCPR(ctx, l, n)
	if err != nil {
		return false, c.fail(ctx, op, err)
	}
	return match, nil
}

// EndSession logs the person out at the broker. End your own session first, then send
// the browser to the Redirect. The broker sends it to returnTo, which must be
// registered there, with the Handle as state.
//
// Errors: ErrUnsupported if the broker has no logout. ErrInputInvalid if returnTo is no
// address to return to, and for a login of another application.
func (c *Client) EndSession(ctx context.Context, l *Login, returnTo string) (*Redirect, error) {
	const op = "end session"
	e, ok := c.broker.(SessionEnder)
	if !ok {
		return nil, c.fail(ctx, op, fault.New(fault.Unsupported, "this broker has no logout"))
	}
	if err := c.checkOwnLogin(l); err != nil {
		return nil, c.fail(ctx, op, err)
	}
	if why := returnURLProblem(returnTo); why != "" {
		return nil, c.fail(ctx, op, fault.New(fault.InputInvalid, "returnTo "+why))
	}
	handle := random(16)
	rd, err := e.EndSession(ctx, l, returnTo, handle)
	if err == nil && rd == nil {
		err = fault.New(fault.ResponseInvalid, "the adapter returned neither a redirect nor an error")
	}
	if err != nil {
		return nil, c.fail(ctx, op, err)
	}
	return &Redirect{URL: rd.URL, Form: rd.Form, Handle: handle, Expires: c.now().Add(c.lifetime)}, nil
}

// ReceiveLogout verifies a logout message of the broker (front channel, back channel,
// SAML) and returns which sessions to end. If it returns an error, end none.
//
// Errors: ErrUnsupported if the broker sends no such messages, ErrTokenInvalid,
// ErrSignatureInvalid.
func (c *Client) ReceiveLogout(ctx context.Context, cb Callback) (*Logout, error) {
	const op = "receive logout"
	r, ok := c.broker.(LogoutReceiver)
	if !ok {
		return nil, c.fail(ctx, op, fault.New(fault.Unsupported, "this broker sends no logout messages"))
	}
	lo, err := r.ReceiveLogout(ctx, cb)
	if err != nil {
		return nil, c.fail(ctx, op, err)
	}
	if lo == nil || !lo.Finished && lo.Subject == "" && lo.SessionID == "" {
		return nil, c.fail(ctx, op, fault.New(fault.TokenInvalid, "the message names no session"))
	}
	return lo, nil
}
