package eboks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

// post is an app's own record of its letters. In production these are tables.
type post struct {
	cursor  eboks.Cursor
	letters map[eboks.ID]*eboks.History
}

// catchUp reads what is new. Run it every few minutes.
func catchUp(ctx context.Context, client *eboks.Client, p *post) error {
	var news []eboks.Event
	for event, err := range client.Events(ctx, p.cursor) {
		if err != nil {
			return err
		}
		news = append(news, event)
		if h, ours := p.letters[event.ID]; ours {
			if err := h.Add(event); err != nil && !errors.Is(err, eboks.ErrDuplicate) {
				return err
			}
		}
		p.cursor = event.Cursor // in the same transaction as the event
	}
	return client.Learn(ctx, news...) // of letters whose answer was lost; outside of the transaction
}

func ExampleClient_Events() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	ctx, id := context.Background(), eboks.NewID()
	p := &post{letters: map[eboks.ID]*eboks.History{id: {}}}
	if _, err := client.Send(ctx, decision(id, cprtest.Number(9000), pdf("Kære Åse"))); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		if err := catchUp(ctx, client, p); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.letters[id].Status(), p.letters[id].Status().Arrived())
		fake.Advance(10 * time.Minute)
	}
	for _, e := range p.letters[id].Events() {
		fmt.Println("-", e.Status)
	}
	// Output:
	// accepted false
	// delivered digital true
	// - accepted
	// - queued
	// - accepted digital
	// - delivered digital
}

func ExampleClient_Overdue() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	receipt := &eboks.Receipt{ID: eboks.NewID(), Status: eboks.Accepted, At: time.Now().Add(-48 * time.Hour)}
	err := client.Overdue(receipt, nil)
	fmt.Println(errors.Is(err, eboks.ErrReceiptOverdue))
	// Output: true
}

func ExampleClient_SendBatch() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	letters := func(yield func(*eboks.Letter) bool) { // a query's rows, one after the other
		for i := range 100 {
			if !yield(decision(eboks.NewID(), cprtest.Number(i), pdf(fmt.Sprint("nr. ", i)))) {
				return
			}
		}
	}
	var last eboks.Progress
	batch := eboks.Batch{InFlight: 8, Progress: func(p eboks.Progress) { last = p }}
	for result := range client.SendBatch(context.Background(), letters, batch) {
		if result.Err != nil {
			fmt.Println(result.ID, whatNow(result.Err))
		}
	}
	fmt.Println(last.Done, "letters,", last.Accepted, "taken in")
	// Output: 100 letters, 100 taken in
}

// drawer is a distributor that puts letters into a drawer: the whole seam.
type drawer struct {
	letters map[eboks.ID]int64 // sizes
}

func (d *drawer) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{
		Name: "drawer", Dedupes: true, Status: true, Events: true, Lookup: true, Recall: true, Limits: eboks.Limits{Title: 50},
	}
}

func (d *drawer) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	if _, known := d.letters[l.ID]; known {
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted}
	}
	d.letters[l.ID] = l.Document.Size() // l.Document.Content() reads it
	return &eboks.Receipt{ID: l.ID, Status: eboks.DeliveredDigital}, nil
}

func (d *drawer) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	if _, known := d.letters[id]; !known {
		return nil, nil
	}
	return []eboks.Event{{ID: id, Status: eboks.DeliveredDigital}}, nil
}

func (d *drawer) ReadEvents(context.Context, eboks.Cursor) ([]eboks.Event, error) { return nil, nil }

func (d *drawer) Lookup(context.Context, eboks.Recipient, eboks.Material) (eboks.Reachability, error) {
	return eboks.Reachable, nil
}

func (d *drawer) Recall(_ context.Context, id eboks.ID) (*eboks.Recall, error) {
	delete(d.letters, id)
	return &eboks.Recall{ID: id, Status: eboks.RecallDone}, nil
}

var (
	_ eboks.Sender       = (*drawer)(nil)
	_ eboks.StatusReader = (*drawer)(nil)
	_ eboks.EventReader  = (*drawer)(nil)
	_ eboks.Lookup       = (*drawer)(nil)
	_ eboks.Recaller     = (*drawer)(nil)
)

