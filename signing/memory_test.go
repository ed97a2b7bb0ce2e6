package signing_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// memory is a signing service in memory, with a verifier for what it issues. A signed
// copy is the document and a line for each signature.
type memory struct {
	mu     sync.Mutex // held during an effect
	can    signing.Capabilities
	now    time.Time
	orders map[signing.ID]*held
	// step is called before and after the effect of every call, with its name; its error
	// is that of the call.
	step func(name string, after bool) error
	log  []string
	late []string // calls whose context had ended
	// forgets means that a cleaned up order is not found any more.
	forgets bool
	// judged is called with each exhibit before the verdict.
	judged func(*signing.Exhibit) error
	// spoil changes what Fetch writes.
	spoil func([]byte) []byte
	// tell changes what Order answers.
	tell func(*signing.Progress) *signing.Progress
	// answer changes what CreateOrder and Find answer.
	answer func(*signing.Placed) *signing.Placed
}

type held struct {
	progress  signing.Progress
	order     *signing.Order
	placed    signing.Placed
	documents [][]byte // nil once deleted
	signers   [][]int  // indexes of signatories, by document
	kept      int      // days, of Close
}

var everything = signing.Capabilities{
	Name: "memory", Links: true, Find: true, Cancel: true, Cleanup: true, Retention: 7, UUID: true, Subject: true, CPR: true,
	Sequence: true, Roles: true, Scoped: true, ReturnURL: true, Expires: true,
}

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func newMemory() *memory {
	return &memory{can: everything, now: noon, orders: map[signing.ID]*held{}}
}

// around runs effect between the two calls of step.
func (m *memory) around(name string, effect func() error) error {
	m.locked(func() error { m.log = append(m.log, name); return nil })
	if m.step != nil {
		if err := m.step(name, false); err != nil {
			return err
		}
	}
	if err := m.locked(effect); err != nil {
		return err
	}
	if m.step != nil {
		return m.step(name, true)
	}
	return nil
}

func (m *memory) locked(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick()
	return f()
}

// tick does what the clock demands: orders expire, and documents are kept no longer.
func (m *memory) tick() {
	for id, h := range m.orders {
		switch p := &h.progress; {
		case p.State == signing.OrderOpen && !m.now.Before(p.Expires):
			p.State = signing.OrderExpired
			m.forget(id)
		case p.State == signing.OrderClosed && h.kept > 0 && m.now.After(p.Closed.AddDate(0, 0, h.kept)):
			m.forget(id)
		}
	}
}

// over is the error of a call whose context has ended.
func (m *memory) over(ctx context.Context, name string) error {
	if ctx.Err() == nil {
		return nil
	}
	m.late = append(m.late, name)
	return &signing.Error{Kind: signing.Unavailable, Err: ctx.Err()}
}

func (m *memory) Capabilities() signing.Capabilities { return m.can }

