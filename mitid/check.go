package mitid

import (
	"context"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/claims"
)

// A Checker is a Broker that Client.Check can check. Check fetches the broker's
// documents anew. If the broker takes pushed requests, Check pushes a and does not use
// the answer.
type Checker interface {
	Check(ctx context.Context, a *Attempt) []Finding
}

// Report is the result of Client.Check. It holds nothing personal and no secret, so it
// may be printed and logged.
type Report struct {
	Broker   string // the adapter's name
	Issuer   string
	Findings []Finding // in the order of the checks
}

// Finding is the result of one check.
type Finding struct {
	Grade Grade
	About string // what was checked: "discovery", "clock", "keys", "client", "redirect address", "state keys", …
	Kind  Kind   // with Failed; otherwise 0
	Code  string // the broker's error code, if it is one that the adapter knows
	What  string // what the check found
	Do    string // what to do about it; empty if there is nothing
}

// Grade is the result of a check.
type Grade uint8

// The grades.
const (
	Fine     Grade = iota // as it should be
	Unproved              // the check could not tell
	Advice                // logins work, and something should change before production
	Failed                // logins do not work
)

var grades = [...]string{"fine", "unproved", "advice", "failed"}

// String returns the grade's word, such as "fine".
func (g Grade) String() string {
	if int(g) >= len(grades) {
		return "unknown"
	}
	return grades[g]
}

// OK reports whether no check failed: logins should work.
func (r *Report) OK() bool { return r.Err() == nil }

// Err returns the first Finding that failed as an *Error, or nil.
func (r *Report) Err() error {
	for _, f := range r.Findings {
		if f.Grade == Failed {
			return &Error{Kind: f.Kind, Broker: r.Broker, Op: "check", Code: f.Code, Why: f.About + ": " + f.What + "; " + f.Do}
		}
	}
	return nil
}

// String returns a line for each Finding, and one more for what to do.
func (r *Report) String() string {
	var b strings.Builder
	b.WriteString(r.Broker + " at " + r.Issuer + "\n")
	for _, f := range r.Findings {
		b.WriteString(f.Grade.String() + ": " + f.About + ": " + f.What)
		if f.Code != "" {
			b.WriteString(" (" + f.Code + ")")
		}
		b.WriteString("\n")
		if f.Do != "" {
			b.WriteString("    " + f.Do + "\n")
		}
	}
	return b.String()
}

// Check checks whether logins can work, without a person who logs in. Use it before
// production and as a readiness probe; once a minute is often enough for a probe. It
// never returns nil.
//
// Check makes up to three calls to the broker, with the same limits as every call. It
// fetches discovery and keys anew, which the first login then uses, and compares them
// with the Config and with our clock. If the broker takes pushed requests, Check pushes
// an ordinary login and does not use it. That proves client id, secret and redirect
// address. The pushed request expires at the broker.
//
// Settings of this Client that suit a trial but not production, such as random
// StateKeys, are Advice. Check logs nothing.
func (c *Client) Check(ctx context.Context) *Report {
	r := &Report{Broker: c.rule.Name, Issuer: c.rule.Issuer}
	r.Findings = []Finding{{Grade: Unproved, About: "broker", What: "this adapter cannot be checked", Do: "log in once"}}
	if checker, able := c.broker.(Checker); able {
		if a, err := c.newAttempt(Request{}); err == nil {
			r.Findings = checker.Check(ctx, a)
		}
	}
	r.Findings = append(r.Findings, c.advice()...)
	return r
}

// advice returns the findings about this Client's own settings.
func (c *Client) advice() []Finding {
	var found []Finding
	if u, err := url.Parse(c.redirect); err != nil || u.Scheme != "https" {
		found = append(found, Finding{Grade: Advice, About: "redirect address", What: "it is http, which works on this machine alone", Do: "set Config.RedirectURL to an https address"})
	}
	if c.randomKeys {
		found = append(found, Finding{Grade: Advice, About: "state keys", What: "they are random, so that after a restart, and in another replica, pending logins are refused",
			Do: "set Config.StateKeys to the same 32 bytes in every replica"})
	}
	if _, memory := c.once.(*memoryOnce); memory {
		found = append(found, Finding{Grade: Advice, About: "single use", What: "used answers are remembered in this process alone",
			Do: "with several replicas set Config.Once; with one do nothing"})
	}
	if c.minLevel < claims.Substantial {
		found = append(found, Finding{Grade: Advice, About: "level", What: "logins by password alone are admitted", Do: "set Config.MinLevel to Substantial, unless that is intended"})
	}
	return found
}
