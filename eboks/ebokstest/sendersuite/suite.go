package sendersuite

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/internal/canary"
)

// Test is the conformance suite of the seam: it holds an adapter of a
// dialect to every promise of eboks.Sender and of the interfaces beside it, plays
// it every misbehaviour of the catalogue, and looks into the fake for letters
// that are missing, doubled or mixed up.
//
// open returns the adapter under test, configured for the fake: its URL,
// certificate, Roots, System, ClientID, error codes (Codes) and clock
// (fake.Now), and materials that are the wire's own ids. It is called once for
// each fake. What the adapter says it cannot do (Capabilities) is left out, and
// the suite says so in its log.
func Test(t *testing.T, d ebokstest.Dialect, open func(tb testing.TB, fake *ebokstest.Distributor) eboks.Sender) {
	s := &suite{d, open}
	t.Run("capabilities", s.capabilities)
	t.Run("letters", s.letters)
	t.Run("refusals", s.refusals)
	t.Run("repeats", s.repeats)
	t.Run("recipients", s.recipients)
	t.Run("misbehaviours", s.misbehaviours)
	t.Run("contexts", s.contexts)
	t.Run("certificate", s.certificate)
	t.Run("crowd", s.crowd)
	t.Run("batch", s.batch)
	t.Run("status", s.status)
	t.Run("events", s.events)
	t.Run("lookup", s.lookup)
	t.Run("recall", s.recall)
}

type suite struct {
	dialect ebokstest.Dialect
	open    func(tb testing.TB, fake *ebokstest.Distributor) eboks.Sender
}

// rig is one fake, the adapter under test, and a client on top.
type rig struct {
	*testing.T
	fake   *ebokstest.Distributor
	sender eboks.Sender
	can    eboks.Capabilities
	client *eboks.Client
	log    *logged
}

// patience is how long the suite waits for an answer that drips.
const patience = 2 * time.Second

func (s *suite) rig(t *testing.T, cfg ebokstest.Config) *rig {
	t.Helper()
	fake := ebokstest.New(t, s.dialect, cfg)
	r := &rig{T: t, fake: fake, sender: s.open(t, fake), log: new(logged)}
	r.can = r.sender.Capabilities()
	r.client = r.newClient(r.sender)
	t.Cleanup(func() {
		r.checkText("the log", r.log.String())
		for _, q := range fake.Requests() {
			// The one address that the wire wants a number in; adapters go there only
			// when they were told to.
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

// newClient returns a client that offers once and waits for nothing.
func (r *rig) newClient(s eboks.Sender) *eboks.Client {
	r.Helper()
	c, err := eboks.New(eboks.Config{
		Sender: s,
		Now:    r.fake.Now,
		Logger: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})),
		Retry:  eboks.Retry{Offers: 1, Patience: 1, Park: 100},
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

// logged is a log that is looked through at the end.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// What no error and no log may tell.
const (
	secretTitle = "Afgørelse om æblegrød på Ærø"
	secretName  = "Åse Ærlig Østergård"
	secretWords = "%PDF-1.7\nkanariefugl æøå\n%%EOF\n"
)

// citizen is the i-th fictitious person.
func citizen(i int) eboks.Recipient { return eboks.Person(cprtest.Number(i)) }

// letter is an ordinary letter to somebody with a mailbox.
func (r *rig) letter() *eboks.Letter { return r.letterTo(ebokstest.People()[0].Owner) }

func (r *rig) letterTo(to eboks.Recipient) *eboks.Letter {
	return &eboks.Letter{ID: eboks.NewID(), To: to, Title: secretTitle, Document: eboks.Bytes([]byte(secretWords)), Material: r.fake.Materials()[0]}
}

// tap is a Sender that remembers what the adapter said, before a client makes
// something else of it.
type tap struct {
	eboks.Sender
	called  bool
	receipt *eboks.Receipt
	err     error
}

func (t *tap) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	t.called = true
	t.receipt, t.err = t.Sender.Send(ctx, l)
	return t.receipt, t.err
}

// offer offers a letter once, for a client that knows nothing of it, and returns
// the adapter's own answer, held to its form. What the client refuses by itself
// fails the test.
func (r *rig) offer(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	r.Helper()
	through := &tap{Sender: r.sender}
	_, err := r.newClient(through).Send(ctx, l)
	require.True(r, through.called, "the client did not offer the letter: %v", err)
	if err != nil {
		r.checkError(err)
	}
	if through.err == nil {
		r.checkReceipt(l, through.receipt)
		return through.receipt, nil
	}
	require.Nil(r, through.receipt, "a receipt beside an error")
	r.checkError(through.err)
	return nil, through.err
}

// must is offer where a refusal would be the fault.
func (r *rig) must(l *eboks.Letter) *eboks.Receipt {
	r.Helper()
	receipt, err := r.offer(r.Context(), l)
	require.NoError(r, err)
	return receipt
}

func (r *rig) checkReceipt(l *eboks.Letter, receipt *eboks.Receipt) {
	r.Helper()
	require.NotNil(r, receipt, "neither a receipt nor an error")
	assert.Equal(r, l.ID, receipt.ID, "the receipt names the letter")
	assert.GreaterOrEqual(r, receipt.Status, eboks.Accepted)
	assert.False(r, receipt.Status.Arrived(), "accepted is not delivered")
	r.checkLeaks("a receipt", *receipt)
}

// checkError: of the vocabulary, and telling nothing.
func (r *rig) checkError(err error) {
	r.Helper()
	require.NotZero(r, eboks.KindOf(err), "the error has no kind: %v", err)
	r.checkLeaks("an error", err)
}

func (r *rig) checkLeaks(what string, v any) {
	r.Helper()
	// Every printer there is, for whom most letters go to; fmt for all people.
	for _, place := range canary.Leaks(v, secretTitle, secretName, ebokstest.People()[0].Owner.CPR().Reveal()) {
		assert.True(r, canary.OutOfReach(place), "%s tells what it must not, printed with %s", what, place)
	}
	r.checkText(what, fmt.Sprint(v))
}

func secrets() []string {
	secrets := []string{secretTitle, secretName}
	for _, m := range ebokstest.People() {
		if n := m.Owner.CPR(); n != (cpr.Number{}) {
			secrets = append(secrets, n.Reveal(), n.Reveal()[:6]+"-"+n.Reveal()[6:])
		}
	}
	return secrets
}

func (r *rig) checkText(what, text string) {
	r.Helper()
	for _, secret := range secrets() {
		assert.False(r, strings.Contains(text, secret), "%s tells what it must not", what)
	}
}

// expect holds an error against kinds.
func (r *rig) expect(err error, doc string, kinds ...eboks.Kind) {
	r.Helper()
	require.Error(r, err, "%s: it was accepted", doc)
	assert.Contains(r, kinds, eboks.KindOf(err), "%s: %v", doc, err)
}

// deliver lets enough time pass for every letter to arrive.
func (r *rig) deliver() { r.fake.Advance(24 * time.Hour) }

// arrived requires that exactly this letter came to its recipient, once.
func (r *rig) arrived(l *eboks.Letter) ebokstest.Letter {
	r.Helper()
	require.Equal(r, 1, r.fake.Count(l.ID), "the distributor has the letter")
	r.deliver()
	require.Equal(r, 1, r.fake.Delivered(l.ID), "it is in a mailbox")
	var found []ebokstest.Letter
	for _, got := range r.fake.Letters(l.To) {
		if got.ID == l.ID {
			found = append(found, got)
		}
	}
	require.Len(r, found, 1, "in the recipient's mailbox")
	return found[0]
}
