package neb_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
	"github.com/dkeid/dkeid/signing/signingtest/servicesuite"
)

func TestConformance(t *testing.T) {
	servicesuite.Test(t, func(t *testing.T) servicesuite.Opened {
		fake, s := open(t, nil)
		r := &remote{T: t, fake: fake, service: s, orders: map[signing.ID]*signing.Order{}}
		for n := range r.people { // the broker's keys of people are not known before they log in
			who := fake.Citizens()[n]
			r.people[n] = claims.Identity{UUID: claims.MustParseUUID(who.MitIDUUID(nil)), Subject: subjectOf(t, fake, who)}
		}
		fake.ResetRequests()
		return servicesuite.Opened{Service: &remembering{s, r}, Verifier: s, Remote: r, Secrets: []string{fake.ClientSecret().Reveal()}}
	}, servicesuite.Expires)
}

// remembering keeps the orders, because whoever begins a signature needs them.
type remembering struct {
	*neb.Service
	r *remote
}

func (m *remembering) CreateOrder(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
	p, err := m.Service.CreateOrder(ctx, o, d)
	if err == nil {
		m.r.mu.Lock()
		defer m.r.mu.Unlock()
		copied := *o
		m.r.orders[p.Ticket.ID] = &copied
	}
	return p, err
}

// remote is the fake and its people.
type remote struct {
	*testing.T
	fake    *nebtest.Broker
	service *neb.Service

	mu     sync.Mutex
	orders map[signing.ID]*signing.Order

	people [3]claims.Identity
}

func (r *remote) Now() time.Time          { return r.fake.Now() }
func (r *remote) Advance(d time.Duration) { r.fake.Advance(d) }
func (r *remote) Calls() int              { return r.fake.Count("") }

func (r *remote) Person(n int) claims.Identity { return r.people[n] }

func (r *remote) Sign(order, signatory signing.ID, n int) error {
	r.mu.Lock()
	o := r.orders[order]
	r.mu.Unlock()
	if o == nil {
		return errors.New("no such order")
	}
	t := signing.Ticket{ID: order}
	for i, s := range o.Signatories {
		t.Signatories = append(t.Signatories, signing.TicketSignatory{ID: signing.ID(string(rune('1' + i))), Reference: s.Reference})
	}
	rd, err := r.service.SignOrder(r.Context(), t, o, signatory, mitid.Request{})
	if err != nil {
		return err
	}
	cb, err := mitidtest.Walk(r.Context(), r.fake, rd, mitidtest.Approve(r.fake.Citizens()[n]))
	if err != nil {
		return err
	}
	_, err = r.service.Complete(r.Context(), rd.State, cb)
	return err
}

// Reject is not possible: nobody can refuse for good at this broker.
func (r *remote) Reject(signing.ID, signing.ID, int, string) error {
	return errors.New("nobody can reject here")
}

// Orders asks the list of workflows.
func (r *remote) Orders() int {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"signtext_api"}, "client_id": {r.fake.ClientID()}, "client_secret": {r.fake.ClientSecret().Reveal()}}
	res, err := r.fake.HTTPClient().PostForm(r.fake.Issuer()+"/connect/token", form)
	require.NoError(r, err)
	var token struct {
		Access string `json:"access_token"`
	}
	require.NoError(r, json.NewDecoder(res.Body).Decode(&token))
	require.NoError(r, res.Body.Close())
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, strings.TrimSuffix(r.fake.Issuer(), "/op")+"/transactionsigning/api/workflows/"+cvr.String(), nil)
	require.NoError(r, err)
	req.Header.Set("Authorization", "Bearer "+token.Access)
	res, err = r.fake.HTTPClient().Do(req)
	require.NoError(r, err)
	var all []json.RawMessage
	require.NoError(r, json.NewDecoder(res.Body).Decode(&all))
	require.NoError(r, res.Body.Close())
	return len(all)
}

// Kept returns the documents of an order. The broker keeps them all.
func (r *remote) Kept(order signing.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.orders[order]; o != nil {
		return len(o.Documents)
	}
	return 0
}

// Next spoils the next answer. The fake spoils it after the call had its effect, so that a
// fault without effect can be played for calls that have none.
func (r *remote) Next(op servicesuite.Op, f servicesuite.Fault) bool {
	at := nebtest.StageWorkflow
	switch {
	case op == servicesuite.Fetch:
		at = nebtest.StageReceipt
	case op == servicesuite.Create && f != servicesuite.Lost, op != servicesuite.Create && op != servicesuite.ReadOrder,
		op == servicesuite.ReadOrder && f == servicesuite.Lost: // net/http asks again
		return false
	}
	spoil := map[servicesuite.Fault]func(p *mitidtest.Reply){
		servicesuite.Lost:   func(p *mitidtest.Reply) { p.HangUp = true },
		servicesuite.Broken: func(p *mitidtest.Reply) { p.Replace(http.StatusInternalServerError, "application/json", []byte("{}")) },
		servicesuite.Page:   func(p *mitidtest.Reply) { p.Maintenance(http.StatusOK) },
		servicesuite.Throttled: func(p *mitidtest.Reply) {
			p.Replace(http.StatusTooManyRequests, "application/json", []byte("{}"))
			p.Header.Set("Retry-After", "7")
		},
		servicesuite.Elsewhere: func(p *mitidtest.Reply) { p.Redirect(http.StatusTemporaryRedirect, "https://elsewhere.example/") },
	}[f]
	if spoil == nil {
		return false
	}
	r.fake.Apply(mitidtest.On("", "", at, 0, func(_ *mitidtest.Broker, p *mitidtest.Reply) { spoil(p) }))
	return true
}
