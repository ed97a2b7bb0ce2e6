package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// adminSignatureRow is an agreement as administrators see it.
type adminSignatureRow struct {
	S      *store.Signature
	Stand  string
	Q      string // title of the questionnaire
	Name   string // of the person; empty if it is not known, or protected
	Record *survey.Record
}

// StandText names the text for how far the agreement has come.
func (s adminSignatureRow) StandText() string {
	if s.Stand == "open" {
		return "admin.sign.open" // for the person it is »waiting for you«
	}
	return "sign.stand." + s.Stand
}

// Open reports whether the person can sign.
func (s adminSignatureRow) Open() bool { return s.Stand == "open" }

func (a *App) signatureRow(v *visit, s *store.Signature, r *survey.Record, name string) adminSignatureRow {
	return adminSignatureRow{S: s, Stand: signatureStand(s), Q: a.titleOf(v, r.Questionnaire), Name: name, Record: r}
}

func (a *App) adminSignatures(v *visit) error {
	all, err := a.cfg.Store.AllSignatures(v.r.Context())
	if err != nil {
		return err
	}
	var rows []adminSignatureRow
	for i := range all {
		row, err := a.signatureRowOf(v, &all[i])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return v.adminPage("admin_signatures", "admin.signatures", "/admin/signatures", struct{ Signatures []adminSignatureRow }{rows})
}

func (a *App) signatureRowOf(v *visit, s *store.Signature) (adminSignatureRow, error) {
	r, err := a.cfg.Store.AnyRecord(v.r.Context(), s.Record)
	if err != nil {
		return adminSignatureRow{}, err
	}
	return a.signatureRow(v, s, &r.Record, r.Name), nil
}

// adminSignatureView is what the page of an agreement shows.
type adminSignatureView struct {
	adminSignatureRow
	Key     string // of the reminder that the form would send
	Letters bool   // letters are sent
	Deeds   []deedView
	Problem string
	Typed   string
}

func (a *App) adminSignature(v *visit) error {
	s, err := a.cfg.Store.AnySignature(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.adminSignaturePage(v, http.StatusOK, s, "", "")
}

func (a *App) adminSignaturePage(v *visit, status int, s *store.Signature, problem, typed string) error {
	row, err := a.signatureRowOf(v, s)
	if err != nil {
		return err
	}
	content := adminSignatureView{adminSignatureRow: row, Key: rand.Text(), Letters: a.office != nil, Problem: problem, Typed: typed}
	if content.Deeds, err = a.deedsAbout(v, s.ID); err != nil {
		return err
	}
	return v.adminForm(status, "admin_signature", "admin.signature", "/admin/signatures/"+s.ID, problem != "", content)
}

// decideSignature reminds the person, or withdraws the agreement.
func (a *App) decideSignature(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	s, err := a.cfg.Store.AnySignature(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	switch v.r.PostForm.Get("do") {
	case "remind":
		err = a.remind(v, s)
	case "cancel":
		reason := strings.TrimSpace(v.r.PostForm.Get("reason"))
		if problem := checkReason(reason); problem != "" {
			return a.adminSignaturePage(v, http.StatusUnprocessableEntity, s, problem, reason)
		}
		err = a.withdraw(v, s, reason)
	default:
		return store.ErrNotFound
	}
	var e *signing.Error
	switch {
	case errors.Is(err, store.ErrClosed):
		return a.adminSignaturePage(v, http.StatusConflict, s, "admin.signature.moved", "")
	case errors.As(err, &e):
		a.cfg.Logger.WarnContext(v.r.Context(), "agreement not withdrawn", "id", s.ID, "error", err)
		return a.adminSignaturePage(v, http.StatusServiceUnavailable, s, "admin.signature.away", "")
	case err != nil:
		return err
	}
	a.hurry()
	return v.to("/admin/signatures/" + s.ID)
}

func (a *App) remind(v *visit, s *store.Signature) error {
	key := v.r.PostForm.Get("key")
	if a.office == nil || !madeHere(key) {
		return store.ErrNotFound
	}
	if signatureStand(s) != "open" {
		return store.ErrClosed
	}
	e, err := a.planner.Reminder(v.r.Context(), s.ID)
	if err != nil {
		return err
	}
	return a.cfg.Store.Remind(v.r.Context(), v.admin, s, key, e, a.post())
}

func (a *App) withdraw(v *visit, s *store.Signature, reason string) error {
	if s.State != store.SignaturePlaced {
		return store.ErrClosed
	}
	if err := a.cfg.Store.Note(v.r.Context(), v.admin, store.DeedCancel, s.ID, reason); err != nil {
		return err
	}
	return a.Clerk.Cancel(v.r.Context(), s)
}
