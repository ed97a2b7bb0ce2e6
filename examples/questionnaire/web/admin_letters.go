package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// letterRows adds to letters what became of them.
func (a *App) letterRows(v *visit, letters []store.LetterRow) (rows []adminLetterRow, err error) {
	names, _, err := a.templateNames(v)
	if err != nil || len(letters) == 0 {
		return nil, err
	}
	plain := make([]store.Letter, len(letters))
	for i, l := range letters {
		plain[i] = l.Letter
	}
	views, err := a.viewsOf(v.r.Context(), plain)
	if err != nil {
		return nil, err
	}
	for i, l := range letters {
		row := adminLetterRow{LetterRow: l, Sent: views[i].Sent, Stand: views[i].Stand}
		switch {
		case l.Queued && row.Sent.NeedsPerson():
			row.Stand = "parked"
		case l.Refused == store.RefusedGivenUp && row.Stand == "refused":
			row.Stand = "given_up"
		case !l.Queued && l.Refused != "" && l.Refused != store.RefusedEarlier:
			row.Stand = "parked"
		}
		if l.Questionnaire != "" {
			row.Q = a.titleOf(v, l.Questionnaire)
		}
		if id, version, ok := strings.Cut(l.Template, " "); ok {
			row.Template = names[id] + ", " + version
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// parkedLetters returns those that need an administrator, and those that wait for a number.
func (a *App) parkedLetters(v *visit) ([]adminLetterRow, error) {
	letters, err := a.cfg.Store.ParkedLetters(v.r.Context())
	if err != nil {
		return nil, err
	}
	seen := map[eboks.ID]bool{}
	for _, f := range []outbox.Filter{{NeedsPerson: true}, {States: []eboks.State{eboks.LetterRefused}},
		{Reached: []eboks.Status{eboks.Failed, eboks.Returned, eboks.Recalled}}} {
		for r, err := range a.cfg.Post.Letters(v.r.Context(), f) {
			if err != nil {
				return nil, err
			}
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			l, err := a.cfg.Store.AnyLetter(v.r.Context(), r.ID)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			letters = append(letters, *l)
		}
	}
	rows, err := a.letterRows(v, letters)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(l adminLetterRow) bool { return !l.NeedsPerson() }), nil
}

func (a *App) adminLetters(v *visit) error {
	parked, err := a.parkedLetters(v)
	if err != nil {
		return err
	}
	letters, err := a.cfg.Store.AllLetters(v.r.Context())
	if err != nil {
		return err
	}
	all, err := a.letterRows(v, letters)
	if err != nil {
		return err
	}
	return v.adminPage("admin_letters", "admin.letters", "/admin/letters", struct{ Parked, All []adminLetterRow }{parked, all})
}

// adminLetterOf returns the letter that the address names.
func (a *App) adminLetterOf(v *visit) (*store.LetterRow, error) {
	id, err := eboks.ParseID(v.r.PathValue("id"))
	if err != nil {
		return nil, store.ErrNotFound
	}
	return a.cfg.Store.AnyLetter(v.r.Context(), id)
}

// adminLetterView is what the page of a letter shows: what became of it, and what can be
// done, but nothing of what it says and no number.
type adminLetterView struct {
	L       adminLetterRow
	Trail   []outbox.Happening
	Deeds   []deedView
	Problem string // a text of the table
	Typed   string // the reason that was typed in
}

// Advice names the text that says what to do.
func (l adminLetterView) Advice() string {
	switch {
	case !l.L.NeedsPerson():
		return ""
	case !l.L.Queued && l.L.Refused == "":
		return "admin.letter.do.number"
	case !l.L.Queued && l.L.Refused == post.ReasonReplacement:
		return "admin.letter.do.replacement"
	case !l.L.Queued:
		return "admin.letter.do.refused"
	case l.L.Sent.State == eboks.LetterUnknown:
		return "admin.letter.do.unknown"
	case l.L.Sent.Kind == eboks.RecipientUnreachable, l.L.Sent.State == eboks.LetterAccepted:
		return "admin.letter.do.unreachable"
	}
	return "admin.letter.do.parked"
}

// MayRelease reports whether the letter can be sent again.
func (l adminLetterView) MayRelease() bool {
	return l.L.Queued && l.L.NeedsPerson() && l.L.Sent.State != eboks.LetterAccepted
}

// MayRetry reports whether it can be written again, for a number that is known by now.
func (l adminLetterView) MayRetry() bool {
	return !l.L.Queued && l.L.NeedsPerson() && l.L.Refused != "" && l.L.Account != ""
}

// MayGiveUp reports whether it can be ended.
func (l adminLetterView) MayGiveUp() bool { return l.L.NeedsPerson() }

func (a *App) adminLetter(v *visit) error {
	l, err := a.adminLetterOf(v)
	if err != nil {
		return err
	}
	return a.adminLetterPage(v, http.StatusOK, l, "", "")
}

func (a *App) adminLetterPage(v *visit, status int, l *store.LetterRow, problem, typed string) error {
	rows, err := a.letterRows(v, []store.LetterRow{*l})
	if err != nil {
		return err
	}
	content := adminLetterView{L: rows[0], Problem: problem, Typed: typed}
	if l.Queued {
		if _, content.Trail, err = a.cfg.Post.Letter(v.r.Context(), l.ID); err != nil {
			return err
		}
	}
	if content.Deeds, err = a.deedsAbout(v, l.ID.String()); err != nil {
		return err
	}
	return v.adminForm(status, "admin_letter", "admin.letter", "/admin/letters/"+l.ID.String(), problem != "", content)
}

// decideLetter does what an administrator decided about a letter that needs a person. The
// reason is kept.
func (a *App) decideLetter(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	l, err := a.adminLetterOf(v)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(v.r.PostForm.Get("reason"))
	if problem := checkReason(reason); problem != "" {
		return a.adminLetterPage(v, http.StatusUnprocessableEntity, l, problem, reason)
	}
	rows, err := a.letterRows(v, []store.LetterRow{*l})
	if err != nil {
		return err
	}
	err = a.decide(v, adminLetterView{L: rows[0]}, v.r.PostForm.Get("do"), reason)
	if errors.Is(err, store.ErrClosed) || errors.Is(err, eboks.ErrAlreadyAccepted) || errors.Is(err, eboks.ErrConflict) {
		if l, err = a.adminLetterOf(v); err != nil {
			return err
		}
		return a.adminLetterPage(v, http.StatusConflict, l, "admin.letter.moved", reason)
	}
	if err != nil {
		return err
	}
	a.hurry()
	return v.to("/admin/letters/" + l.ID.String())
}

// decide does what was decided. That a letter may leave again is noted before: a letter without
// a trace of who sent it would be worse than a trace without a letter.
func (a *App) decide(v *visit, l adminLetterView, do, reason string) error {
	ctx, id := v.r.Context(), l.L.ID
	switch {
	case do == "release" && l.MayRelease():
		if err := a.cfg.Store.Note(ctx, v.admin, store.DeedRelease, id.String(), reason); err != nil {
			return err
		}
		return a.cfg.Post.Release(ctx, id)
	case do == "give up" && l.MayGiveUp():
		if l.MayRelease() { // it is in the outbox; after a crash here it still needs a person, who does it again
			if err := a.cfg.Post.GiveUp(ctx, id); err != nil {
				return err
			}
		}
		return a.cfg.Store.GiveUpLetter(ctx, v.admin, &l.L.LetterRow, reason)
	case do == "retry" && l.MayRetry():
		return a.cfg.Store.RetryLetter(ctx, v.admin, id, reason, a.post())
	}
	return store.ErrClosed
}

// checkReason returns what is wrong with a reason: a text of the table, or nothing.
func checkReason(s string) string {
	switch {
	case s == "":
		return "admin.reason.missing"
	case len([]rune(s)) > store.MaxReason:
		return "admin.reason.long"
	case survey.ManyDigits(s):
		return "admin.reason.digits"
	}
	return ""
}
