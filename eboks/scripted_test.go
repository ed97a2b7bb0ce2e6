package eboks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// scripted is a distributor that answers what the test says, in order, and then
// takes everything in.
type scripted struct {
	mu      sync.Mutex
	can     eboks.Capabilities
	answers []func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error)
	always  map[eboks.ID]error
	offered []eboks.ID
	offers  map[eboks.ID]int
	got     map[eboks.ID]string // the documents, as read
	events  []eboks.Event
	asked   int
	askErr  error
}

func newScripted() *scripted {
	return &scripted{
		can: eboks.Capabilities{Name: "scripted", Status: true, Events: true, Lookup: true, Recall: true, NotBefore: true, Reply: true, Print: true,
			Limits: eboks.Limits{Attachments: 2}},
		always: map[eboks.ID]error{}, offers: map[eboks.ID]int{}, got: map[eboks.ID]string{},
	}
}

func (s *scripted) Capabilities() eboks.Capabilities { return s.can }

// next says what the coming offers are answered with.
func (s *scripted) next(errs ...error) {
	for _, err := range errs {
		s.answers = append(s.answers, func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { return nil, err })
	}
}

func (s *scripted) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	s.mu.Lock()
	s.offered = append(s.offered, l.ID)
	s.offers[l.ID]++
	var answer func(context.Context, *eboks.Letter) (*eboks.Receipt, error)
	if len(s.answers) > 0 {
		answer, s.answers = s.answers[0], s.answers[1:]
	}
	err := s.always[l.ID]
	s.mu.Unlock()
	switch {
	case answer != nil:
		return answer(ctx, l)
	case err != nil:
		return nil, err
	}
	return s.take(l)
}

func (s *scripted) take(l *eboks.Letter) (*eboks.Receipt, error) {
	r, err := l.Document.Content()
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: err}
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got[l.ID] = string(text)
	return &eboks.Receipt{ID: l.ID, Reference: "ref-" + l.ID.String()[:4]}, nil
}

func (s *scripted) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.askErr != nil {
		return nil, s.askErr
	}
	var found []eboks.Event
	for _, e := range s.events {
		if e.ID == id {
			found = append(found, e)
		}
	}
	return found, nil
}

// ReadEvents gives two events a page; the cursor counts them.
func (s *scripted) ReadEvents(_ context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	if s.askErr != nil {
		return nil, s.askErr
	}
	from := 0
	_, _ = fmt.Sscan(string(after), &from)
	var page []eboks.Event
	for i := from; i < len(s.events) && len(page) < 2; i++ {
		e := s.events[i]
		e.Cursor = eboks.Cursor(fmt.Sprint(i + 1))
		page = append(page, e)
	}
	return page, nil
}

func (s *scripted) Lookup(context.Context, eboks.Recipient, eboks.Material) (eboks.Reachability, error) {
	return eboks.Reachable, s.askErr
}

func (s *scripted) Recall(_ context.Context, id eboks.ID) (*eboks.Recall, error) {
	return &eboks.Recall{ID: id, Status: eboks.RecallDone}, s.askErr
}

// alarms collects what people are told.
type alarms struct {
	mu   sync.Mutex
	told []*eboks.Error
}

func (a *alarms) tell(_ context.Context, e *eboks.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, e)
}

func (a *alarms) kinds() (ks []eboks.Kind) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.told {
		ks = append(ks, e.Kind)
	}
	return ks
}

func newClient(t testing.TB, s eboks.Sender, change ...func(*eboks.Config)) *eboks.Client {
	t.Helper()
	cfg := eboks.Config{Sender: s, Logger: slog.New(slog.DiscardHandler), Alarm: new(alarms).tell}
	for _, f := range change {
		f(&cfg)
	}
	c, err := eboks.New(cfg)
	require.NoError(t, err)
	return c
}

func pdf(text string) []byte { return []byte("%PDF-1.7\n% " + text + "\n%%EOF\n") }

// letter is a sound letter to the nth test person.
func letter(n int) *eboks.Letter {
	return &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(n)), Title: "Svar på din ansøgning – æøå", Material: "1234",
		Document: eboks.Bytes(pdf(fmt.Sprintf("brev %d til Åse", n))),
	}
}

func unknownOutcome() error { return &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 500} }

func neverLeft() error { return &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry} }

func kindIs(t *testing.T, err error, k eboks.Kind) *eboks.Error {
	t.Helper()
	var e *eboks.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, k.String(), e.Kind.String(), err)
	return e
}

var errDisk = errors.New("disk full at /var/lib/æ")

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
