package ebokstest

import (
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// step is a state that a letter will come to.
type step struct {
	at     time.Time
	status eboks.Status
	code   string // why it failed
}

// course plans what will become of a letter.
func (d *Distributor) course(l *letter) []step {
	start := l.At
	if l.NotBefore.After(start) {
		start = l.NotBefore
	}
	s := d.set
	plan := append(make([]step, 0, 4), step{at: l.At, status: eboks.Accepted})
	digital := []step{
		{at: start.Add(s.Ready), status: eboks.Queued},
		{at: start.Add(s.Taken), status: eboks.AcceptedDigital},
		{at: start.Add(s.Delivered), status: eboks.DeliveredDigital},
	}
	paper := []step{
		{at: start.Add(s.Ready), status: eboks.Queued},
		{at: start.Add(s.Taken), status: eboks.PrintQueued},
		{at: start.Add(s.Delivered), status: eboks.HandedToCarrier},
	}
	failure := []step{{at: start.Add(s.Ready), status: eboks.Failed, code: CodeOf(l.verdict)}}
	switch {
	case l.Channel == eboks.PrintOnly:
		return append(plan, paper...)
	case l.verdict == eboks.Reachable:
		return append(plan, digital...)
	case l.verdict == eboks.Deceased: // never on paper
		return append(plan, failure...)
	case l.Channel == eboks.DigitalThenPrint && !l.Address.IsZero():
		return append(plan, paper...)
	case l.handling.PrintUnregistered && l.verdict == eboks.NotRegistered:
		return append(plan, paper...)
	default:
		return append(plan, failure...)
	}
}

// CodeOf returns the fake's own error code for a recipient who cannot be
// reached.
func CodeOf(r eboks.Reachability) string {
	switch r {
	case eboks.NotRegistered:
		return CodeNotRegistered
	case eboks.Exempt:
		return CodeExempt
	case eboks.Minor:
		return CodeMinor
	case eboks.Deceased:
		return CodeDeceased
	case eboks.NotSubscribed:
		return CodeNotSubscribed
	default:
		return CodeInvalidNumber
	}
}

// take makes a letter's next step.
func (d *Distributor) take(l *letter) {
	if len(l.steps) == 0 {
		return
	}
	s := l.steps[0]
	l.steps = l.steps[1:]
	if l.recall == recallPending && (s.status == eboks.DeliveredDigital || s.status == eboks.HandedToCarrier) {
		s.status, l.recall, l.steps = eboks.Recalled, recallDone, nil
	}
	l.Status = s.status
	history := d.happened(l.ID, s.at, s.status.String())
	switch s.status {
	case eboks.Failed:
		history.why = "the recipient cannot be reached: " + l.verdict.String()
	case eboks.Recalled:
		history.why = recalled
	}
	if s.status == eboks.DeliveredDigital {
		l.went++
		l.box.letters = append(l.box.letters, l)
	}
	d.issue(l, s)
	if len(l.steps) > 0 {
		d.await(l)
	}
}

// await waits for a letter's next step, and no longer for one that was planned before.
func (d *Distributor) await(l *letter) {
	l.plan++
	plan := l.plan
	d.post.due.push(l.steps[0].at, l.number, func() {
		if l.plan == plan {
			d.take(l)
		}
	})
}

const recalled = "the sender took it back"

type recallState uint8

const (
	recallNone recallState = iota
	recallPending
	recallDone
)

// TakeBack asks for a letter back and returns what becomes of it.
func (d *Distributor) TakeBack(id eboks.ID) (status eboks.RecallStatus, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	switch {
	case l == nil:
		return 0, false
	case l.recall == recallDone:
		return eboks.RecallDone, true
	case len(l.steps) == 0:
		return eboks.RecallNotPossible, true
	case l.Status == eboks.AcceptedDigital || l.Status == eboks.PrintQueued:
		l.recall = recallPending
		return eboks.RecallPending, true
	}
	l.recall, l.steps, l.Status = recallDone, nil, eboks.Recalled
	d.issue(l, step{at: d.now(), status: eboks.Recalled})
	d.happened(id, d.now(), eboks.Recalled.String()).why = recalled
	return eboks.RecallDone, true
}

// reference is the distributor's own id of a letter.
func (l *letter) reference() string { return strconv.Itoa(700001 + l.number) }
