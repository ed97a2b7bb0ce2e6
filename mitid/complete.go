package mitid

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/fault"
)

// Complete finishes a login. state is the Redirect.State that this browser kept under
// the handle in cb. If it kept none, state is empty.
//
// Complete returns a Login or an error, never both. A Login means that every rule of
// the Request holds. For Request.Age it means that the broker answered; Login.Age holds
// the answer. In each case the pending login is used up. The exception is a state that
// does not belong to cb: this browser did not begin the login, and Complete returns
// ErrStateInvalid. The package documentation lists the other errors.
func (c *Client) Complete(ctx context.Context, state string, cb Callback) (*Login, error) {
	l, err := c.complete(ctx, state, cb)
	if err != nil {
		return nil, c.fail(ctx, "complete", err)
	}
	return l, nil
}

func (c *Client) complete(ctx context.Context, state string, cb Callback) (*Login, error) {
	a, err := c.takeAttempt(ctx, state, cb)
	if err != nil {
		return nil, err
	}
	if a.Request.Age != 0 {
		return c.completeAge(ctx, a, cb)
	}
	as, err := c.broker.Complete(ctx, a, cb)
	if err != nil {
		return nil, asked(a.Level, err)
	}
	if as == nil {
		return nil, fault.New(fault.ResponseInvalid, "the adapter returned neither facts nor an error")
	}
	l, err := c.checkAssertion(a, as)
	if err != nil {
		return nil, asked(a.Level, err)
	}
	return l, nil
}

// takeAttempt returns the attempt that cb answers and uses it up.
func (c *Client) takeAttempt(ctx context.Context, state string, cb Callback) (*Attempt, error) {
	values, malformed := cb.Values()
	if values == nil && malformed != nil {
		return nil, malformed // too long to look for a handle
	}
	handles := values[c.rule.State]
	if len(handles) == 0 && malformed == nil {
		return nil, fault.New(fault.StateInvalid, "the answer names no pending login")
	}
	a, begun, err := c.open(state)
	if err != nil {
		return nil, err
	}
	// If there are several handles, each of them counts. The answer is refused below,
	// after the login has been used up.
	if !slices.Contains(handles, a.Handle) {
		return nil, fault.New(fault.StateInvalid, "the answer belongs to another pending login")
	}
	if !a.Now.Before(a.Expires) {
		return nil, fault.New(fault.StateInvalid, "the pending login has expired; start anew")
	}
	first, err := c.once.Use(ctx, a.Handle, a.Expires)
	switch {
	case err != nil:
		return nil, fault.New(fault.BrokerUnavailable, "the store of used logins does not answer")
	case !first && c.rule.HoldsStatement:
		return nil, fault.New(fault.Replay, "the broker's statement was used before")
	case !first:
		return nil, fault.New(fault.StateInvalid, "the pending login was answered before")
	case malformed != nil:
		return nil, malformed
	case len(handles) > 1:
		return nil, fault.New(fault.ResponseInvalid, "the answer names its pending login more than once")
	case cb.Method != c.rule.Method:
		return nil, fault.New(fault.ResponseInvalid, "the answer came with another method than the broker's")
	case cb.Method == http.MethodPost && queryHasAnswer(cb.RawQuery, c.rule.State):
		return nil, fault.New(fault.ResponseInvalid, "the answer came twice, in the query and in the body")
	case begun.With != stampOf(c.rule.Name, c.rule.Issuer):
		return nil, fault.New(fault.IssuerMismatch, "the login began with another broker")
	}
	if a.Request.Age != 0 {
		return a, nil
	}
	a.Level = max(a.Level, c.minLevel) // Config.MinLevel may have been raised since Begin
	return a, nil
}

// queryHasAnswer reports whether the query of a form post holds parameters of an
// answer, or is malformed.
func queryHasAnswer(raw, state string) bool {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return true
	}
	for _, name := range []string{state, "code", "error", "id_token", "access_token", "token", "SAMLResponse", "SAMLart"} {
		if q.Has(name) {
			return true
		}
	}
	return false
}

