package main

import (
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// The limits of what a caller may add.
const (
	maxMailboxes = 10_000 // at a distributor
	maxMaterials = 20
)

// mailboxView is a mailbox as JSON has it.
type mailboxView struct {
	Fake    string           `json:"fake"`
	Owner   string           `json:"owner"`
	Name    string           `json:"name"`
	State   string           `json:"state"`
	Without []eboks.Material `json:"without"`
}

func (c *control) listMailboxes(r *http.Request) (any, error) {
	reveal, err := reveals(r)
	if err != nil {
		return nil, err
	}
	all := []mailboxView{}
	for _, d := range c.s.distributors {
		for _, m := range d.fake.Mailboxes() {
			all = append(all, mailboxView{d.name, ownerOf(m.Owner, reveal), m.Name, m.State.String(), append([]eboks.Material{}, m.Without...)})
		}
	}
	return map[string]any{"mailboxes": all}, nil
}

// ownerOf returns a CVR number, or a CPR number as JSON shows it.
func ownerOf(to eboks.Recipient, reveal bool) string {
	if cvr := to.CVR(); !cvr.IsZero() {
		return cvr.String()
	}
	return numberOf(to.CPR(), reveal)
}

// mailboxStates returns the states of the mailboxes at the first distributor: over this API
// both have the same ones.
func (c *control) mailboxStates() map[eboks.Recipient]ebokstest.State {
	states := make(map[eboks.Recipient]ebokstest.State)
	for _, m := range c.s.distributors[0].fake.Mailboxes() {
		states[m.Owner] = m.State
	}
	return states
}

// mailboxStateOf returns the state that a word means. No word is an ordinary mailbox.
func mailboxStateOf(word string) (ebokstest.State, error) {
	if word == "" {
		return ebokstest.Open, nil
	}
	var words []string
	for s := ebokstest.Open; s <= ebokstest.Protected; s++ {
		if s.String() == word {
			return s, nil
		}
		words = append(words, s.String())
	}
	return 0, oneOf("the state of a mailbox", word, words...)
}

func (c *control) setMailbox(r *http.Request) (any, error) {
	in, err := read[struct {
		Citizen string           `json:"citizen"`
		CPR     string           `json:"cpr"`
		CVR     string           `json:"cvr"`
		Name    string           `json:"name"`
		State   string           `json:"state"`
		Without []eboks.Material `json:"without"`
	}](r)
	if err != nil {
		return nil, err
	}
	m := ebokstest.Mailbox{Name: in.Name, Without: in.Without}
	if in.State == "" || len(in.Name) > maxName || len(in.Without) > maxMaterials {
		return nil, refuse(http.StatusBadRequest, "state is missing, or name or without is too long")
	}
	if m.State, err = mailboxStateOf(in.State); err != nil {
		return nil, err
	}
	switch {
	case in.Citizen != "" && in.CPR+in.CVR == "":
		p, err := c.citizen(in.Citizen)
		if err != nil {
			return nil, err
		}
		if m.Owner = eboks.Person(p.CPR); m.Name == "" {
			m.Name = p.Name
		}
	case in.CPR != "" && in.Citizen+in.CVR == "":
		if m.Owner, err = ebokstest.PersonOf(in.CPR); err != nil {
			return nil, refused(http.StatusBadRequest, err)
		}
	case in.CVR != "" && in.Citizen+in.CPR == "":
		if m.Owner, err = ebokstest.CompanyOf(in.CVR); err != nil {
			return nil, refused(http.StatusBadRequest, err)
		}
	default:
		return nil, refuse(http.StatusBadRequest, "exactly one of citizen, cpr and cvr names the owner")
	}
	if m.Owner.IsZero() {
		return nil, refuse(http.StatusConflict, "this citizen has no CPR number, so no letter reaches them")
	}
	c.adding.Lock()
	defer c.adding.Unlock()
	for _, d := range c.s.distributors {
		if len(d.fake.Mailboxes()) >= maxMailboxes {
			return nil, refuse(http.StatusConflict, "there are %d mailboxes already; POST /control/v1/reset", maxMailboxes)
		}
	}
	for _, d := range c.s.distributors {
		d.fake.Add(m)
	}
	return nil, nil
}
