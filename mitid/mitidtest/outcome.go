package mitidtest

import (
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

// Scripted returns what the person behind one login does, if that is decided: by
// [Walk], by [Broker.Next] or by Config.Auto. A dialect calls it once for each login,
// with the state of the authorization request and, if the request was pushed, its
// request_uri.
func (b *Broker) Scripted(state, requestURI string) (Outcome, bool) {
	for _, k := range []string{keyOfURI(requestURI), keyOfState(state)} {
		if o, ok := b.script.keyed.Take(k); ok {
			return o, true
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.script.queue) > 0 {
		o := b.script.queue[0]
		b.script.queue = b.script.queue[1:]
		return o, true
	}
	if b.cfg.Auto && len(b.citizens) > 0 {
		return Approve(b.citizens[0]), true
	}
	return Outcome{}, false
}
