package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// signWithin bounds how long a signatory's part may take.
const signWithin = 30 * time.Second

// itemOf returns the item that a request is about, if it can be acted on so now.
func (c *control) itemOf(r *http.Request, action string) (item, error) {
	id := r.PathValue("item")
	it, ok := c.activity.find(id)
	switch {
	case !ok:
		return it, refuse(http.StatusNotFound, "there is no item of this id; GET /control/v1/activity has those that there are")
	case len(it.Actions) == 0:
		return it, refuse(http.StatusConflict, "the %s has ended: it is %s", it.Kind, it.State)
	case !slices.Contains(it.Actions, action):
		return it, refuse(http.StatusConflict, "this %s, which is %s, takes now: %s", it.Kind, it.State, strings.Join(it.Actions, ", "))
	}
	return it, nil
}

// after returns an item as it is after a decision.
func (c *control) after(it item, err error) (any, error) {
	if err != nil {
		return nil, refused(http.StatusConflict, err)
	}
	it, _ = c.activity.find(it.ID)
	return it, nil
}

// decide ends a login that waits.
func (c *control) decide(it item, o mitidtest.Outcome) (any, error) {
	i := slices.IndexFunc(c.s.brokers, func(b named[*mitidtest.Broker]) bool { return b.name == it.Fake })
	return c.after(it, c.s.brokers[i].fake.Decide(it.own(), o))
}

func (c *control) approveLogin(r *http.Request) (any, error) {
	in, err := read[approval](r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "approve")
	if err != nil {
		return nil, err
	}
	person, err := c.citizen(in.Citizen)
	if err != nil {
		return nil, err
	}
	o, err := in.outcome(person)
	if err != nil {
		return nil, err
	}
	return c.decide(it, o)
}

func (c *control) abortLogin(r *http.Request) (any, error) {
	if _, err := read[nothing](r); err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "abort")
	if err != nil {
		return nil, err
	}
	return c.decide(it, mitidtest.Abort())
}

func (c *control) fail(r *http.Request) (any, error) {
	in, err := read[failure](r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "fail")
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if it.Kind == "login" {
		return c.decide(it, mitidtest.Fail(in.Code, in.Description))
	}
	g, err := c.signatory(it)
	if err != nil {
		return nil, err
	}
	why := in.Code
	if in.Description != "" {
		why += ": " + in.Description
	}
	return c.after(it, c.s.signing.Fail(g.ID, why))
}

// post decides what becomes of a letter.
func (c *control) post(it item, do func(d *ebokstest.Distributor, id eboks.ID) error) (any, error) {
	i := slices.IndexFunc(c.s.distributors, func(d named[*ebokstest.Distributor]) bool { return d.name == it.Fake })
	id, err := eboks.ParseID(it.own())
	if err == nil {
		err = do(c.s.distributors[i].fake, id)
	}
	return c.after(it, err)
}

func (c *control) deliver(r *http.Request) (any, error) {
	if _, err := read[nothing](r); err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "deliver")
	if err != nil {
		return nil, err
	}
	return c.post(it, (*ebokstest.Distributor).Deliver)
}

func (c *control) refuseLetter(r *http.Request) (any, error) {
	in, err := read[struct {
		Reason string `json:"reason"`
	}](r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "refuse")
	if err != nil {
		return nil, err
	}
	var words []string
	for why := eboks.NotRegistered; why <= eboks.InvalidNumber; why++ {
		words = append(words, why.String())
	}
	if err := oneOf("reason", in.Reason, words...); err != nil {
		return nil, err
	}
	why := eboks.NotRegistered + eboks.Reachability(slices.Index(words, in.Reason))
	return c.post(it, func(d *ebokstest.Distributor, id eboks.ID) error { return d.Bounce(id, why) })
}

func (c *control) delay(r *http.Request) (any, error) {
	by, err := readDuration(r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "delay")
	if err != nil {
		return nil, err
	}
	return c.post(it, func(d *ebokstest.Distributor, id eboks.ID) error { return d.Delay(id, by) })
}

// signatory returns the record behind an item.
func (c *control) signatory(it item) (signingtest.SignatoryRecord, error) {
	for _, g := range c.s.signing.Signatories() {
		if strings.HasSuffix(g.ID, "|"+it.own()) {
			return g, nil
		}
	}
	return signingtest.SignatoryRecord{}, refuse(http.StatusNotFound, "the signatory is not kept any more")
}

func (c *control) sign(r *http.Request) (any, error) {
	in, err := read[struct {
		Citizen string `json:"citizen"`
	}](r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "sign")
	if err != nil {
		return nil, err
	}
	return c.walk(r, it, in.Citizen, func(ctx context.Context, g signingtest.SignatoryRecord, person mitidtest.Citizen) error {
		if g.Role == "APPROVER" {
			return c.s.signing.Approve(ctx, g.ID, person)
		}
		return c.s.signing.SignAs(ctx, g.ID, person)
	})
}

func (c *control) reject(r *http.Request) (any, error) {
	in, err := read[struct {
		Citizen string `json:"citizen"`
		Reason  string `json:"reason"`
	}](r)
	if err != nil {
		return nil, err
	}
	it, err := c.itemOf(r, "reject")
	if err != nil {
		return nil, err
	}
	if len(in.Reason) > maxSaid {
		return nil, refuse(http.StatusBadRequest, "reason has more than %d bytes", maxSaid)
	}
	return c.walk(r, it, in.Citizen, func(ctx context.Context, g signingtest.SignatoryRecord, person mitidtest.Citizen) error {
		return c.s.signing.Reject(ctx, g.ID, person, in.Reason)
	})
}

// walk does a signatory's part as a citizen does it.
func (c *control) walk(r *http.Request, it item, citizen string, do func(context.Context, signingtest.SignatoryRecord, mitidtest.Citizen) error) (any, error) {
	person, err := c.citizen(citizen)
	if err != nil {
		return nil, err
	}
	g, err := c.signatory(it)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), signWithin)
	defer cancel()
	if err := do(ctx, g, person); err != nil {
		why := "the login at criipto did not succeed, or the order expects somebody else; the activity tells"
		if after, _ := c.activity.find(it.ID); after.Why != "" {
			why = after.Why
		}
		return nil, refuse(http.StatusConflict, "not done: %s", why)
	}
	return c.after(it, nil)
}