func (m *memory) CreateOrder(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
	if err := m.over(ctx, "createorder"); err != nil {
		return nil, err
	}
	var placed *signing.Placed
	err := m.around("create", func() error {
		id := signing.ID("Order:" + strconv.Itoa(len(m.orders)+1))
		h := &held{order: o, progress: signing.Progress{ID: id, State: signing.OrderOpen, Created: m.now, Expires: m.now.AddDate(0, 0, 90), Trace: "trace-1"}}
		if !o.Expires.IsZero() {
			h.progress.Expires = o.Expires
		}
		h.placed = signing.Placed{Ticket: signing.Ticket{ID: id, Reference: o.Reference}, Expires: h.progress.Expires}
		for i := range o.Documents {
			b := content(o, i)
			if signing.Digest(sum(b)) != d[i] {
				return &signing.Error{Kind: signing.InputInvalid, Why: "the document changed"}
			}
			h.documents = append(h.documents, b)
			h.signers = append(h.signers, nil)
			did := signing.ID("Document:" + strconv.Itoa(i))
			h.placed.Ticket.Documents = append(h.placed.Ticket.Documents, signing.TicketDocument{ID: did})
			h.progress.Documents = append(h.progress.Documents, signing.DocumentProgress{ID: did, Available: true})
		}
		for i, s := range o.Signatories {
			sid := signing.ID("Signatory:" + strconv.Itoa(i))
			h.placed.Ticket.Signatories = append(h.placed.Ticket.Signatories, signing.TicketSignatory{ID: sid, Reference: s.Reference})
			h.progress.Signatories = append(h.progress.Signatories, signing.SignatoryProgress{ID: sid, Reference: s.Reference, Role: s.Role, State: signing.SignatoryOpen})
			if m.can.Links {
				h.placed.Links = append(h.placed.Links, signing.NewSecret("https://sign.example/"+string(id)+"/"+string(sid)))
			}
		}
		m.orders[id] = h
		placed = m.answered(h)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return placed, nil
}

func (m *memory) answered(h *held) *signing.Placed {
	p := h.placed
	p.Ticket.Documents = append([]signing.TicketDocument{}, p.Ticket.Documents...)
	p.Ticket.Signatories = append([]signing.TicketSignatory{}, p.Ticket.Signatories...)
	if m.answer != nil {
		return m.answer(&p)
	}
	return &p
}

func (m *memory) Find(ctx context.Context, o *signing.Order) (found []*signing.Placed, err error) {
	if err := m.over(ctx, "find"); err != nil {
		return nil, err
	}
	err = m.around("find", func() error {
		for _, h := range m.orders {
			if h.placed.Ticket.Reference == o.Reference {
				found = append(found, m.answered(h))
			}
		}
		return nil
	})
	return found, err
}

func (m *memory) Order(ctx context.Context, id signing.ID) (answer *signing.Progress, err error) {
	if err := m.over(ctx, "order"); err != nil {
		return nil, err
	}
	err = m.around("order", func() error {
		h := m.orders[id]
		if h == nil || m.forgets && h.documents[0] == nil && h.progress.State != signing.OrderOpen {
			return &signing.Error{Kind: signing.NotFound}
		}
		p := h.progress
		p.Signatories = append([]signing.SignatoryProgress{}, p.Signatories...)
		p.Documents = append([]signing.DocumentProgress{}, p.Documents...)
		answer = &p
		if m.tell != nil {
			answer = m.tell(&p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (m *memory) Close(ctx context.Context, id signing.ID, days int) error {
	if err := m.over(ctx, "close"); err != nil {
		return err
	}
	return m.around("close", func() error {
		h := m.orders[id]
		if h.progress.State != signing.OrderOpen {
			return &signing.Error{Kind: signing.Refused, Status: 200}
		}
		h.progress.State, h.progress.Closed, h.kept = signing.OrderClosed, m.now, days
		return nil
	})
}

func (m *memory) Fetch(ctx context.Context, id, document signing.ID, w io.Writer) error {
	if err := m.over(ctx, "fetch"); err != nil {
		return err
	}
	return m.around("fetch "+string(document), func() error {
		h := m.orders[id]
		n, err := strconv.Atoi(strings.TrimPrefix(string(document), "Document:"))
		if err != nil {
			return &signing.Error{Kind: signing.DocumentPending}
		}
		b := h.documents[n]
		if b == nil {
			return &signing.Error{Kind: signing.DocumentPending}
		}
		if m.spoil != nil {
			b = m.spoil(b)
		}
		if _, err := w.Write(b); err != nil {
			return &signing.Error{Kind: signing.StoreFailed}
		}
		return nil
	})
}

func (m *memory) Cancel(ctx context.Context, id signing.ID) error {
	if err := m.over(ctx, "cancel"); err != nil {
		return err
	}
	return m.around("cancel", func() error {
		h := m.orders[id]
		if h.progress.State == signing.OrderOpen {
			h.progress.State = signing.OrderCancelled
			m.forget(id)
		}
		return nil
	})
}

func (m *memory) Cleanup(ctx context.Context, id signing.ID) error {
	if err := m.over(ctx, "cleanup"); err != nil {
		return err
	}
	return m.around("cleanup", func() error { m.forget(id); return nil })
}

func (m *memory) forget(id signing.ID) {
	h := m.orders[id]
	for i := range h.documents {
		h.documents[i], h.progress.Documents[i].Available = nil, false
	}
}

// Verify judges what this service signs.
func (m *memory) Verify(_ context.Context, x *signing.Exhibit) (v *signing.Verdict, err error) {
	err = m.around("verify "+strconv.Itoa(x.Document), func() error {
		if m.judged != nil {
			if err := m.judged(x); err != nil {
				return err
			}
		}
		rest, ok := bytes.CutPrefix(x.Signed, x.Original)
		if !ok {
			return &signing.Error{Kind: signing.DocumentModified}
		}
		v = &signing.Verdict{Checked: []string{"the lines behind the document"}}
		for line := range strings.Lines(string(rest)) {
			n, ok := strings.CutPrefix(strings.TrimSpace(line), "% signed by ")
			i, err := strconv.Atoi(n)
			if !ok || err != nil {
				return &signing.Error{Kind: signing.SignatureInvalid}
			}
			s := x.Ticket.Signatories[i]
			v.Signatures = append(v.Signatures, signing.Signature{
				Signatory: s.ID, Reference: s.Reference, Identity: identity(i), Level: claims.Substantial, SignedAt: noon,
				Evidence: []signing.Token{{Use: "id_token", Raw: signing.NewSecret("x")}},
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// sign has signatories sign what concerns them.
func (m *memory) sign(id signing.ID, signatories ...int) {
	h := m.orders[id]
	for _, i := range signatories {
		h.progress.Signatories[i].State = signing.SignatorySigned
		for d := range h.documents {
			if s := h.order.Signatories[i]; s.Documents == nil || contains(s.Documents, d) {
				h.documents[d] = append(bytes.Clone(h.documents[d]), fmt.Sprintf("%% signed by %d\n", i)...)
			}
		}
	}
}

func (m *memory) set(id signing.ID, i int, s signing.SignatoryState) {
	m.orders[id].progress.Signatories[i].State = s
}

// steps returns the log without the calls that place an order, and empties it.
func (m *memory) steps() string {
	s := strings.Join(m.log, ", ")
	m.log = nil
	return s
}

// uuid is that of the nth person.
func uuid(n int) claims.UUID {
	return claims.MustParseUUID(fmt.Sprintf("11111111-2222-4333-8444-%012d", n))
}

func identity(n int) claims.Identity {
	return claims.Identity{Subject: fmt.Sprintf("{sub-%d}", n), UUID: uuid(n)}
}

func contains(s []int, n int) bool {
	for _, x := range s {
		if x == n {
			return true
		}
	}
	return false
}

func content(o *signing.Order, i int) []byte {
	r, err := o.Documents[i].Open()
	if err != nil {
		panic(err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return b
}

// order is a sound order with two documents and two people.
func order() *signing.Order {
	return &signing.Order{
		Reference: "lejekontrakt-a7", Title: "Lejekontrakt, Ærøvej – æøå",
		Documents: []signing.Document{
			signing.Bytes("Lejekontrakt på dansk æøå", pdf("Lejekontrakt for Åse og Bjørn")),
			signing.Bytes("Husorden", pdf("Husorden: ingen høns i gården")),
		},
		Signatories: []signing.Signatory{
			{Reference: "lejer", Who: signing.Who{UUID: uuid(0)}, SigningAs: "lejer på Ærø"},
			{Reference: "udlejer", Who: signing.Who{UUID: uuid(1)}},
		},
	}
}

func newClient(t testing.TB, m *memory, change ...func(*signing.Config)) *signing.Client {
	t.Helper()
	cfg := signing.Config{Service: m, Verifier: m, Now: func() time.Time { return m.now }, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&cfg)
	}
	c, err := signing.New(cfg)
	require.NoError(t, err)
	return c
}

// placed is a client, and an order that it has placed.
func placed(t testing.TB, m *memory, change ...func(*signing.Config)) (*signing.Client, *signing.Order, signing.Ticket) {
	t.Helper()
	c, o := newClient(t, m, change...), order()
	p, err := c.Place(t.Context(), o)
	require.NoError(t, err)
	m.log = nil
	return c, o, p.Ticket
}

func kindIs(t testing.TB, err error, k signing.Kind) *signing.Error {
	t.Helper()
	var e *signing.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, k.String(), e.Kind.String(), err)
	return e
}
