package main

import (
	"net/http"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// outcome is what a person does, as JSON has it.
type outcome struct {
	Act         string `json:"act"`
	Citizen     string `json:"citizen,omitempty"`
	WithoutCPR  bool   `json:"without_cpr,omitzero"`
	Typing      string `json:"typing,omitempty"`
	For         string `json:"for,omitempty"`
	Code        string `json:"code,omitempty"`
	Description string `json:"description,omitempty"`
}

// approval is an outcome that approves.
type approval struct {
	Citizen    string `json:"citizen"`
	WithoutCPR bool   `json:"without_cpr"`
	Typing     string `json:"typing"`
	For        string `json:"for"`
}

// failure is an outcome that fails.
type failure struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}

// The limits of texts that a caller chooses, in bytes.
const (
	maxCode = 200
	maxSaid = 1000
)

func (in failure) check() error {
	if in.Code == "" || len(in.Code) > maxCode || len(in.Description) > maxSaid {
		return refuse(http.StatusBadRequest, "code has from 1 to %d bytes, and description at most %d", maxCode, maxSaid)
	}
	return nil
}

// outcome returns what in means for person.
func (in approval) outcome(person mitidtest.Citizen) (mitidtest.Outcome, error) {
	o := mitidtest.Approve(person)
	if in.WithoutCPR {
		o = o.WithoutCPR()
	}
	if in.Typing != "" {
		n, err := cpr.Parse(in.Typing)
		if err != nil {
			return o, refuse(http.StatusBadRequest, "typing is not a CPR number")
		}
		o = o.Typing(n)
	}
	if in.For != "" {
		if !slices.ContainsFunc(person.Companies, func(co mitidtest.Company) bool { return co.CVR == in.For }) {
			return o, refuse(http.StatusBadRequest, "for is not the CVR number of a company of this person")
		}
		o = o.For(in.For)
	}
	return o, nil
}

// outcome returns what in means. A rule's person is known; that of other outcomes is named.
func (c *control) outcome(in outcome, ruled *mitidtest.Citizen) (mitidtest.Outcome, error) {
	var none mitidtest.Outcome
	if err := oneOf("act", in.Act, "approve", "abort", "fail"); err != nil {
		return none, err
	}
	approves := approval{in.Citizen, in.WithoutCPR, in.Typing, in.For}
	fails := failure{in.Code, in.Description}
	switch {
	case in.Act != "approve" && approves != (approval{}):
		return none, refuse(http.StatusBadRequest, "citizen, without_cpr, typing and for belong to approve")
	case in.Act != "fail" && fails != (failure{}):
		return none, refuse(http.StatusBadRequest, "code and description belong to fail")
	case in.Act == "abort":
		return mitidtest.Abort(), nil
	case in.Act == "fail":
		return mitidtest.Fail(in.Code, in.Description), fails.check()
	case ruled != nil:
		return approves.outcome(*ruled)
	}
	person, err := c.citizen(in.Citizen)
	if err != nil {
		return none, err
	}
	return approves.outcome(person)
}

// show returns o as JSON has it, without the number that is typed.
func show(o mitidtest.Outcome) outcome {
	switch o.Act {
	case mitidtest.Approves:
		return outcome{Act: "approve", Citizen: o.Citizen.MitIDUUID(nil), WithoutCPR: o.HidesCPR, Typing: o.Types.Masked(), For: o.CVR}
	case mitidtest.Fails:
		return outcome{Act: "fail", Code: o.Code, Description: o.Description}
	}
	return outcome{Act: "abort"}
}

// citizen returns the person with that MitID.
func (c *control) citizen(id string) (mitidtest.Citizen, error) {
	if id == "" {
		return mitidtest.Citizen{}, refuse(http.StatusBadRequest, "citizen is missing: the id of somebody of GET /control/v1/citizens")
	}
	for _, p := range c.s.tenant.Citizens() {
		if p.MitIDUUID(nil) == id {
			return p, nil
		}
	}
	return mitidtest.Citizen{}, refuse(http.StatusNotFound, "there is no citizen of this id; GET /control/v1/citizens has those that there are")
}

// levels returns the levels by their words.
func levels() map[string]claims.Level {
	return map[string]claims.Level{"": claims.LevelUnknown, "low": claims.Low, "substantial": claims.Substantial, "high": claims.High}
}
