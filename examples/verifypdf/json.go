package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/signing/pades"
)

// The JSON that other test suites rely on. No list is null, times are RFC 3339 in UTC, what is not
// known is null, and no member holds a CPR number.
type output struct {
	Verdict    pades.Verdict      `json:"verdict"`
	Reasons    []pades.Reason     `json:"reasons"`
	Notes      []pades.Note       `json:"notes"`
	Revisions  int                `json:"revisions"`
	Signatures []signature        `json:"signatures"`
	Timestamps []timestamp        `json:"timestamps"`
	Changes    []change           `json:"changes"`
	Discloses  []pades.Disclosure `json:"discloses"`
}

type signature struct {
	Field    string         `json:"field"`
	Verdict  pades.Verdict  `json:"verdict"`
	Reasons  []pades.Reason `json:"reasons"`
	Notes    []pades.Note   `json:"notes"`
	Covers   *string        `json:"covers"`    // file or revision; null if it covers neither whole
	Time     *time.Time     `json:"time"`      // null if nobody says
	TimeFrom *string        `json:"time_from"` // timestamp or claimed; null if there is no time
	Signer   string         `json:"signer"`    // the subject of the certificate
	Person   *person        `json:"person"`    // the first of persons
	Persons  []person       `json:"persons"`
}

type timestamp struct {
	Field   string         `json:"field"`
	Verdict pades.Verdict  `json:"verdict"`
	Reasons []pades.Reason `json:"reasons"`
	Covers  *string        `json:"covers"`
	Time    *time.Time     `json:"time"`
}

type change struct {
	Revision int    `json:"revision"`
	Object   int    `json:"object"`
	Page     int    `json:"page"`
	Kind     string `json:"kind"`
	Field    string `json:"field,omitempty"`
	Allowed  bool   `json:"allowed"`
}

type person struct {
	Name      string       `json:"name,omitempty"`
	Subject   string       `json:"subject,omitempty"`
	UUID      claims.UUID  `json:"uuid,omitzero"`
	BirthDate string       `json:"birthdate,omitempty"`
	Level     claims.Level `json:"level,omitzero"`
	Scheme    string       `json:"scheme,omitempty"`
	Issuer    string       `json:"issuer,omitempty"`
	LoginAt   *time.Time   `json:"login_at,omitempty"`
	Order     string       `json:"order,omitempty"`
	Signatory string       `json:"signatory,omitempty"`
}

func printJSON(w io.Writer, r *pades.Report) error {
	o := output{
		Verdict: r.Verdict, Reasons: some(r.Reasons), Notes: some(r.Notes), Revisions: r.Revisions,
		Signatures: []signature{}, Timestamps: []timestamp{}, Changes: []change{}, Discloses: some(r.Discloses),
	}
	for _, s := range r.Signatures {
		one := signature{
			Field: shown(s.Field), Verdict: s.Verdict, Reasons: some(s.Reasons), Notes: some(s.Notes), Covers: covers(s.Whole, s.Revision),
			Time: when(s.Time), Signer: shown(s.Signer), Persons: []person{},
		}
		switch {
		case s.Proven:
			one.TimeFrom = new("timestamp")
		case one.Time != nil:
			one.TimeFrom = new("claimed")
		}
		for _, p := range s.Persons {
			one.Persons = append(one.Persons, person{
				Name: shown(p.Name), Subject: shown(p.Subject), UUID: p.UUID, BirthDate: day(p.BirthDate), Level: p.Level, Scheme: shown(p.Scheme),
				Issuer: shown(p.Issuer), LoginAt: when(p.LoginAt), Order: shown(p.Order), Signatory: shown(p.Signatory),
			})
		}
		if len(one.Persons) > 0 {
			one.Person = &one.Persons[0]
		}
		o.Signatures = append(o.Signatures, one)
	}
	for _, t := range r.Timestamps {
		o.Timestamps = append(o.Timestamps, timestamp{shown(t.Field), t.Verdict, some(t.Reasons), covers(t.Whole, t.Revision), when(t.Time)})
	}
	for _, c := range r.Changes {
		c.Field = shown(c.Field)
		o.Changes = append(o.Changes, change(c))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(o)
}

// shown returns a text from the file without CPR numbers.
func shown(s string) string { return cprshape.Hide(s) }

func covers(whole bool, revision int) *string {
	switch {
	case whole:
		return new("file")
	case revision > 0:
		return new("revision")
	}
	return nil
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// some returns an empty list for nil, which JSON would call null.
func some[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
