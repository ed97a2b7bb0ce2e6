package mitid

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
)

// ages are the ages that each broker with a proof of age can prove
// (https://docs.idura.app/verify/guides/age-verification).
var ages = [...]int{15, 16, 18, 21}

// AgeProof is the answer to Request.Age. Neither it nor the Login that holds it names
// the person.
type AgeProof struct {
	guarded

	Asked  int       // the age that was asked for, in years
	Answer AgeAnswer // whether the person is at least that old
	EID    string    // the eID that proved it, such as "mitid"; empty if the answer names none that the adapter knows
	At     time.Time // when it was proven; zero if the broker did not say
	Why    string    // with AgeNotProven: the reason, for a log; it holds nothing of the answer
}

// AgeAnswer says whether somebody has reached an age.
type AgeAnswer uint8

// The answers.
const (
	AgeNotProven  AgeAnswer = iota // unknown: treat it as no
	AgeReached                     // yes
	AgeNotReached                  // no: the person is younger
)

// String returns "not proven", "yes" or "no".
func (a AgeAnswer) String() string {
	switch a {
	case AgeReached:
		return "yes"
	case AgeNotReached:
		return "no"
	}
	return "not proven"
}

// AtLeast reports whether p proves that the person is at least years old. If p is nil,
// or its Answer is not AgeReached, it reports false.
func (p *AgeProof) AtLeast(years int) bool {
	return p != nil && p.Answer == AgeReached && p.Asked >= years
}

// An AgeProver is a Broker that proves an age without an identity. The Client finds it
// by type assertion, and returns ErrUnsupported for a Broker that is none.
type AgeProver interface {
	// BeginAge is Broker.Begin for an attempt whose Request.Age is not zero.
	BeginAge(ctx context.Context, a *Attempt) (*Redirect, error)
	// CompleteAge is Broker.Complete for such an attempt. If the broker's statement is
	// genuine and does not clearly answer the question, the answer is AgeNotProven.
	CompleteAge(ctx context.Context, a *Attempt, cb Callback) (*AgeAssertion, error)
}

// AgeAssertion is what an adapter has verified about one proof of age.
type AgeAssertion struct {
	guarded

	Proof    AgeProof
	Echo     string    // the nonce that came back; the Client compares it
	AuthTime time.Time // when the person used their eID; zero if the broker did not say
	Expires  time.Time
	Evidence Evidence // without a token that names the person
}

// validateAge refuses an age that no broker proves, and a field that a proof of age
// excludes.
func (r Request) validateAge() error {
	bad := func(why string) error { return fault.New(fault.InputInvalid, "Request."+why) }
	with := func(field string) error {
		return bad("Age and Request." + field + ": a proof of age tells an age and nothing else")
	}
	switch {
	case !slices.Contains(ages[:], r.Age):
		return bad("Age is none of 15, 16, 18 and 21")
	case r.Level != claims.LevelUnknown:
		return with("Level")
	case r.Capacity != claims.CapacityUnknown && r.Capacity != claims.CapacityPrivate:
		return with("Capacity")
	case r.CPR != CPRNo:
		return with("CPR")
	case r.Address:
		return with("Address")
	case r.Organisation:
		return with("Organisation")
	case r.NemIDPID:
		return with("NemIDPID")
	case r.UUID != claims.UUID{}:
		return with("UUID")
	case r.CPRHint != cpr.Number{}:
		return with("CPRHint")
	case !r.CVRHint.IsZero():
		return with("CVRHint")
	case r.ReferenceText != "":
		return with("ReferenceText")
	case r.TransactionText != Text{}:
		return with("TransactionText")
	case r.Action != LogOn:
		return with("Action")
	case r.Silent:
		return bad("Age and Request.Silent: without a page, the broker's session may be another person's")
	case r.RevokeCPRConsent:
		return with("RevokeCPRConsent")
	}
	return nil
}

// beginAge begins a proof of age.
func (c *Client) beginAge(ctx context.Context, a *Attempt) (*Redirect, error) {
	p, err := c.ageProver()
	if err != nil {
		return nil, err
	}
	return p.BeginAge(ctx, a)
}

func (c *Client) ageProver() (AgeProver, error) {
	p, ok := c.broker.(AgeProver)
	if !ok {
		return nil, fault.New(fault.Unsupported, "Request.Age: this broker proves no age without telling who it is")
	}
	return p, nil
}

// completeAge finishes a proof of age.
func (c *Client) completeAge(ctx context.Context, a *Attempt, cb Callback) (*Login, error) {
	p, err := c.ageProver()
	if err != nil {
		return nil, err
	}
	as, err := p.CompleteAge(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	if as == nil {
		return nil, fault.New(fault.ResponseInvalid, "the adapter returned neither facts nor an error")
	}
	switch {
	case as.Echo != a.Nonce:
		return nil, fault.New(fault.TokenInvalid, "the broker's statement belongs to another login")
	case as.Proof.Answer > AgeNotReached:
		return nil, fault.New(fault.ResponseInvalid, "the adapter returned an answer that does not exist")
	case as.Proof.Asked != a.Request.Age:
		return nil, fault.New(fault.TokenInvalid, "the broker's statement is about another age")
	}
	if err := a.admitTime(as.AuthTime); err != nil {
		return nil, err
	}
	proof := as.Proof
	if proof.Answer == AgeNotProven {
		// Nothing else shows that the broker knows the application for logins only.
		c.log.WarnContext(ctx, "mitid: age not proven", "broker", c.rule.Name, "age", strconv.Itoa(proof.Asked), "why", proof.Why)
	}
	return &Login{Age: &proof, Broker: c.rule.Name, Issuer: c.rule.Issuer, ClientID: c.rule.ClientID, Expires: as.Expires, Evidence: as.Evidence}, nil
}
