package criipto_test

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// office is an application with everything: client, adapter, verifier, webhook.
type office struct {
	fake    *signingtest.Service
	service *criipto.Service
	client  *signing.Client
	hook    *criipto.Webhook

	mu     sync.Mutex
	events []signing.Event
}

func newOffice(t *testing.T, change ...func(*criipto.Config)) *office {
	t.Helper()
	o := &office{fake: signingtest.New(t)}
	var mounted *criipto.Webhook
	server := httptest.NewUnstartedServer(nil)
	server.Start()
	t.Cleanup(server.Close)
	cfg := criipto.Config{
		Endpoint: o.fake.Endpoint(), ClientID: o.fake.ClientID(), ClientSecret: signing.NewSecret(o.fake.ClientSecret().Reveal()),
		HTTPClient: o.fake.HTTPClient(), Now: o.fake.Now, AskCPR: true, PageSize: 2,
		Webhook: criipto.Hook{URL: server.URL + "/hook", Secret: secretNow, Validate: true},
		Verify: &criipto.VerifierConfig{
			Issuer: o.fake.Verify().Issuer(), Audiences: []string{o.fake.Verify().ClientID()}, HTTPClient: o.fake.Verify().HTTPClient(),
			SealRoots: o.fake.SealRoots(), AllowTest: true, Now: o.fake.Now,
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	o.service, err = criipto.New(cfg)
	require.NoError(t, err)
	mounted, err = o.service.Webhook(criipto.WebhookConfig{Handle: func(_ context.Context, e signing.Event) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.events = append(o.events, e)
		return nil
	}})
	require.NoError(t, err)
	o.hook, server.Config.Handler = mounted, mounted
	o.client, err = signing.New(signing.Config{Service: o.service, Now: o.fake.Now})
	require.NoError(t, err)
	return o
}

func (o *office) kinds() (all []signing.What) {
	o.fake.Settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		all = append(all, e.Kind)
	}
	return all
}

