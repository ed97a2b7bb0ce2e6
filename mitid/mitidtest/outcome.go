package mitidtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
)

// Outcome is what a person does at the broker. The zero value is [Abort].
type Outcome struct {
	Act         Act
	Citizen     Citizen    // who approves
	Code        string     // of the error that ends the login
	Description string     // of that error; may be empty
	HidesCPR    bool       // keeps the CPR number to themself
	Forgets     bool       // the broker is not to remember the number
	Types       cpr.Number // on the CPR page; if zero, their own
	CVR         string     // of the company that they act for; if empty, the first, where one is demanded
}

// Act is how a person ends a login.
type Act uint8

// The acts.
const (
	Aborts   Act = iota // presses cancel
	Approves            // logs in
	Fails               // meets an error of the broker
)

// Approve logs c in. The person types their CPR number where it is asked for and
// lets the broker remember it, acts for their first company where a company is
// demanded, and for themself where they may choose.
func Approve(c Citizen) Outcome { return Outcome{Act: Approves, Citizen: c} }

// Abort ends the login as a person who presses cancel.
func Abort() Outcome { return Outcome{} }

// Fail ends the login with an error of the broker, such as
// mitid_core_client_error, and the words of its description, if any.
func Fail(code string, description ...string) Outcome {
	return Outcome{Act: Fails, Code: code, Description: strings.Join(description, " ")}
}

// WithoutCPR makes the person keep their CPR number to themself.
func (o Outcome) WithoutCPR() Outcome { o.HidesCPR = true; return o }

// Typing makes the person enter n on the CPR page, whatever their own number is.
func (o Outcome) Typing(n cpr.Number) Outcome { o.Types = n; return o }

// For makes the person act for the company with that CVR number, also where they may
// choose to be private.
func (o Outcome) For(cvr string) Outcome { o.CVR = cvr; return o }

// script holds what people will do: in order, or for one login.
type script struct {
	queue []Outcome
	keyed *Store[Outcome]
}

// Next queues what the next people do, in order. When the queue is empty, the
// page is shown (or the first citizen approved, with Config.Auto).
func (b *Broker) Next(outcomes ...Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script.queue = append(b.script.queue, outcomes...)
}

// Queue returns what Next has queued and nobody has done yet.
func (b *Broker) Queue() []Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.script.queue)
}

// problem returns the error with which a failure ends a login, and its description.
func (o Outcome) problem() string {
	if o.Description == "" {
		return o.Code
	}
	return o.Code + ": " + o.Description
}

// words returns o as somebody would say it in Go.
func (o Outcome) words() string {
	switch o.Act {
	case Approves:
		return "Approve(" + nameOf(o.Citizen) + ")"
	case Fails:
		return "Fail(" + safe(o.problem()) + ")"
	}
	return "Abort"
}

// keyOfState and keyOfURI name a login.
func keyOfState(state string) string { return "state:" + state }

func keyOfURI(requestURI string) string { return "uri:" + requestURI }

// decide fixes what the person behind one login does.
func (b *Broker) decide(key string, o Outcome) { b.script.keyed.Put(key, o, time.Hour) }

// queued reports whether the next person's part is already decided.
func (b *Broker) queued() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.script.queue) > 0
}

// Scripted returns what the person behind the login of r does, if that is decided: by
// [Walk], by [Broker.Next] or by Config.Auto, and by a rule of [Broker.Always] on top. A
// dialect calls it once for each login, with the handle in the authorization request
// ([Profile.State]) and, if the request was pushed, its request_uri.
func (b *Broker) Scripted(r *http.Request, state, requestURI string) (Outcome, bool) {
	o, by := b.scripted(state, requestURI)
	if by == "" {
		return Outcome{}, false
	}
	o, _ = b.said(turnOf(r).of, o, by+" said "+o.words())
	return o, true
}

// said records what the person of a login does, and returns it, or what the rule for that
// person makes of it.
func (b *Broker) said(e *entry, o Outcome, by string) (Outcome, bool) {
	who := o.Citizen
	final, ruled := b.ruled(o)
	told := by
	if ruled {
		by = "a rule for " + nameOf(who) + ": " + final.words()
		told += "; " + by
	}
	b.writeTo(e, told, func(e *entry, _ time.Time) {
		e.said, e.act = by, final.Act
		if o.Act == Approves {
			e.shown.Who = nameOf(who)
		}
	})
	return final, ruled
}

// scripted returns what the person does, and who says so; nobody if that is open.
func (b *Broker) scripted(state, requestURI string) (o Outcome, by string) {
	for _, k := range []string{keyOfURI(requestURI), keyOfState(state)} {
		if o, ok := b.script.keyed.Take(k); ok {
			return o, "Walk"
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.script.queue) > 0 {
		o := b.script.queue[0]
		b.script.queue = b.script.queue[1:]
		return o, "Next"
	}
	if b.cfg.Auto && len(b.citizens) > 0 {
		return Approve(b.citizens[0]), "Config.Auto"
	}
	return Outcome{}, ""
}
