package eboks_test

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

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
		cfg.Retry = eboks.RetryPolicy{LogLag: c.logLag, Offers: 2, Base: time.Microsecond, Patience: nobodyWaits, Pause: lease / 4, Park: 3}
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
	case givenUp:
		time.Sleep(2 * lease)
		_ = p.course.process().idle().GiveUp(p.Context(), p.id)
		p.course.process().send()
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
		p.taken = time.Now()
		p.tell("the distributor takes it in")
		p.require(p.kept <= 1, "the recipient gets two letters")
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
	known := p.kept > 0 && p.asked >= p.lag && time.Since(p.taken) >= p.late
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
