package main

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// maxQueue is how much can be planned at one fake.
const maxQueue = 100

// next queues what the next people do.
func (c *control) next(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		Outcomes []outcome `json:"outcomes"`
	}](r)
	if err != nil {
		return nil, err
	}
	if n := len(in.Outcomes) + len(b.Queue()); len(in.Outcomes) == 0 || n > maxQueue {
		return nil, refuse(http.StatusBadRequest, "outcomes has none, or more than %d would wait", maxQueue)
	}
	var queue []mitidtest.Outcome
	for _, o := range in.Outcomes {
		does, err := c.outcome(o, nil)
		if err != nil {
			return nil, err
		}
		queue = append(queue, does)
	}
	b.Next(queue...)
	return c.oneFake(r)
}

// failureView is an error of a broker as JSON has it.
type failureView struct {
	Code        string `json:"code"`
	Description string `json:"description"`
	Words       shows  `json:"words"`
}

func (c *control) listFailures(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	all := []failureView{}
	for _, f := range b.Failures() {
		all = append(all, failureView{f.Code, f.Description, shows(f.Words)})
	}
	return map[string]any{"failures": all}, nil
}

// tamperingView is a tampering as JSON has it.
type tamperingView struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	Want string `json:"want"`
}

// tamperings returns those that the fake itself carries out. Others change what a walker of package
// mitidtest brings back to the app, which nobody here does.
func tamperings(b *mitidtest.Broker) []mitidtest.Tampering {
	var all []mitidtest.Tampering
	for _, t := range b.Tamperings() {
		if t.Side == mitidtest.BrokerSide {
			all = append(all, t)
		}
	}
	return all
}

func (c *control) listTamperings(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	all := []tamperingView{}
	for _, t := range tamperings(b) {
		v := tamperingView{Name: t.Name, Doc: t.Doc}
		if t.Want != 0 {
			v.Want = t.Want.String()
		}
		all = append(all, v)
	}
	return map[string]any{"tamperings": all}, nil
}

func (c *control) tamper(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		Name string `json:"name"`
	}](r)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range tamperings(b) {
		if t.Name == in.Name {
			b.Apply(t)
			return c.oneFake(r)
		}
		names = append(names, t.Name)
	}
	return nil, unknown("tampering", in.Name, names)
}

func (c *control) untamper(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	b.Untamper()
	return nil, nil
}

func (c *control) rotateKeys(r *http.Request) (any, error) {
	b, err := c.broker(r)
	if err != nil {
		return nil, err
	}
	if _, err := read[nothing](r); err != nil {
		return nil, err
	}
	b.RotateKeys()
	return nil, nil
}
