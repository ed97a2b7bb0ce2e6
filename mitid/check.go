package mitid

import (
	"context"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/claims"
)

// A Checker is a broker's adapter that can be checked; see Client.Check. It
// fetches the broker's documents anew. Where the broker takes pushed requests it
// pushes a, and never uses what comes back.
type Checker interface {
	Check(ctx context.Context, a *Attempt) []Finding
}

// Report is what Client.Check found. It holds nothing personal and no secret, so
// print it.
type Report struct {
	Broker   string // the adapter's name
	Issuer   string
	Findings []Finding // in the order in which they were looked at
}

// Finding is one thing that was looked at.
type Finding struct {
	Grade Grade
	About string // what was looked at: "discovery", "clock", "keys", "client", "redirect address", "state keys", …
	Kind  Kind   // of a Failed one; otherwise 0
	Code  string // the broker's error code, when it is one that the adapter knows
	What  string // what was seen
	Do    string // what to do about it; empty if there is nothing
}

// Grade says how a Finding came out.
type Grade uint8

// The grades.
const (
	Fine     Grade = iota // as it should be
	Unproved              // nothing could be learned
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

// OK reports whether nothing failed, so that logins can be expected to work.
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

// Check asks the broker whether a login can work, without anybody logging in: for
// a look before production, and for a readiness probe. It never returns nil.
//
// It makes up to three calls, each bounded as every call is: it fetches discovery
// and keys anew (the first login then finds them fetched), and compares them with
// the Config and with our clock. Where the broker takes pushed requests, it pushes
// an ordinary login and forgets it; that proves client id, secret and redirect
// address, and leaves a pending request at the broker that expires there. What
// could not be proved is Unproved. Once a minute is often enough for a probe.
//
// Settings of this Client that are sound for a try and not for production, such as
// random StateKeys, are Advice. Check logs nothing.
func (c *Client) Check(ctx context.Context) *Report {
	r := &Report{Broker: c.rule.Name, Issuer: c.rule.Issuer}
	r.Findings = []Finding{{Grade: Unproved, About: "broker", What: "this adapter cannot be checked", Do: "log in once"}}
	if checker, able := c.broker.(Checker); able {
		if a, err := c.attempt(Request{}); err == nil {
			r.Findings = checker.Check(ctx, a)
		}
	}
	r.Findings = append(r.Findings, c.advice()...)
	return r
}

// advice is about this Client's own settings.
func (c *Client) advice() []Finding {
	var found []Finding
	if u, err := url.Parse(c.redirect); err != nil || u.Scheme != "https" {
		found = append(found, Finding{Grade: Advice, About: "redirect address", What: "it is http, which works on this machine alone", Do: "set Config.RedirectURL to an https address"})
	}
	if c.randomKeys {
		found = append(found, Finding{Grade: Advice, About: "state keys", What: "they are random, so that a restart and another replica refuse the logins on their way",
			Do: "set Config.StateKeys to the same 32 bytes in every replica"})
	}
	if _, memory := c.once.(*memoryOnce); memory {
		found = append(found, Finding{Grade: Advice, About: "single use", What: "answers that were used are remembered in this process alone",
			Do: "with several replicas set Config.Once; with one do nothing"})
	}
	if c.minLevel < claims.Substantial {
		found = append(found, Finding{Grade: Advice, About: "level", What: "logins by password alone are let in", Do: "leave Config.MinLevel at Substantial, unless you mean it"})
	}
	return found
}
