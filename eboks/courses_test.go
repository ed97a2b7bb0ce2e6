package eboks_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// TestCourses sends one letter through every course that a few faults can make of it.
// A course is a list of faults, each at one call of the ledger or of the distributor:
// the process dies, the call fails before or after it had its effect, or the process is
// stopped there while others send the same letter, with or without the end of its lease,
// with or without a person who releases it or gives it up. After the faults a program follows
// Error.Then until there is an end.
//
// With a ledger that lasts, and a person who asks before he releases, this holds in
// every course: the distributor has at most one letter, and none that a Send called
// surely not delivered; a receipt is never made up; what is accepted stays accepted; and
// there is an end, by arrival, by a certain refusal, or by a person.
func TestCourses(t *testing.T) {
	faults := 2
	if toolstest.Long() {
		faults = 3
	}
	total, ends := 0, map[string]int{}
	for _, d := range []model{
		{dedupes: true}, {dedupes: true, repeats: true}, {},
		{dedupes: true, status: true}, {status: true},
		{dedupes: true, status: true, lag: 2}, {status: true, lag: 2},
		{dedupes: true, status: true, lag: forEver}, {status: true, lag: forEver},
		{status: true, logLag: 10 * lease}, {status: true, late: 4 * lease, logLag: 10 * lease},
	} {
		t.Run(fmt.Sprintf("%+v", d), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				explore(t, d, nil, faults, func(end string) { n++; ends[end]++ })
				t.Log(n, "courses")
				total += n
			})
		})
	}
	t.Log(total, "courses:", ends)
	for _, end := range []string{"accepted", "refused", "a person finds it"} {
		require.Positive(t, ends[end], end)
	}
}

// explore runs the course of plan, and every course that has one fault more behind it.
func explore(t *testing.T, d model, plan []planned, faults int, count func(end string)) {
	c := &course{T: t, model: d, book: eboks.NewMemoryLedger(0), id: eboks.NewID(), plan: plan}
	count(c.run())
	if len(plan) == faults {
		return
	}
	from := 0
	if len(plan) > 0 {
		from = plan[len(plan)-1].at + 1
	}
	for at := from; at < len(c.places); at++ {
		for _, f := range possible[c.places[at]] {
			explore(t, d, append(slices.Clone(plan), planned{at, f}), faults, count)
		}
	}
}

// model is a distributor.
type model struct {
	dedupes bool // a repeated ID is recognised
	repeats bool // and answered with a receipt, not with an error
	status  bool // it can be asked
	lag     int  // questions after which a letter is in its log
	// late is the time after which it is. It is less than logLag, the RetryPolicy.LogLag of
	// all processes, by more than a process is stopped.
	late, logLag time.Duration
}

const forEver = 1 << 20

// moment is when a fault may happen, and fault what happens there.
type (
	moment string
	fault  string
)

const (
	claiming, claimed  moment = "before Claim", "after Claim"
	settling, settled  moment = "before Settle", "after Settle"
	onTheWire, takenIn moment = "before the distributor has it", "after the distributor had it"
	asking, answered   moment = "before it was asked", "after it was asked"
	dies               fault  = "the process dies"
	fails              fault  = "the call fails"
	panics             fault  = "the adapter panics"
	never              fault  = "it never leaves"
	later              fault  = "the distributor says later"
	refusesUs          fault  = "the distributor refuses us"
	refuses            fault  = "the distributor refuses the letter"
	unreachable        fault  = "the recipient has no mailbox"
	refusesPerhaps     fault  = "the distributor refuses it and may have it"
	loses              fault  = "the answer is lost"
	another            fault  = "another process sends"
	anotherLater       fault  = "another process sends when the lease has ended"
	released           fault  = "a person releases it when the lease has ended, and another process sends"
	learned            fault  = "another process learns the events"
	givenUp            fault  = "a person gives it up when the lease has ended, and another process sends"
)

// lease is how long a process has the letter in hand. Nobody waits for another.
const (
	lease       = 100 * time.Millisecond
	nobodyWaits = time.Nanosecond
)

var possible = map[moment][]fault{
	claiming:  {dies, fails, another},
	claimed:   {dies, fails, another, anotherLater, released, learned, givenUp},
	settling:  {dies, fails, another, anotherLater, released, learned, givenUp},
	settled:   {dies, fails, another, released, givenUp},
	onTheWire: {dies, panics, never, later, refusesUs, refuses, unreachable, refusesPerhaps, loses, another, anotherLater},
	takenIn:   {dies, panics, refusesPerhaps, loses, another, anotherLater, learned},
	asking:    {dies, panics, fails, another, anotherLater},
	answered:  {dies, anotherLater},
}

type planned struct {
	at    int // the number of the place
	fault fault
}

// course is one letter, its ledger, its distributor, and what happens to it.
type course struct {
	*testing.T
	model
	book *eboks.MemoryLedger
	id   eboks.ID
	plan []planned

	places   []moment // as they were met
	story    []string
	kept     int // letters that the recipient gets
	asked    int // since it was taken in
	taken    time.Time
	wire     int // offers of stopped processes that may still be taken in
	claims   int
	promised bool // the last Send said that it is surely not delivered
	accepted bool // the ledger said so
}

func (c *course) tell(format string, args ...any) {
	c.story = append(c.story, fmt.Sprintf(format, args...))
}

func (c *course) require(ok bool, why string) {
	if !ok {
		c.Helper()
		for _, line := range c.story {
			c.Log(line)
		}
		c.Fatalf("%s: %v", why, c.plan)
	}
}

// run follows Error.Then as a program and a person do, and returns the end.
func (c *course) run() string {
	p := c.process()
	for range 30 + int(3*c.logLag/lease) {
		alive, receipt, err := p.send()
		switch {
		case !alive:
			p = c.process() // an hour later somebody starts it again
			time.Sleep(time.Hour)
		case receipt != nil:
			for _, p := range []*process{p, c.process()} {
				p.quiet = true
				_, receipt, _ := p.send()
				c.require(receipt != nil && receipt.Repeat == eboks.Duplicate, "an accepted letter stays accepted")
			}
			c.require(c.kept == 1, "accepted, and there is no letter")
			return "accepted"
		case err.Then == eboks.Stop:
			c.require(c.kept == 0 || p.knows != c.claims, "surely not delivered, and it was")
			return "refused"
		case err.Then == eboks.Decide && c.kept > 0:
			return "a person finds it"
		case err.Then == eboks.Decide:
			c.tell("a person releases it")
			_ = c.process().idle().Release(c.Context(), c.id)
		default:
			time.Sleep(max(lease/2, err.RetryAfter))
		}
	}
	c.require(false, "no end")
	return ""
}
