package oidcbroker

import (
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// AgeAssertion returns the assertion of a proof of age, without its answer: the
// adapter fills in Proof.Answer, or Proof.Why. at is when the person used their
// eID; if zero, the broker did not tell it, and the time of issue stands in
// Proof.At.
func AgeAssertion(a *mitid.Attempt, r *claims.Registered, at time.Time, asked url.Values) *mitid.AgeAssertion {
	as := &mitid.AgeAssertion{
		Proof: mitid.AgeProof{Asked: a.Request.Age, At: at},
		Echo:  r.Nonce, AuthTime: at, Expires: time.Unix(r.Expires, 0),
		Evidence: Evidence(a, asked),
	}
	if at.IsZero() {
		as.Proof.At = time.Unix(r.IssuedAt, 0)
	}
	return as
}
