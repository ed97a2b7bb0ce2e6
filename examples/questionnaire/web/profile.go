package web

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// cprMask stands for a stored number. No page opens one to show a part of it.
const cprMask = "••••••-••••"

// profileRow shows one assignment: which claim became which property.
type profileRow struct {
	Claim, Property string
	Label           string // a text of the table
	Value           string // if empty, see Why
	Why             string // a text of the table
	SetAt           time.Time
}

func (a *App) showProfile(v *visit) error {
	stored, err := a.cfg.Store.Properties(v.r.Context(), v.account)
	if err != nil {
		return err
	}
	byName := make(map[string]store.Property)
	for _, p := range stored {
		byName[p.Name] = p
	}
	var rows []profileRow
	for _, as := range a.cfg.Assignments {
		row := profileRow{Claim: as.Claim, Property: as.Property, Label: "claim." + as.Claim, Why: "profile.none"}
		switch as.Claim {
		case claimCPR:
			at, ok, err := a.cfg.Store.CprSetAt(v.r.Context(), v.account)
			if err != nil {
				return err
			}
			if row.Why = "profile.none.cpr"; ok {
				row.Value, row.SetAt = cprMask, at
			}
		case "name":
			row.Why = "profile.none.name"
		}
		if p, ok := byName[as.Property]; ok {
			row.Value, row.SetAt = readable(v.lang, as.Claim, p.Value), p.SetAt
		}
		rows = append(rows, row)
	}
	title, err := survey.TextOf(v.lang, "nav.profile")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "profile", view{Title: title, Path: "/profile", Content: struct {
		Rows                []profileRow
		Level, Capacity     string // texts of the table
		LoggedInAt, Expires time.Time
	}{rows, "level." + v.session.Level.String(), "capacity." + capacity(v.session.Identity.Capacity), v.session.LoggedInAt, v.session.Expires}})
}

// readable writes a property as a person reads it.
func readable(l survey.Lang, claim, stored string) string {
	if claim != "birthdate" {
		return stored
	}
	t, err := time.Parse(time.DateOnly, stored)
	if err != nil {
		return stored
	}
	return l.Day(t)
}