func ExampleSender() {
	d := &drawer{letters: map[eboks.ID]int64{}}
	client, err := eboks.New(eboks.Config{Sender: d, Retry: eboks.RetryPolicy{Offers: 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	letter := decision(eboks.NewID(), cprtest.Number(1), pdf("Kære Ærling"))
	receipt, err := client.Send(context.Background(), letter)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipt.Status, d.letters[letter.ID], "bytes")
	// Output: delivered digital 31 bytes
}

// journal is a Ledger that writes down what it did.
type journal struct {
	*eboks.MemoryLedger
	states []eboks.State
}

func (j *journal) Settle(ctx context.Context, entries []eboks.Entry) ([]eboks.Entry, error) {
	for _, e := range entries {
		j.states = append(j.states, e.State)
	}
	return j.MemoryLedger.Settle(ctx, entries)
}

func ExampleLedger() {
	var ledger eboks.Ledger = &journal{MemoryLedger: eboks.NewMemoryLedger(1000)}
	keys := [][]byte{[]byte("thirty-two bytes out of a vault.")}
	client, err := eboks.New(eboks.Config{Sender: &drawer{letters: map[eboks.ID]int64{}}, Ledger: ledger, Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	letter := decision(eboks.NewID(), cprtest.Number(1), pdf("Kære Ærling"))
	if _, err := client.Send(context.Background(), letter); err != nil {
		fmt.Println(err)
		return
	}
	entries, err := ledger.Load(context.Background(), []eboks.ID{letter.ID})
	fmt.Println(entries[0].State, entries[0].Status, entries[0].Digest == eboks.Digest{}, err)
	letter.Title = "Noget andet"
	_, err = client.Send(context.Background(), letter)
	fmt.Println(errors.Is(err, eboks.ErrConflict))
	// Output:
	// accepted delivered digital false <nil>
	// true
}

// step is one attempt with a letter, as a program with a queue of its own makes it.
func step(ctx context.Context, client *eboks.Client, queue eboks.Ledger, letter *eboks.Letter) (eboks.Outcome, error) {
	var p *eboks.Prepared
	p, err := client.Prepare(ctx, letter)
	if err != nil {
		return eboks.Outcome{}, err
	}
	const me = "worker-1"
	entries, err := queue.Claim(ctx, []eboks.Entry{p.Entry(time.Now())}, me, 2*time.Minute)
	if err != nil {
		return eboks.Outcome{}, err
	}
	if entries[0].Owner != me {
		return eboks.Outcome{Entry: entries[0]}, nil // another worker has it, or it came to an end
	}
	o := client.Attempt(ctx, p, entries[0])
	stale, err := queue.Settle(ctx, []eboks.Entry{o.Entry})
	if err == nil && len(stale) > 0 {
		o = o.Against(stale[0]) // somebody else was faster
	}
	return o, err
}

func ExampleClient_Attempt() {
	queue := eboks.NewMemoryLedger(0)
	client, err := eboks.New(eboks.Config{Sender: &drawer{letters: map[eboks.ID]int64{}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	letter := decision(eboks.NewID(), cprtest.Number(1), pdf("Kære Ærling"))
	for range 2 {
		o, err := step(context.Background(), client, queue, letter)
		fmt.Println(o.Entry.State, o.Receipt != nil, err)
	}
	until, why := client.Channel()
	fmt.Println(until.IsZero(), why == nil)
	// Output:
	// accepted true <nil>
	// accepted false <nil>
	// true true
}

// A page of nginx is no verdict about a letter.
func ExampleStatusError() {
	err := eboks.StatusError(eboks.HTTPAnswer{Status: 400, OwnWords: false}, time.Now())
	fmt.Println(err.Kind, err.Then)
	// Output: AuthFailed retry
}

func ExampleRaw() {
	raw := eboks.NewRaw([]byte("<Fejl>…</Fejl>"))
	fmt.Println(raw, len(raw.Reveal()))
	// Output: [private] 16
}

func ExampleHistory() {
	id, now := eboks.NewID(), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	delivered := eboks.Event{ID: id, Status: eboks.DeliveredDigital, At: now.Add(time.Minute)}
	accepted := eboks.Event{ID: id, Status: eboks.Accepted, At: now}
	var h eboks.History
	for _, e := range []eboks.Event{delivered, accepted, delivered} { // as the network pleases
		if err := h.Add(e); err != nil {
			fmt.Println(errors.Is(err, eboks.ErrDuplicate))
		}
	}
	fmt.Println(h.Status())
	fmt.Println(slices.Contains(eboks.Statuses(), h.Status()))
	// Output:
	// true
	// delivered digital
	// true
}

// Values are stored as words, in JSON as in a database's columns of text.
func ExampleStatus_MarshalText() {
	type row struct {
		Letter eboks.ID
		Status eboks.Status
	}
	id, _ := eboks.ParseID("0b7f1c1e-2d0a-4c39-9a51-3f2f8c1d9e77")
	text, err := json.Marshal(row{id, eboks.DeliveredDigital})
	fmt.Println(string(text), err)
	var back row
	fmt.Println(json.Unmarshal([]byte(`{"Status":"delivered"}`), &back))
	// Output:
	// {"Letter":"0b7f1c1e-2d0a-4c39-9a51-3f2f8c1d9e77","Status":"delivered digital"} <nil>
	// eboks: InputInvalid: this is no word of eboks.Status that is known here; what a newer version stored needs that version
}