func realOrder(reference string) *signing.Order {
	return &signing.Order{
		Reference: reference, Title: "Lejekontrakt på Ærø",
		Documents: []signing.Document{
			signing.Bytes("Lejekontrakt", fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt æøå"}})),
			signing.Bytes("Bilag", fakepdf.New(fakepdf.Page{Lines: []string{"Bilag"}})),
		},
		Signatories: []signing.Signatory{
			{Reference: "lejer", Who: signing.Who{UUID: mustUUID(mitidtest.Ditlev().UUID)}},
			{Reference: "udlejer", SigningAs: "udlejer", Who: signing.Who{CPR: mitidtest.Paiman().CPR}},
		},
	}
}

// The whole way: placed, signed by two people, told by webhooks, closed, fetched,
// verified, stored, cleaned up.
func TestOrderFromPlaceToCleanup(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	order := realOrder("sag-1")
	placed, err := o.client.Place(ctx, order)
	require.NoError(t, err)

	require.NoError(t, o.fake.SignAs(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev()))
	_, err = o.client.Complete(ctx, placed.Ticket, order, func(context.Context, *signing.Result) error { return nil })
	require.ErrorIs(t, err, signing.ErrPending)
	require.Error(t, o.fake.SignAs(ctx, placed.Links[1].Reveal(), mitidtest.Protected()), "somebody else")
	require.NoError(t, o.fake.SignAs(ctx, placed.Links[1].Reveal(), mitidtest.Paiman()))

	var stored [][]byte
	result, err := o.client.Complete(ctx, placed.Ticket, order, func(_ context.Context, r *signing.Result) error {
		for _, d := range r.Documents {
			stored = append(stored, d.Content)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, signing.EndSigned, result.End)
	require.NoError(t, result.Cleanup)
	require.Len(t, stored, 2)
	for i, d := range order.Documents {
		original, err := d.Open()
		require.NoError(t, err)
		b := new(bytes.Buffer)
		_, err = b.ReadFrom(original)
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(stored[i], b.Bytes()), "each document is its own")
	}
	assert.Len(t, result.Documents[0].Verdict.Signatures, 2)
	kinds := o.kinds()
	assert.Contains(t, kinds, signing.Signed)
	assert.Contains(t, kinds, signing.AllSigned)
	assert.Equal(t, 1, o.fake.Count("closeSignatureOrder"))
	assert.EqualValues(t, 1, o.hook.Counts().Ignored, "the validation")
	assert.Zero(t, o.hook.Counts().Failed)
}

// A person refuses: the webhook tells it, and the reason stays out of sight.
func TestOrderThatIsRejected(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	order := realOrder("sag-1")
	placed, err := o.client.Place(ctx, order)
	require.NoError(t, err)
	require.NoError(t, o.fake.Reject(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev(), "jeg vil ikke, æøå"))
	assert.Contains(t, o.kinds(), signing.Rejected)
	p, err := o.service.Order(ctx, placed.Ticket.ID)
	require.NoError(t, err)
	var reason string
	for _, g := range p.Signatories {
		if g.Reference == "lejer" {
			assert.Equal(t, signing.SignatoryRejected, g.State)
			reason = string(g.Reason.Reveal())
		}
	}
	assert.Equal(t, "jeg vil ikke, æøå", reason)
}

// A lost answer to create: the order is found on a later page, with its links.
func TestOrderWhoseAnswerWasLostIsFound(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for _, reference := range []string{"a", "b", "c", "d", "e"} {
		_, err := o.client.Place(ctx, realOrder(reference))
		require.NoError(t, err)
	}
	require.NoError(t, o.fake.At("createSignatureOrder", "lost-answer"))
	order := realOrder("sag-1")
	_, err := o.client.Place(ctx, order)
	require.ErrorIs(t, err, signing.ErrOutcomeUnknown)
	for _, reference := range []string{"f", "g", "h"} {
		_, err := o.client.Place(ctx, realOrder(reference))
		require.NoError(t, err)
	}
	before := o.fake.Count("createSignatureOrder")
	placed, err := o.client.PlaceAgain(ctx, order)
	require.NoError(t, err)
	assert.Equal(t, before, o.fake.Count("createSignatureOrder"), "nothing was placed twice")
	require.NoError(t, o.fake.SignAs(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev()))

	all := map[signing.ID]bool{}
	for after := ""; ; {
		page, next, err := o.service.Orders(ctx, signing.OrderOpen, after)
		require.NoError(t, err)
		for _, p := range page {
			all[p.ID] = true
		}
		if after = next; after == "" {
			break
		}
	}
	assert.Len(t, all, 9)
	other := realOrder("sag-2")
	found, err := o.service.Find(ctx, other)
	require.NoError(t, err)
	assert.Empty(t, found)
}

// The vendor's extras, against the fake. Its API shows a batch no documents before a login
// and no way to log in either, so here people see the documents first.
func TestExtrasAgainstTheFake(t *testing.T) {
	o, ctx := newOffice(t, func(cfg *criipto.Config) { cfg.ViewWithoutLogin = true }), t.Context()
	one, err := o.client.Place(ctx, realOrder("sag-1"))
	require.NoError(t, err)
	two, err := o.client.Place(ctx, realOrder("sag-2"))
	require.NoError(t, err)

	p, err := o.service.Extend(ctx, one.Ticket.ID, 30)
	require.NoError(t, err)
	assert.Equal(t, one.Expires.AddDate(0, 0, 30), p.Expires)

	link, err := o.service.Batch(ctx, []criipto.Pair{
		{Order: one.Ticket.ID, Signatory: one.Ticket.Signatories[0].ID}, {Order: two.Ticket.ID, Signatory: two.Ticket.Signatories[0].ID}})
	require.NoError(t, err)
	require.NoError(t, o.fake.SignAs(ctx, link.Reveal(), mitidtest.Ditlev()))
	for _, placed := range []*signing.Placed{one, two} {
		p, err := o.service.Order(ctx, placed.Ticket.ID)
		require.NoError(t, err)
		signed := 0
		for _, g := range p.Signatories {
			if g.State == signing.SignatorySigned {
				signed++
			}
		}
		assert.Equal(t, 1, signed)
	}

	more, err := o.service.AddSignatories(ctx, two.Ticket, []signing.Signatory{{Reference: "vidne", Who: anybody}})
	require.NoError(t, err)
	require.Len(t, more.Links, 3)
	require.NoError(t, o.fake.SignAs(ctx, more.Links[2].Reveal(), mitidtest.Protected()))

	plain := realOrder("x").Documents[0]
	v, err := o.service.ValidateDocument(ctx, plain, digests(realOrder("x"))[0])
	require.NoError(t, err)
	assert.True(t, v.Valid)
	assert.False(t, v.PreviouslySigned)

	o.fake.Settle()
	delivered, err := o.service.Deliveries(ctx, one.Ticket.ID, o.fake.Now().Add(-time.Hour), o.fake.Now().Add(time.Hour), false)
	require.NoError(t, err)
	require.NotEmpty(t, delivered)
	for _, d := range delivered {
		assert.True(t, d.Arrived)
		assert.Equal(t, 200, d.Status)
	}

	require.NoError(t, o.service.Cancel(ctx, one.Ticket.ID))
	require.NoError(t, o.service.Cleanup(ctx, one.Ticket.ID))
	require.NoError(t, o.service.Cleanup(ctx, one.Ticket.ID), "again is no error")
	require.ErrorIs(t, o.service.Fetch(ctx, one.Ticket.ID, one.Ticket.Documents[0].ID, new(bytes.Buffer)), signing.ErrDocumentPending)
}

// Each event that the service can spoil: refused tries come again, and the state is told
// in the end.
func TestEventsThatTheServiceSpoils(t *testing.T) {
	for _, m := range signingtest.Misbehaviours() {
		if m.Occasion != signingtest.AtWebhook || m.Name == "webhook-slow" { // it takes five seconds; TestEventThatIsTooSlow has its own
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			o, ctx := newOffice(t), t.Context()
			placed, err := o.client.Place(ctx, realOrder("sag-1"))
			require.NoError(t, err)
			require.NoError(t, o.fake.Next(m.Name))
			require.NoError(t, o.fake.Approve(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev())) // events that are spoilt
			require.NoError(t, o.fake.Reject(ctx, placed.Links[0].Reveal(), mitidtest.Ditlev(), "nej"))
			o.fake.Advance(4 * time.Hour)
			told := map[signing.What]int{}
			for _, k := range o.kinds() {
				told[k]++
			}
			for kind, n := range told {
				if kind != signing.DocumentRead && kind != signing.Changed {
					assert.Equal(t, 1, n, "%d has its effect once", kind)
				}
			}
			assert.Equal(t, 1, told[signing.Rejected], "events after the spoilt one arrive")
		})
	}
}

// Whatever the service does to a call, the caller hears an error or has what it asked
// for, never in the service's words.
func TestCallsThatTheServiceSpoils(t *testing.T) {
	if testing.Short() {
		t.Skip("long: each misbehaviour of the fake with each call")
	}
	o, ctx := newOffice(t), t.Context()
	order := realOrder("sag-1")
	placed, err := o.client.Place(ctx, order)
	require.NoError(t, err)
	id, document := placed.Ticket.ID, placed.Ticket.Documents[0].ID
	var whole bytes.Buffer
	require.NoError(t, o.service.Fetch(ctx, id, document, &whole))
	for _, m := range signingtest.Misbehaviours() {
		if m.Occasion != signingtest.AtRequest || strings.HasPrefix(m.Name, "slow") || strings.HasPrefix(m.Name, "huge") {
			continue // those two take their time, and are played to the Client in the suite
		}
		t.Run(m.Name, func(t *testing.T) {
			short := func() context.Context {
				if !strings.HasPrefix(m.Name, "hang") {
					return ctx
				}
				c, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
				t.Cleanup(cancel)
				return c
			}
			defer o.fake.Behave() // on a busy machine a call may have ended before it was played
			require.NoError(t, o.fake.Next(m.Name))
			p, err := o.service.Order(short(), id)
			if err != nil {
				silent(t, err, "Fejl", "Afvist")
				assert.NotEqual(t, signing.OutcomeUnknown, signing.KindOf(err))
			} else {
				assert.Equal(t, signing.OrderOpen, p.State)
			}
			require.NoError(t, o.fake.Next(m.Name))
			var got bytes.Buffer
			if err := o.service.Fetch(short(), id, document, &got); err != nil {
				silent(t, err, "Fejl", "Afvist")
			} else {
				assert.True(t, bytes.Equal(whole.Bytes(), got.Bytes()))
			}
			require.NoError(t, o.fake.Next(m.Name))
			if _, err := o.service.Extend(short(), id, 1); err != nil {
				silent(t, err, "Fejl", "Afvist")
				if !errors.Is(err, context.DeadlineExceeded) { // on a busy machine nothing may have left
					assert.NotEqual(t, signing.Unavailable, signing.KindOf(err), "it may have had its effect")
				}
			}
		})
	}
}
