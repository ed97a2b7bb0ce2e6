package outbox

import (
	"context"
	"errors"
	"runtime"
	"time"
	"weak"

	"go.opentelemetry.io/otel/metric"

	"github.com/dkeid/dkeid/eboks"
)

const (
	observeEvery  = 10 * time.Second // between two readings of the journal for gauges, however often they are collected
	observeWithin = 20 * time.Second // of one reading; less than an exporter waits
)

// gauges show the state of the journal. Every process that works on a database shows the
// same, so they are no sums.
type gauges struct {
	letters, inHand, person, overdue, unopened, paused metric.Int64ObservableGauge
	oldest                                             metric.Float64ObservableGauge
}

// watch lets the state of the journal be observed. An Outbox has no end of its own. So
// what the provider keeps has a weak pointer to it, and is taken back when the Outbox is
// collected.
func watch(o *Outbox, m metric.Meter, read *memo) error {
	g, err := newGauges(m)
	if err != nil {
		return err
	}
	at := weak.Make(o)
	kept, err := m.RegisterCallback(func(ctx context.Context, to metric.Observer) error {
		o := at.Value()
		if o == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, observeWithin)
		defer cancel()
		s, err := read.summary(ctx, o, observeEvery)
		if err == nil {
			g.observe(to, s)
		}
		return err
	}, g.letters, g.inHand, g.person, g.overdue, g.unopened, g.oldest, g.paused)
	if err != nil {
		return err
	}
	runtime.AddCleanup(o, func(r metric.Registration) { _ = r.Unregister() }, kept)
	return nil
}

func newGauges(m metric.Meter) (g gauges, err error) {
	var errs [7]error
	count := func(name, what string) (metric.Int64ObservableGauge, error) {
		return m.Int64ObservableGauge(name, metric.WithUnit("{letter}"), metric.WithDescription(what))
	}
	g.letters, errs[0] = count("eboks.outbox.letter.count", "Letters in the journal, by state.")
	g.inHand, errs[1] = count("eboks.outbox.letter.in_hand", "Letters that a process has in hand.")
	g.person, errs[2] = count("eboks.outbox.letter.needs_person", "Letters that need a person.")
	g.overdue, errs[3] = count("eboks.outbox.letter.overdue", "Letters without a receipt in time, and without an end.")
	g.unopened, errs[6] = count("eboks.outbox.letter.unopened", "Letters that are due, and sealed with a key that this process does not have.")
	g.oldest, errs[4] = m.Float64ObservableGauge("eboks.outbox.letter.oldest", metric.WithUnit("s"),
		metric.WithDescription("Age of the oldest letter that waits or whose outcome is unknown; 0 if there is none."))
	g.paused, errs[5] = m.Int64ObservableGauge("eboks.outbox.channel.paused", metric.WithUnit("1"),
		metric.WithDescription("1 while the channel to the distributor is paused, with the kind of the error; otherwise 0."))
	return g, errors.Join(errs[:]...)
}

func (g gauges) observe(to metric.Observer, s Summary) {
	sender := senderKey.String(s.Sender)
	at := metric.WithAttributes(sender)
	for _, state := range states() {
		to.ObserveInt64(g.letters, int64(s.States[state]), metric.WithAttributes(sender, stateKey.String(state.String())))
	}
	to.ObserveInt64(g.inHand, int64(s.InHand), at)
	to.ObserveInt64(g.person, int64(s.NeedPerson), at)
	to.ObserveInt64(g.overdue, int64(s.Overdue), at)
	to.ObserveInt64(g.unopened, int64(s.Unopened), at)
	to.ObserveFloat64(g.oldest, s.oldestAge().Seconds(), at)
	if s.PausedWhy == nil {
		to.ObserveInt64(g.paused, 0, at)
		return
	}
	to.ObserveInt64(g.paused, 1, metric.WithAttributes(sender, errorKey.String(s.PausedWhy.Kind.String())))
}

// states are the states of letters, in the order in which people read them.
func states() []eboks.State {
	return []eboks.State{eboks.LetterWaiting, eboks.LetterUnknown, eboks.LetterAccepted, eboks.LetterRefused, eboks.LetterParked}
}

// oldestAge is how old the oldest letter is that is not done; zero if there is none.
func (s Summary) oldestAge() time.Duration {
	if s.Oldest.IsZero() {
		return 0
	}
	return max(s.At.Sub(s.Oldest), 0)
}
