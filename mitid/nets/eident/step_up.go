package eident

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// StepUp asks for the CPR number of the person behind l without a new login, by
// the id of that login's transaction. It works as long as the login's ID token is
// valid: 15 minutes. A later one is refused with ErrInteractionRequired and never sent.
//
// A request for anything else needs a new login of the same person.
func (b *Broker) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	again, err := b.cfg.beginStepUp(a, l)
	switch {
	case err != nil:
		return nil, err
	case again:
		return b.Begin(ctx, a)
	}
	md, err := b.oidc.Party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	t, _ := readTransaction(string(a.Private))
	r := &a.Request
	return b.oidc.BeginInAddress(md, a, b.scopes(r), oauth2.SetAuthURLParam("language", b.cfg.locale(r)), oauth2.SetAuthURLParam("transaction_id", t.id)), nil
}

// beginStepUp prepares a for a step-up from l, and puts the transaction into a.Private.
// If it returns true, the request needs a new login of the same person. Without
// Config.UUIDInURL they type their user ID. The answer must name the same person in both
// cases.
func (s *settings) beginStepUp(a *mitid.Attempt, l *mitid.Login) (again bool, err error) {
	if a.ExpectUUID.IsZero() {
		a.ExpectUUID = l.Identity.UUID // sub may be the same in all of a person's employments
	}
	if !isCPRAlone(&a.Request) {
		if s.uuidInURL && a.Request.Capacity == claims.CapacityPrivate && a.Request.UUID.IsZero() {
			a.Request.UUID = l.Identity.UUID
		}
		return true, nil
	}
	if err := s.unsupported(&a.Request); err != nil {
		return false, err
	}
	t, ok := readTransaction(l.StepUp)
	switch {
	case !ok:
		return false, fault.New(fault.InputInvalid, "the login holds no transaction to step up from")
	case !a.Now.Before(t.until):
		return false, fault.New(fault.InteractionRequired, "the login is older than the 15 minutes in which this broker adds a CPR number; start a new one")
	}
	a.Private = []byte(t.String())
	return false, nil
}

// isCPRAlone reports whether r asks for nothing but a CPR number.
func isCPRAlone(r *mitid.Request) bool {
	return r.CPR != mitid.CPRNo && !r.Fresh && !r.NemIDPID && r.ReferenceText == "" && r.TransactionText.Body == ""
}

// transaction is a login that can be stepped up from, until its ID token expires.
type transaction struct {
	id    string // the claim jti, or the AssertionID without TI2-
	until time.Time
}

// transactionLife is how long after a login a step-up works (E-Ident, CPR step-up).
const transactionLife = 15 * time.Minute

// lastSecond is the end of the year 9999.
const lastSecond = 253402300799

// maxID is the length limit of a jti, in characters. Recorded ones have 32.
const maxID = 128

// String is the form that Login.StepUp and Attempt.Private hold.
func (t transaction) String() string { return strconv.FormatInt(t.until.Unix(), 10) + "." + t.id }

// handleOf returns the step-up handle of a login, or "" if the broker named no
// transaction that can be sent back.
func handleOf(id string, expires int64) string {
	t := transaction{id, time.Unix(expires, 0)}
	if !isID(id) || expires <= 0 || (cprshape.Known{}).In(id) {
		return ""
	}
	return t.String()
}

func readTransaction(s string) (transaction, bool) {
	seconds, id, ok := strings.Cut(s, ".")
	expires, err := strconv.ParseInt(seconds, 10, 64)
	t := transaction{id, time.Unix(expires, 0)}
	if !ok || err != nil || expires <= 0 || expires > lastSecond || !isID(id) || t.String() != s {
		return transaction{}, false
	}
	return t, true
}

// isID reports whether s consists of letters, digits, dashes and underscores.
func isID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for _, c := range []byte(s) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