// checkAssertion compares the verified facts with the attempt and returns the login.
func (c *Client) checkAssertion(a *Attempt, as *Assertion) (*Login, error) {
	id := as.Identity
	switch {
	case as.Echo != a.Nonce:
		return nil, fault.New(fault.TokenInvalid, "the broker's statement belongs to another login")
	case id.Subject == "":
		return nil, fault.New(fault.TokenInvalid, "the broker's statement names nobody")
	case a.ExpectUUID != claims.UUID{} && id.UUID != a.ExpectUUID:
		return nil, fault.New(fault.TokenInvalid, "somebody else answered the re-authentication")
	case a.ExpectUUID != claims.UUID{} && a.ExpectSubject == "" && id.Capacity != claims.CapacityPrivate:
		return nil, fault.New(fault.TokenInvalid, "only a private person is known by UUID: colleagues may share one")
	case a.ExpectCapacity != claims.CapacityUnknown && id.Capacity != a.ExpectCapacity:
		return nil, fault.New(fault.TokenInvalid, "the step-up was answered in another capacity")
	case !a.ExpectCVR.IsZero() && (id.Organisation == nil || id.Organisation.CVR != a.ExpectCVR):
		return nil, fault.New(fault.TokenInvalid, "the step-up was answered for another organisation")
	}
	if err := a.Admit(Facts{Level: id.Levels.LoA, Capacity: id.Capacity, AuthTime: id.AuthTime, Subject: id.Subject}); err != nil {
		return nil, err
	}
	if id.Capacity != claims.CapacityPrivate && id.Organisation == nil {
		return nil, fault.New(fault.ClaimMissing, "the person acts for an organisation that the answer does not name")
	}
	if err := a.AdmitTexts(as.Texts); err != nil {
		return nil, err
	}
	l, err := c.login(as)
	if err != nil {
		return nil, err
	}
	switch a.Request.CPR {
	case CPRNo:
		l.withoutCPR(a)
	case CPRRequired:
		if l.Identity.CPR.IsZero() {
			return nil, fault.New(fault.ClaimMissing, "the answer holds no CPR number: the person has none or did not give it, or the application may not ask for it")
		}
	}
	return l, nil
}

// login returns the login that as proves, without the texts in Identity that are no
// facts about the person.
func (c *Client) login(as *Assertion) (*Login, error) {
	id, err := as.Identity.Cleared()
	if err != nil {
		return nil, err
	}
	return &Login{Identity: id, Level: id.Levels.LoA, Claims: as.Claims, Texts: as.Texts, Broker: c.rule.Name, Issuer: c.rule.Issuer, ClientID: c.rule.ClientID,
		Expires: as.Expires, SessionEnds: as.SessionEnds, StepUp: as.StepUp, Evidence: as.Evidence}, nil
}

// withoutCPR removes every CPR number from l, whichever claim holds it. Claims without
// a method WithoutCPR are removed as a whole. Texts that the request sent stay, because
// they are the application's own.
func (l *Login) withoutCPR(a *Attempt) {
	known := cprshape.Known{Numbers: []cpr.Number{l.Identity.CPR}, Born: []time.Time{l.Identity.BirthDate}}
	l.Identity.CPR = cpr.Number{}
	switch d := l.Claims.(type) {
	case interface{ WithoutCPR() any }:
		l.Claims = d.WithoutCPR()
	default:
		l.Claims = nil
	}
	if known.In(l.Texts.ReferenceHeader) {
		l.Texts.ReferenceHeader = ""
	}
	if t := l.Texts.Reference; a.Reference == nil && t != nil && known.In(t.Body) {
		l.Texts.Reference = nil
	}
	if t := l.Texts.Transaction; a.Transaction == nil && t != nil && known.In(t.Body) {
		l.Texts.Transaction = nil
	}
}

// sameText returns an error if a text was sent and the person did not see that text.
func sameText(sent *Digest, seen *Text) error {
	switch {
	case sent == nil:
		return nil
	case seen == nil:
		return fault.New(fault.TransactionMismatch, "the answer does not say which text the person saw")
	case *DigestOf(*seen) != *sent:
		return fault.New(fault.TransactionMismatch, "the person saw another text than the one that was sent")
	}
	return nil
}
