package main

import (
	"net/http"
	"slices"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// misbehaviourView is a misbehaviour as JSON has it.
type misbehaviourView struct {
	Name     string   `json:"name"`
	Doc      string   `json:"doc"`
	Want     []string `json:"want"`
	Done     bool     `json:"done"`
	Occasion string   `json:"occasion,omitempty"`
}

func (c *control) listMisbehaviours(r *http.Request) (any, error) {
	all := []misbehaviourView{}
	if r.PathValue("fake") == signaturesName {
		for _, m := range signingtest.Misbehaviours() {
			all = append(all, misbehaviourView{m.Name, m.Doc, []string{}, m.Done, string(m.Occasion)})
		}
	} else if _, err := c.distributor(r); err == nil {
		for _, m := range ebokstest.Misbehaviours() {
			v := misbehaviourView{Name: m.Name, Doc: m.Doc, Want: []string{}, Done: m.Taken}
			for _, k := range m.Kinds {
				v.Want = append(v.Want, k.String())
			}
			all = append(all, v)
		}
	} else {
		return nil, answersWell(r, err)
	}
	return map[string]any{"misbehaviours": all}, nil
}

// answersWell says that a broker has tamperings instead.
func answersWell(r *http.Request, err error) error {
	switch r.PathValue("fake") {
	case "criipto", "neb", "eident", "nemlogin":
		return refuse(http.StatusNotFound, "a broker has tamperings: /control/v1/fakes/%s/tamperings", r.PathValue("fake"))
	}
	return err
}

// plan is what a fake is to do badly.
type plan struct {
	Next      []string `json:"next"`
	Always    *string  `json:"always"`
	Letter    string   `json:"letter"`
	Operation string   `json:"operation"`
}

func (c *control) misbehave(r *http.Request) (any, error) {
	d, err := c.distributor(r)
	signs := r.PathValue("fake") == signaturesName
	if err != nil && !signs {
		return nil, answersWell(r, err)
	}
	in, err := read[plan](r)
	if err != nil {
		return nil, err
	}
	switch {
	case (in.Next == nil) == (in.Always == nil), in.Next != nil && len(in.Next) == 0:
		return nil, refuse(http.StatusBadRequest, "exactly one of next and always is there, and next names one or more")
	case in.Letter != "" && (signs || in.Always == nil):
		return nil, refuse(http.StatusBadRequest, "letter belongs to always, at a distributor")
	case in.Operation != "" && (!signs || in.Next == nil):
		return nil, refuse(http.StatusBadRequest, "operation belongs to next, at the signing service")
	}
	if signs {
		err = misbehaveSigning(c.s.signing, in)
	} else {
		err = misbehavePost(d, in)
	}
	if err != nil {
		return nil, err
	}
	return c.oneFake(r)
}

// tooMuch reports whether no more can be planned.
func tooMuch(waiting, more []string) error {
	if len(waiting)+len(more) > maxQueue {
		return refuse(http.StatusConflict, "more than %d would wait", maxQueue)
	}
	return nil
}

func misbehaveSigning(s *signingtest.Service, in plan) error {
	waiting, _ := s.Planned()
	if err := tooMuch(waiting, in.Next); err != nil {
		return err
	}
	var err error
	switch {
	case in.Always != nil:
		err = s.Always(*in.Always)
	case in.Operation != "":
		err = s.At(in.Operation, in.Next...)
	default:
		err = s.Next(in.Next...)
	}
	if err != nil {
		return refused(http.StatusNotFound, err)
	}
	return nil
}

func misbehavePost(d *ebokstest.Distributor, in plan) error {
	waiting, _ := d.Planned()
	if err := tooMuch(waiting, in.Next); err != nil {
		return err
	}
	var err error
	switch {
	case in.Letter != "":
		id, bad := eboks.ParseID(in.Letter)
		if bad != nil {
			return refuse(http.StatusBadRequest, "letter is not a UUID")
		}
		err = d.For(id, *in.Always)
	case in.Always != nil:
		err = d.Always(*in.Always)
	default:
		err = d.Next(in.Next...)
	}
	switch {
	case err == nil:
		return nil
	case in.Letter != "" && slices.ContainsFunc(ebokstest.Misbehaviours(), func(m ebokstest.Misbehaviour) bool { return m.Name == *in.Always }):
		return refused(http.StatusConflict, err)
	}
	return refused(http.StatusNotFound, err)
}

func (c *control) behave(r *http.Request) (any, error) {
	if r.PathValue("fake") == signaturesName {
		c.s.signing.Behave()
		return nil, nil
	}
	d, err := c.distributor(r)
	if err != nil {
		return nil, answersWell(r, err)
	}
	d.Behave()
	return nil, nil
}
