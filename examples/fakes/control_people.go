package main

import (
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// citizenView is a citizen as JSON has them.
type citizenView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CPR       string    `json:"cpr"`
	Mailbox   string    `json:"mailbox"`
	Companies []company `json:"companies"`
	Shows     shows     `json:"shows"`
	Always    []rule    `json:"always"`
}

type shows struct {
	DA string `json:"da"`
	EN string `json:"en"`
}

type company struct {
	CVR  string `json:"cvr"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// rule is how every login of somebody ends at a broker.
type rule struct {
	Fake    string  `json:"fake"`
	Outcome outcome `json:"outcome"`
}

// ruleInput is a rule as a caller gives it.
type ruleInput struct {
	Act         string   `json:"act"`
	WithoutCPR  bool     `json:"without_cpr"`
	Typing      string   `json:"typing"`
	For         string   `json:"for"`
	Code        string   `json:"code"`
	Description string   `json:"description"`
	Fakes       []string `json:"fakes"`
}

// citizenInput is a citizen as a caller gives them.
type citizenInput struct {
	Name      string     `json:"name"`
	CPR       *string    `json:"cpr"`
	BirthDate string     `json:"birth_date"`
	Level     string     `json:"level"`
	Companies []company  `json:"companies"`
	Mailbox   string     `json:"mailbox"`
	Always    *ruleInput `json:"always"`
}

// The limits of what a caller may add.
const (
	maxCitizens  = 1000
	maxName      = 200 // bytes
	maxCompanies = 20
)

// firstMade is the number of package cprtest from which those of new citizens are taken.
// Lower ones are of the ready-made people.
const firstMade = 10_000

func (c *control) listCitizens(r *http.Request) (any, error) {
	reveal, err := reveals(r)
	if err != nil {
		return nil, err
	}
	all, states := []citizenView{}, c.mailboxStates()
	for _, p := range c.s.tenant.Citizens() {
		all = append(all, c.viewCitizen(p, reveal, states))
	}
	return map[string]any{"citizens": all}, nil
}

func (c *control) viewCitizen(p mitidtest.Citizen, reveal bool, states map[eboks.Recipient]ebokstest.State) citizenView {
	state, ok := states[eboks.Person(p.CPR)]
	if !ok {
		state = ebokstest.NotRegistered
	}
	v := citizenView{
		ID: p.MitIDUUID(nil), Name: p.Name, CPR: numberOf(p.CPR, reveal), Mailbox: state.String(),
		Companies: []company{}, Shows: shows(p.Shows), Always: []rule{},
	}
	for _, co := range p.Companies {
		role := "employee"
		if co.Role == mitidtest.Signatory {
			role = "signatory"
		}
		v.Companies = append(v.Companies, company{co.CVR, co.Name, role})
	}
	for _, b := range c.s.brokers {
		for _, r := range b.fake.Rules() {
			if r.Citizen.MitIDUUID(nil) == v.ID {
				v.Always = append(v.Always, rule{b.name, show(r.Outcome)})
			}
		}
	}
	return v
}

// numberOf returns a CPR number as JSON shows it.
func numberOf(n cpr.Number, reveal bool) string {
	if reveal {
		return n.Reveal()
	}
	return n.Masked()
}

func (c *control) addCitizen(r *http.Request) (any, error) {
	in, err := read[citizenInput](r)
	if err != nil {
		return nil, err
	}
	c.adding.Lock()
	defer c.adding.Unlock()
	p, err := c.newPerson(in)
	if err != nil {
		return nil, err
	}
	state, err := mailboxStateOf(in.Mailbox)
	if err != nil {
		return nil, err
	}
	reachable := p.CPR.RequireOrdinary() == nil
	if in.Mailbox != "" && !reachable {
		return nil, refuse(http.StatusBadRequest, "mailbox needs an ordinary CPR number; nobody else can be written to")
	}
	var decide func() error
	if in.Always != nil { // checked before anything is done
		if decide, err = c.planRule(p, *in.Always); err != nil {
			return nil, err
		}
	}
	for _, b := range c.s.brokers {
		b.fake.Add(p)
	}
	if reachable {
		for _, d := range c.s.distributors {
			d.fake.Add(mailboxOf(p, state))
		}
	}
	if decide != nil {
		if err := decide(); err != nil {
			return nil, err
		}
	}
	return created{c.viewCitizen(p, true, c.mailboxStates())}, nil
}

// newPerson returns the person whom a caller describes.
func (c *control) newPerson(in citizenInput) (p mitidtest.Citizen, err error) {
	people := c.s.tenant.Citizens()
	if len(people) >= maxCitizens {
		return p, refuse(http.StatusConflict, "there are %d citizens already; POST /control/v1/reset", len(people))
	}
	if in.Name == "" || len(in.Name) > maxName {
		return p, refuse(http.StatusBadRequest, "name has from 1 to %d bytes", maxName)
	}
	level, ok := levels()[in.Level]
	if !ok {
		return p, oneOf("level", in.Level, "low", "substantial", "high")
	}
	if _, err := time.Parse(time.DateOnly, in.BirthDate); in.BirthDate != "" && err != nil {
		return p, refuse(http.StatusBadRequest, "birth_date is a date such as 1990-02-28")
	}
	p = mitidtest.Citizen{Name: in.Name, BirthDate: in.BirthDate, Level: level}
	p.Shows = mitidtest.Bilingual{DA: "tilføjet af en test", EN: "added by a test"}
	switch {
	case in.CPR == nil:
		p.CPR = unusedNumber(people)
	case *in.CPR != "":
		if p.CPR, err = cpr.Parse(*in.CPR); err != nil {
			return p, refuse(http.StatusBadRequest, "cpr is not a CPR number; leave it out and one is made that belongs to nobody")
		}
	}
	if p.Companies, err = companies(in.Companies); err != nil {
		return p, err
	}
	for _, other := range people {
		if other.MitIDUUID(nil) == p.MitIDUUID(nil) || !p.CPR.IsZero() && other.CPR == p.CPR {
			return p, refuse(http.StatusConflict, "this citizen is there already, or another one with this number")
		}
	}
	return p, nil
}

// unusedNumber returns the first number that nobody has.
func unusedNumber(people []mitidtest.Citizen) cpr.Number {
	for i := firstMade; ; i++ {
		n := cprtest.Number(i)
		if !slices.ContainsFunc(people, func(p mitidtest.Citizen) bool { return p.CPR == n }) {
			return n
		}
	}
}

func companies(in []company) ([]mitidtest.Company, error) {
	if len(in) > maxCompanies {
		return nil, refuse(http.StatusBadRequest, "there are more than %d companies", maxCompanies)
	}
	var all []mitidtest.Company
	for _, co := range in {
		if _, err := claims.ParseCVR(co.CVR); err != nil || co.Name == "" || len(co.Name) > maxName {
			return nil, refuse(http.StatusBadRequest, "a company has a cvr of eight digits, and a name")
		}
		if err := oneOf("role", co.Role, "employee", "signatory"); err != nil {
			return nil, err
		}
		role := mitidtest.Employee
		if co.Role == "signatory" {
			role = mitidtest.Signatory
		}
		all = append(all, mitidtest.Company{CVR: co.CVR, Name: co.Name, Role: role})
	}
	return all, nil
}

func (c *control) always(r *http.Request) (any, error) {
	in, err := read[ruleInput](r)
	if err != nil {
		return nil, err
	}
	p, err := c.citizen(r.PathValue("citizen"))
	if err != nil {
		return nil, err
	}
	decide, err := c.planRule(p, in)
	if err != nil {
		return nil, err
	}
	if err := decide(); err != nil {
		return nil, err
	}
	return c.viewCitizen(p, false, c.mailboxStates()), nil
}

// planRule returns what makes a rule at the brokers.
func (c *control) planRule(p mitidtest.Citizen, in ruleInput) (func() error, error) {
	o, err := c.outcome(outcome{Act: in.Act, WithoutCPR: in.WithoutCPR, Typing: in.Typing, For: in.For, Code: in.Code, Description: in.Description}, &p)
	if err != nil {
		return nil, err
	}
	chosen := c.s.brokers
	if in.Fakes != nil {
		chosen = nil
		for _, name := range in.Fakes {
			i := slices.IndexFunc(c.s.brokers, func(b named[*mitidtest.Broker]) bool { return b.name == name })
			if i < 0 {
				return nil, wrongKind(name, "a broker")
			}
			chosen = append(chosen, c.s.brokers[i])
		}
	}
	return func() error {
		for _, b := range chosen {
			if err := b.fake.Always(p, o); err != nil {
				return refused(http.StatusConflict, err)
			}
		}
		return nil
	}, nil
}

func (c *control) forget(r *http.Request) (any, error) {
	p, err := c.citizen(r.PathValue("citizen"))
	if err != nil {
		return nil, err
	}
	for _, b := range c.s.brokers {
		b.fake.Forget(p)
	}
	return nil, nil
}
