package web

import (
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"time"
)

// recordRow is a record as the list shows it.
type recordRow struct {
	store.RecordRow
	Q string // title of the questionnaire
}

// adminFront shows what needs somebody, and what was done last.
func (a *App) adminFront(v *visit) error {
	content := struct {
		Parked, Waiting, Stuck, Sent, Open int
		Halted                             *halt // nil if letters go
		Records                            []recordRow
		Deeds                              []deedView
	}{}
	if a.office != nil {
		rows, err := a.parkedLetters(v)
		if err != nil {
			return err
		}
		for _, l := range rows {
			if l.Stand == "number" {
				content.Waiting++
			} else {
				content.Parked++
			}
		}
		sum, err := a.cfg.Post.Summary(v.r.Context())
		if err != nil {
			return err
		}
		content.Sent, content.Halted = sum.States[eboks.LetterAccepted], haltOf(&sum)
	}
	if a.Clerk != nil {
		all, err := a.cfg.Store.AllSignatures(v.r.Context())
		if err != nil {
			return err
		}
		for i := range all {
			switch signatureStand(&all[i]) {
			case "open", "writing":
				content.Open++
			case "check":
				content.Stuck++
			}
		}
	}
	records, err := a.recordRows(v)
	if err != nil {
		return err
	}
	content.Records = records[:min(len(records), 5)]
	if content.Deeds, err = a.deedsAbout(v); err != nil {
		return err
	}
	content.Deeds = content.Deeds[:min(len(content.Deeds), 10)]
	return v.adminPage("admin_front", "admin.title", adminPath, content)
}

// halt says that no letter goes at the moment, and why.
type halt struct {
	Why   string // a text of the table
	Since time.Time
}

// haltOf returns nil if letters go. A few that wait do not pause the outbox: then the
// newest error tells whether somebody must do something.
func haltOf(sum *outbox.Summary) *halt {
	ours := func(k eboks.Kind) bool { return k == eboks.AuthFailed || k == eboks.ConfigInvalid }
	switch {
	case sum.PausedWhy != nil && ours(sum.PausedWhy.Kind):
		return &halt{"admin.halt.refused", sum.PausedSince}
	case !sum.PausedUntil.IsZero():
		return &halt{"admin.halt.away", sum.PausedSince}
	case len(sum.Errors) > 0 && ours(sum.Errors[0].Kind) && !sum.Oldest.IsZero():
		return &halt{"admin.halt.refused", sum.Errors[0].At}
	}
	return nil
}

func (a *App) recordRows(v *visit) (rows []recordRow, err error) {
	all, err := a.cfg.Store.AllRecords(v.r.Context())
	for _, r := range all {
		rows = append(rows, recordRow{r, a.titleOf(v, r.Questionnaire)})
	}
	return rows, err
}

func (a *App) adminRecords(v *visit) error {
	rows, err := a.recordRows(v)
	if err != nil {
		return err
	}
	return v.adminPage("admin_records", "admin.records", "/admin/records", struct{ Records []recordRow }{rows})
}

// adminRecord shows what became of a record and who did it, without the answers: those are
// between the person and whoever treats the case.
func (a *App) adminRecord(v *visit) error {
	r, err := a.cfg.Store.AnyRecord(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	history, err := a.cfg.Store.History(v.r.Context(), r.ID)
	if err != nil {
		return err
	}
	content := struct {
		recordRow
		History    []survey.StatusChange
		Letters    []adminLetterRow
		Signatures []adminSignatureRow
		Deeds      []deedView
	}{recordRow: recordRow{*r, a.titleOf(v, r.Questionnaire)}, History: history}
	about := []string{r.ID}
	if a.office != nil {
		letters, err := a.cfg.Store.RecordLetters(v.r.Context(), r.ID)
		if err != nil {
			return err
		}
		if content.Letters, err = a.letterRows(v, letters); err != nil {
			return err
		}
		for _, l := range letters {
			about = append(about, l.ID.String())
		}
	}
	if a.Clerk != nil {
		all, err := a.cfg.Store.RecordSignatures(v.r.Context(), r.ID)
		if err != nil {
			return err
		}
		for i := range all {
			content.Signatures = append(content.Signatures, a.signatureRow(v, &all[i], &r.Record, r.Name))
			about = append(about, all[i].ID)
		}
	}
	if content.Deeds, err = a.deedsAbout(v, about...); err != nil {
		return err
	}
	return v.adminPage("admin_record", "admin.record", "/admin/records/"+r.ID, content)
}

// adminLetterRow is a letter as administrators see it.
type adminLetterRow struct {
	store.LetterRow
	Sent     outbox.Record
	Stand    string
	Q        string // title of the questionnaire; empty if it invites somebody
	Template string // name and version of what it was written from; empty if an earlier version wrote it
}

// Invites reports whether the letter invites somebody.
func (l adminLetterRow) Invites() bool { return l.LetterRow.Record == "" }

// Typed reports whether it goes to a number that was typed into an action.
func (l adminLetterRow) Typed() bool { return !l.Invites() && l.Account == "" }

// NeedsPerson reports whether nothing more happens by itself before an administrator has
// decided: the letter is parked, was refused, or waits for a number.
func (l adminLetterRow) NeedsPerson() bool {
	switch {
	case l.Refused == store.RefusedEarlier, l.Refused == store.RefusedGivenUp:
		return false
	case l.Queued:
		return l.Sent.NeedsPerson() || l.Stand == "refused"
	}
	return true
}

// StandText names the text for how far the letter has come.
func (l adminLetterRow) StandText() string { return "admin.stand." + l.Stand }
