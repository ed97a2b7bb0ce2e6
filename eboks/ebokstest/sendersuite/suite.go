package sendersuite

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/internal/logtest"
)

// Test is the conformance suite of the seam: it holds an adapter to every promise of
// eboks.Sender and of the interfaces beside it, plays every misbehaviour of the
// catalogue, and looks into the fake for letters that are missing, doubled or mixed
// up. start starts a fake of the adapter's distributor, such as stralforstest.Start. open
// returns the adapter under test, configured for the fake: its URL, certificate, Roots,
// System, ClientID, error codes (ebokstest.Codes) and clock (fake.Now), and materials
// that are the wire's own ids. It is called once for each fake.
//
// The suite does not try what the adapter's Capabilities leave out, and says so in
// its log.
func Test[F ebokstest.Fake](t *testing.T, start func(ebokstest.Config) (F, error), open func(tb testing.TB, fake F) eboks.Sender) {
	s := &suite{start: func(t *testing.T, cfg ebokstest.Config) (*ebokstest.Distributor, eboks.Sender) {
		fake := ebokstest.New(t, start, cfg)
		return fake.Engine(), open(t, fake)
	}}
	t.Run("capabilities", s.capabilities)
	t.Run("letters", s.letters)
	t.Run("refusals", s.refusals)
	t.Run("repeats", s.repeats)
	t.Run("recipients", s.recipients)
	t.Run("misbehaviours", s.misbehaviours)
	t.Run("contexts", s.contexts)
	t.Run("certificate", s.certificate)
	t.Run("road", s.road)
	t.Run("crowd", s.crowd)
	t.Run("status", s.status)
	t.Run("events", s.events)
	t.Run("lookup", s.lookup)
	t.Run("recall", s.recall)
}

type suite struct {
	start func(*testing.T, ebokstest.Config) (*ebokstest.Distributor, eboks.Sender)
}

// rig is one fake, the adapter under test, and a client on top.
type rig struct {
	*testing.T
	fake   *ebokstest.Distributor
	sender eboks.Sender
	traits ebokstest.Traits
	can    eboks.Capabilities
	client *eboks.Client
	log    *logtest.Buffer
}

func (s *suite) rig(t *testing.T, cfg ebokstest.Config) *rig {
	t.Helper()
	fake, sender := s.start(t, cfg)
	r := &rig{T: t, fake: fake, sender: sender, traits: fake.Dialect().Traits(), can: sender.Capabilities(), log: new(logtest.Buffer)}
	r.client = r.newClient(r.sender)
	t.Cleanup(func() {
		r.checkText("the log", r.log.String())
		for _, q := range fake.Requests() {
			// Tilmelding is the one address that the wire wants a number in. An adapter goes
			// there only if its Config allows it.
			assert.False(t, q.Personal && q.Operation != "Tilmelding", "%s: a CPR number stands in the address or in a header", q)
		}
		delivered := map[eboks.ID]bool{}
		for _, m := range fake.Mailboxes() {
			for _, l := range fake.Letters(m.Owner) {
				assert.False(t, delivered[l.ID], "a letter was delivered twice")
				delivered[l.ID] = true
			}
		}
	})
	return r
}

// variants runs a case as the fake answers by itself, and in each of its variants.
func (s *suite) variants(t *testing.T, test func(r *rig)) {
	t.Helper()
	plain := s.rig(t, ebokstest.Config{})
	test(plain)
	for i, v := range plain.traits.Variants {
		t.Run(v.Title, func(t *testing.T) {
			r := s.rig(t, ebokstest.Config{})
			r.traits.Variants[i].Set()
			test(r)
		})
	}
}

// newClient returns a client that offers once and waits for nothing.
func (r *rig) newClient(s eboks.Sender) *eboks.Client {
	r.Helper()
	c, err := eboks.New(eboks.Config{
		Sender: s,
		Now:    r.fake.Now,
		Logger: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})),
		Retry:  eboks.RetryPolicy{Offers: 1, Patience: 1, Park: 100},
		Alarm:  func(_ context.Context, e *eboks.Error) { r.checkError(e) },
	})
	require.NoError(r, err)
	return c
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
