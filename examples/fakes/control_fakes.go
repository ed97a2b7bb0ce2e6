package main

import (
	"net/http"
	"slices"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// fakeView is a fake, and what is planned there, as JSON has it.
type fakeView struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	URL       string     `json:"url"`
	Page      string     `json:"page,omitempty"`
	Outcomes  *[]outcome `json:"outcomes,omitzero"`
	Tampering *string    `json:"tampering,omitzero"`
	Planned   *planned   `json:"planned,omitempty"`
	Receipts  string     `json:"receipts,omitempty"`
}

// planned are the misbehaviours that wait.
type planned struct {
	Next   []string `json:"next"`
	Always []string `json:"always"`
}

func viewBroker(b named[*mitidtest.Broker]) fakeView {
	queue, waiting := []outcome{}, b.fake.Waiting()
	for _, o := range b.fake.Queue() {
		queue = append(queue, show(o))
	}
	return fakeView{Name: b.name, Kind: "broker", URL: b.fake.Issuer(), Outcomes: &queue, Tampering: &waiting}
}

func viewDistributor(d named[*ebokstest.Distributor]) fakeView {
	next, always := d.fake.Planned()
	p := planned{append([]string{}, next...), []string{}}
	if always != "" {
		p.Always = append(p.Always, always)
	}
	return fakeView{Name: d.name, Kind: "distributor", URL: d.fake.URL(), Page: d.fake.PageURL(), Planned: &p, Receipts: d.fake.Receipts().String()}
}

func (c *control) viewSigning() fakeView {
	next, always := c.s.signing.Planned()
	p := planned{append([]string{}, next...), append([]string{}, always...)}
	return fakeView{Name: signaturesName, Kind: signaturesName, URL: c.s.signing.Endpoint(), Planned: &p}
}

func (c *control) listFakes(*http.Request) (any, error) {
	return map[string]any{"fakes": c.viewFakes()}, nil
}

func (c *control) viewFakes() []fakeView {
	var all []fakeView
	for _, b := range c.s.brokers {
		all = append(all, viewBroker(b))
	}
	for _, d := range c.s.distributors {
		all = append(all, viewDistributor(d))
	}
	return append(all, c.viewSigning())
}

func (c *control) oneFake(r *http.Request) (any, error) {
	name := r.PathValue("fake")
	all := c.viewFakes()
	if i := slices.IndexFunc(all, func(f fakeView) bool { return f.Name == name }); i >= 0 {
		return all[i], nil
	}
	return nil, wrongKind(name, "")
}

func (c *control) differences(r *http.Request) (any, error) {
	var list []string
	if r.PathValue("fake") == signaturesName {
		list = c.s.signing.Differences()
	} else if d, err := c.distributor(r); err == nil {
		list = d.Differences()
	} else if b, err := c.broker(r); err == nil {
		list = b.Differences()
	} else {
		return nil, err
	}
	return map[string]any{"differences": list}, nil
}
