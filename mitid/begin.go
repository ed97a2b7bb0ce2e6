package mitid

import (
	"context"
	"errors"
	"net/url"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/transactiontext"
)

// MaxReferenceText is the length of Request.ReferenceText, in characters.
const MaxReferenceText = 130

// MaxTransactionText is the length of Request.TransactionText, in characters, with
// every broker. A broker can have a lower limit: that of E-Ident is 600.
const MaxTransactionText = transactiontext.MaxCharacters

// Begin starts a login. Send the browser to the Redirect, and keep its State under its
// Handle in this browser and nowhere else. Package mitidhttp does both.
//
// Errors: ErrInputInvalid and ErrUnsupported name the field of r. ErrConfigInvalid,
// ErrBrokerUnavailable and others come from the broker, whose addresses the first call
// fetches.
func (c *Client) Begin(ctx context.Context, r Request) (*Redirect, error) {
	if r.Capacity == claims.CapacityProfessional && !r.UUID.IsZero() {
		return nil, c.fail(ctx, "begin", fault.New(fault.Unsupported, "Request.UUID is for private people: the UUID of a person who acts for an organisation may be the organisation's, which colleagues share; use StepUp, or log in and compare Identity.Subject"))
	}
	a, err := c.newAttempt(r)
	if err != nil {
		return nil, c.fail(ctx, "begin", err)
	}
	rd, err := c.beginWith(a, func() (*Redirect, error) {
		if a.Request.Age != 0 {
			return c.beginAge(ctx, a)
		}
		return c.broker.Begin(ctx, a)
	})
	if err != nil {
		return nil, c.fail(ctx, "begin", err)
	}
	return rd, nil
}

// newAttempt validates r and returns an attempt for it.
func (c *Client) newAttempt(r Request) (*Attempt, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	if r.Capacity == claims.CapacityUnknown {
		r.Capacity = claims.CapacityPrivate
	}
	now := c.now()
	a := &Attempt{
		Request: r, seed: newSeed(), RedirectURL: c.redirect,
		Started: now, Now: now, Expires: now.Add(c.lifetime), ExpectUUID: r.UUID, Level: max(r.Level, c.minLevel),
	}
	a.fillDerived()
	if r.Age != 0 {
		a.Level = claims.LevelUnknown // no broker tells the level of a proof of age
	}
	if r.ReferenceText != "" {
		a.Reference = DigestOf(Text{Body: r.ReferenceText})
	}
	if r.TransactionText.Body != "" {
		a.Transaction = DigestOf(r.TransactionText)
	}
	return a, nil
}

// beginWith returns the redirect that adapter makes, with the sealed attempt.
func (c *Client) beginWith(a *Attempt, adapter func() (*Redirect, error)) (*Redirect, error) {
	rd, err := adapter()
	if err != nil {
		return nil, err
	}
	if rd == nil || rd.URL == "" {
		return nil, fault.New(fault.ResponseInvalid, "the adapter returned neither a redirect nor an error")
	}
	state, err := c.seal(a)
	if err != nil {
		return nil, err
	}
	return &Redirect{URL: rd.URL, Form: rd.Form, Handle: a.Handle, State: state, Expires: a.Expires.Truncate(time.Second)}, nil
}

// validate refuses a request that no broker could carry.
func (r Request) validate() error {
	bad := func(why string) error { return fault.New(fault.InputInvalid, "Request."+why) }
	if r.Age != 0 {
		if err := r.validateAge(); err != nil {
			return err
		}
	}
	switch {
	case r.Level > claims.High:
		return bad("Level is none of the levels")
	case r.Capacity > claims.CapacityEither || r.Capacity == claims.CapacitySignatory:
		return bad("Capacity is none of CapacityPrivate, CapacityProfessional and CapacityEither")
	case r.CPR > CPRRequired:
		return bad("CPR is none of the uses")
	case r.Action > Sign:
		return bad("Action is none of the actions")
	case r.Locale > Greenlandic:
		return bad("Locale is none of MitID's languages")
	case r.AppSwitch.Platform > Android:
		return bad("AppSwitch.Platform is none of the platforms")
	case r.AppSwitch.ResumeURL != "" && r.AppSwitch.Platform == NoAppSwitch:
		return bad("AppSwitch.ResumeURL needs a Platform")
	case r.AppSwitch.ResumeURL != "" && !isAppLink(r.AppSwitch.ResumeURL):
		return bad("AppSwitch.ResumeURL must be an https address without blanks")
	case r.TransactionText.Type > HTMLText:
		return bad("TransactionText.Type is none of the types")
	case r.TransactionText.Body == "" && r.TransactionText.Type != PlainText:
		return bad("TransactionText has a Type and no Body")
	case utf8.RuneCountInString(r.ReferenceText) > MaxReferenceText:
		return bad("ReferenceText is longer than 130 characters")
	case !isPrintable(r.ReferenceText):
		return bad("ReferenceText holds control characters or is not UTF-8")
	case r.Silent && (r.Fresh || r.RevokeCPRConsent):
		return bad("Silent excludes every page, and Fresh and RevokeCPRConsent need one")
	case !r.Capacity.Takes(claims.CapacityProfessional) && !r.CVRHint.IsZero():
		return bad("CVRHint needs Capacity CapacityProfessional or CapacityEither")
	case r.TransactionText.Body != "":
		err := transactiontext.Check(transactiontext.Kind(r.TransactionText.Type), r.TransactionText.Body, MaxTransactionText)
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return bad("TransactionText: " + f.Why)
		}
		return err
	}
	return nil
}

// isPrintable reports whether s is UTF-8 without control characters and without
// bidirectional formatting, which could make a person read another text.
func isPrintable(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

func isAppLink(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(raw) > 512 {
		return false
	}
	for _, r := range raw {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return true
}
