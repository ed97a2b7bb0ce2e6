package eboks_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

// TestCourses sends one letter through every course that a few faults can make of it.
// A course is a list of faults, each at one call of the ledger or of the distributor:
// the process dies, the call fails before or after it had its effect, or the process is
// stopped there while others send the same letter, with or without the end of its lease,
// with or without a person who releases it. After the faults a program follows
// Error.Then until there is an end.
//
// With a ledger that lasts, and a person who asks before he releases, this holds in
// every course: the distributor has at most one letter, and none that a Send called
// surely not delivered; a receipt is never made up; what is accepted stays accepted; and
// there is an end, by arrival, by a certain refusal, or by a person.
func TestCourses(t *testing.T) {
	faults := 2
	if os.Getenv("DKEID_LONG") == "1" {
		faults = 3
	}
	total, ends := 0, map[string]int{}
	for _, d := range []model{
		{dedupes: true}, {dedupes: true, repeats: true}, {},
		{dedupes: true, status: true}, {status: true},
		{dedupes: true, status: true, lag: 2}, {status: true, lag: 2},
		{dedupes: true, status: true, lag: forEver}, {status: true, lag: forEver},
	} {
		t.Run(fmt.Sprintf("dedupes %v, repeats %v, status %v, lag %d", d.dedupes, d.repeats, d.status, d.lag), func(t *testing.T) {
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
	lag     int  // questions after which a letter is in its books
}

const forEver = 1 << 20

// moment is when a fault may happen, and fault what happens there.
type (
	moment string
	fault  string
)

const (
	claiming, claimed   moment = "before Claim", "after Claim"
	settling, settled   moment = "before Settle", "after Settle"
	onTheWire, takenIn  moment = "before the distributor has it", "after the distributor had it"
	asking, answered    moment = "before it was asked", "after it was asked"
	dies                fault  = "the process dies"
	fails               fault  = "the call fails"
	panics              fault  = "the adapter panics"
	never               fault  = "it never leaves"
	later               fault  = "the distributor says later"
	refusesUs           fault  = "the distributor refuses us"
	refuses             fault  = "the distributor refuses the letter"
	unreachable         fault  = "the recipient has no mailbox"
	refusesPerhaps      fault  = "the distributor refuses it and may have it"
	loses               fault  = "the answer is lost"
	another             fault  = "another process sends"
	anotherLater        fault  = "another process sends when the lease has ended"
	released            fault  = "a person releases it when the lease has ended, and another process sends"
	learned             fault  = "another process learns the events"
	lease                      = 100 * time.Millisecond
	nobodyWaits                = time.Nanosecond
	offersOfOneLetterOK        = 1
)

var possible = map[moment][]fault{
	claiming:  {dies, fails, another},
	claimed:   {dies, fails, another, anotherLater, released, learned},
	settling:  {dies, fails, another, anotherLater, released, learned},
	settled:   {dies, fails, another, released},
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
	for range 30 {
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

// process is one program that sends: its view of the ledger and of the distributor.
type process struct {
	*course
	client *eboks.Client
	dead   bool
	quiet  bool // it meets no faults
	knows  int  // how many claims came before what it heard of the ledger last
}

func (c *course) process() *process {
	p := &process{course: c}
	p.client = newClient(c, p, func(cfg *eboks.Config) {
		cfg.Ledger, cfg.Keys, cfg.Lease = p, [][]byte{courseKey}, lease
		cfg.Retry = eboks.RetryPolicy{Offers: 2, Base: time.Microsecond, Patience: nobodyWaits, Pause: lease / 4, Park: 3}
	})
	return p
}

var courseKey = bytes.Repeat([]byte("æ"), eboks.KeySize/2)

// idle is a client of a process that meets no faults.
func (p *process) idle() *eboks.Client {
	p.quiet = true
	return p.client
}

type death struct{}

// send sends the letter once, and holds the answer against the truth.
func (p *process) send() (alive bool, r *eboks.Receipt, e *eboks.Error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case death{}, "a mistake of the adapter's": // who panics is started again
			alive = false
		default:
			panic(v)
		}
	}()
	p.tell("Send")
	r, err := p.client.Send(p.Context(), decision(p.id, cprtest.Number(9000), coursePDF))
	p.tell("Send: %v %v", r != nil, err)
	if err == nil {
		p.require(p.kept > 0, "a receipt, and there is no letter")
		return true, r, nil
	}
	e = err.(*eboks.Error)
	p.require(e.Why != "" || e.Err != nil || e.Kind == eboks.Rejected || e.Kind == eboks.RecipientUnreachable || e.Kind == eboks.Throttled ||
		e.Kind == eboks.Unavailable || e.Kind == eboks.OutcomeUnknown || e.Kind == eboks.AuthFailed, "an error without a word")
	if eboks.SafeToRetry(err) && p.knows == p.claims { // nobody else has begun since
		p.require(p.kept == 0 && p.wire == 0, "surely not delivered, and it was or may be")
		p.promised = true
	}
	return true, nil, e
}

var coursePDF = pdf("Kære Åse")

// at is one place of a course.
func (p *process) at(where moment) fault {
	if p.dead {
		panic(death{})
	}
	if p.quiet {
		return ""
	}
	n := len(p.places)
	p.places = append(p.places, where)
	es, _ := p.book.Load(p.Context(), []eboks.ID{p.id})
	p.require(!p.accepted || es[0].State == eboks.LetterAccepted, "an accepted letter stays accepted")
	p.accepted = es[0].State == eboks.LetterAccepted
	happens := slices.IndexFunc(p.plan, func(f planned) bool { return f.at == n })
	if happens < 0 {
		return ""
	}
	f := p.plan[happens].fault
	p.tell("%s: %s", where, f)
	if where == onTheWire {
		p.wire++
		defer func() { p.wire-- }()
	}
	switch f {
	case dies:
		p.dead = true
		panic(death{})
	case panics:
		panic("a mistake of the adapter's")
	case another:
		p.course.process().send()
	case anotherLater:
		time.Sleep(2 * lease)
		p.course.process().send()
	case learned:
		if p.kept > 0 {
			_ = p.course.process().idle().Learn(p.Context(), event(p.id, eboks.Accepted, "2026-11-22T10:00:00Z"))
		}
	case released:
		time.Sleep(2 * lease)
		_, _, err := p.course.process().send()
		if err != nil && !eboks.SafeToRetry(err) && p.kept == 0 && p.wire == 0 {
			p.tell("a person releases it")
			_ = p.course.process().idle().Release(p.Context(), p.id)
		}
		p.course.process().send()
	}
	return f
}

func (p *process) Claim(ctx context.Context, es []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	if p.at(claiming) == fails {
		return nil, errDisk
	}
	now, err := p.book.Claim(ctx, es, owner, lease)
	p.claims++
	p.knows, p.promised = p.claims, false // a call that begins after the promise may send it
	if p.at(claimed) == fails {
		return nil, errDisk
	}
	return now, err
}

func (p *process) Settle(ctx context.Context, es []eboks.Entry) ([]eboks.Entry, error) {
	if p.at(settling) == fails {
		return nil, errDisk
	}
	stale, err := p.book.Settle(ctx, es)
	p.knows = p.claims
	if p.at(settled) == fails {
		return nil, errDisk
	}
	return stale, err
}

func (p *process) Load(ctx context.Context, ids []eboks.ID) ([]eboks.Entry, error) {
	return p.book.Load(ctx, ids)
}

func (p *process) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "modellen", Dedupes: p.dedupes, Status: p.status}
}

func (p *process) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	if ctx.Err() != nil {
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry, Err: ctx.Err()}
	}
	switch p.at(onTheWire) {
	case never:
		return nil, neverLeft()
	case later:
		return nil, &eboks.Error{Kind: eboks.Throttled, Status: 429, Then: eboks.Retry}
	case refusesUs:
		return nil, &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}
	case refuses:
		return nil, &eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Stop}
	case unreachable:
		return nil, &eboks.Error{Kind: eboks.RecipientUnreachable, Reachability: eboks.Exempt, Status: 400, Then: eboks.Stop}
	case refusesPerhaps:
		return nil, &eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Decide}
	case loses:
		return nil, unknownOutcome()
	}
	repeated := p.dedupes && p.kept > 0
	if !repeated {
		p.kept++
		p.tell("the distributor takes it in")
		p.require(p.kept <= offersOfOneLetterOK, "the recipient gets two letters")
		p.require(!p.promised, "surely not delivered, and then it is")
	}
	switch p.at(takenIn) {
	case refusesPerhaps:
		return nil, &eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Decide}
	case loses:
		return nil, unknownOutcome()
	}
	if repeated && !p.repeats {
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
	}
	return &eboks.Receipt{ID: l.ID}, nil
}

func (p *process) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	if ctx.Err() != nil || p.at(asking) == fails {
		return nil, neverLeft()
	}
	known := p.kept > 0 && p.asked >= p.lag
	if p.kept > 0 {
		p.asked++
	}
	p.at(answered)
	if !known {
		return nil, nil
	}
	return []eboks.Event{event(id, eboks.Accepted, "2026-11-22T10:00:00Z")}, nil
}

// Every place has its faults.
func TestCoursesAreWhole(t *testing.T) {
	met := map[moment]bool{}
	synctest.Test(t, func(t *testing.T) {
		c := &course{T: t, model: model{dedupes: true, status: true}, book: eboks.NewMemoryLedger(0), id: eboks.NewID(), plan: []planned{{3, loses}}}
		require.Equal(t, "accepted", c.run())
		for _, p := range c.places {
			met[p] = true
		}
	})
	require.ElementsMatch(t, slices.Collect(maps.Keys(possible)), slices.Collect(maps.Keys(met)))
}
