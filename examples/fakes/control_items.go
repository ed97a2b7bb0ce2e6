package main

import (
	"strings"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// sources returns all fakes as the activity reads them.
func (c *control) sources() []source {
	var all []source
	for _, b := range c.s.brokers {
		all = append(all, source{b.fake.Changes, func() []item { return logins(b) }})
	}
	for _, d := range c.s.distributors {
		all = append(all, source{d.fake.Changes, func() []item { return letters(d) }})
	}
	return append(all, source{c.s.signing.Changes, func() []item { return signatories(c.s.signing) }})
}

func logins(b named[*mitidtest.Broker]) []item {
	var all []item
	for _, l := range b.fake.Logins() {
		it := item{
			ID: b.name + ":" + l.ID, At: l.Begun.UTC(), Fake: b.name, Kind: "login", Who: l.Who,
			State: string(l.State), What: "login", Why: l.Why, Steps: []step{}, Actions: []string{},
		}
		for _, s := range l.Steps {
			it.Steps = append(it.Steps, step{s.At.UTC(), s.Text})
		}
		if l.State == mitidtest.LoginWaiting {
			it.Actions = append(it.Actions, "approve", "abort", "fail")
		}
		all = append(all, it)
	}
	return all
}

func letters(d named[*ebokstest.Distributor]) []item {
	var all []item
	for _, l := range d.fake.Offers() {
		it := item{
			ID: d.name + ":" + l.ID.String(), At: l.Begun.UTC(), Fake: d.name, Kind: "letter", Who: l.Who,
			State: "offered", What: l.Title, Why: l.Why, Steps: []step{}, Actions: []string{},
		}
		switch {
		case l.Taken:
			it.State = l.Status.String()
		case l.Why != "":
			it.State = "refused"
		}
		for _, s := range l.Steps {
			it.Steps = append(it.Steps, step{s.At.UTC(), s.Text})
		}
		if l.Deliverable {
			it.Actions = append(it.Actions, "deliver")
		}
		if l.OnItsWay {
			it.Actions = append(it.Actions, "refuse", "delay")
		}
		all = append(all, it)
	}
	return all
}

func signatories(s *signingtest.Service) []item {
	var all []item
	for _, g := range s.Signatories() {
		it := item{
			ID: "signatures:" + g.ID[strings.LastIndexByte(g.ID, '|')+1:], At: g.Begun.UTC(), Fake: "signatures", Kind: "signature",
			Who: g.Who, State: signatureState(g), What: g.Title, Why: g.Why, Steps: []step{}, Actions: []string{},
		}
		for _, s := range g.Steps {
			it.Steps = append(it.Steps, step{s.At.UTC(), s.Text})
		}
		if g.MayAct {
			it.Actions = append(it.Actions, "sign")
		}
		if g.MayReject {
			it.Actions = append(it.Actions, "reject")
		}
		if it.State == "waiting" {
			it.Actions = append(it.Actions, "fail")
		}
		all = append(all, it)
	}
	return all
}

// signatureState returns how a signatory stands, or else the order.
func signatureState(g signingtest.SignatoryRecord) string {
	switch {
	case g.Status == "ERROR":
		return "failed"
	case g.Status != "OPEN":
		return strings.ToLower(g.Status)
	case g.OrderStatus != "OPEN":
		return strings.ToLower(g.OrderStatus)
	}
	return "waiting"
}
