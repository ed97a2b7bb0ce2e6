package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// whoSigns is the person who is logged in, as an agreement names them: by MitID's UUID, or by
// the CPR number where that is allowed and there is no other way.
func (a *App) whoSigns(v *visit) (uuid, number string) {
	if id := v.session.Identity.UUID; !id.IsZero() {
		return id.String(), ""
	}
	if a.Clerk == nil || !a.cfg.Signing.AsksCPR() {
		return "", ""
	}
	n, err := a.cfg.Store.Number(v.r.Context(), v.account)
	if err != nil {
		a.cfg.Logger.ErrorContext(v.r.Context(), "the number of a person who is to sign cannot be read", "error", err)
	}
	if n.IsZero() {
		return "", ""
	}
	return "", n.Reveal()
}

// signatureView is an agreement as the pages show it.
type signatureView struct {
	View  view
	S     *store.Signature
	Stand string
	Again bool // the person may ask for a new one
}

// StandText names the text for how far the agreement has come.
func (s signatureView) StandText() string { return "sign.stand." + s.Stand }

// Explained names the text that says what this means.
func (s signatureView) Explained() string { return "sign.means." + s.Stand }

// Open reports whether the person can sign now.
func (s signatureView) Open() bool { return s.Stand == "open" }

// Over reports whether nothing more happens by itself.
func (s signatureView) Over() bool { return s.S.State == store.SignatureEnded }

// Signed reports whether there is a signed copy.
func (s signatureView) Signed() bool { return s.S.SHA256 != "" }

// signatureStand is the word for how far an agreement has come: the end of a text's key.
func signatureStand(s *store.Signature) string {
	switch {
	case s.State == store.SignatureEnded:
		return s.Ending
	case s.Stuck != "":
		return "check"
	case s.State == store.SignaturePlaced:
		return "open"
	}
	return "writing"
}

// Path is where the agreement's own page is.
func (s signatureView) Path() string { return signdesk.Path(s.S.ID) }

func (a *App) signatureView(v *visit, s *store.Signature, r *survey.Record) signatureView {
	return signatureView{View: view{Lang: v.lang, zone: a.zone}, S: s, Stand: signatureStand(s), Again: r.Status.MaySignAgain()}
}

// signaturesOf returns the newest agreement of a record, if there is one. What became of
// earlier ones is in the record's history.
func (a *App) signaturesOf(v *visit, r *survey.Record) ([]signatureView, error) {
	if a.Clerk == nil {
		return nil, nil
	}
	all, err := a.cfg.Store.Signatures(v.r.Context(), v.account, r.ID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, nil
	}
	return []signatureView{a.signatureView(v, &all[0], r)}, nil
}

// signatureOf returns the agreement that the address names. Somebody else's is not there.
func (a *App) signatureOf(v *visit) (*store.Signature, error) {
	return a.cfg.Store.Signature(v.r.Context(), v.account, v.r.PathValue("id"))
}

func (a *App) showSignature(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	r, err := a.cfg.Store.Record(v.r.Context(), v.account, s.Record)
	if err != nil {
		return err
	}
	q, ok := survey.Find(a.cfg.Questionnaires, r.Questionnaire)
	if !ok {
		return store.ErrNotFound
	}
	shown := a.signatureView(v, s, r)
	return v.show(http.StatusOK, "signature", view{Title: q.Title.In(v.lang), Path: signdesk.Path(s.ID), Waiting: !shown.Over(), Content: struct {
		signatureView
		Record *survey.Record
		Back   bool // the person comes from the service, and nothing is known yet
	}{shown, r, v.r.URL.Query().Get("back") != "" && s.State == store.SignaturePlaced}})
}

// goToSign leads the person to the service. The link lets whoever has it see the
// agreement after a login, so it is read anew each time, and never stored, sent or shown.
func (a *App) goToSign(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	if signatureStand(s) != "open" {
		return v.to(signdesk.Path(s.ID))
	}
	links, err := a.cfg.Signing.Service.Links(v.r.Context(), s.Ticket)
	if err != nil || len(links) != 1 {
		a.cfg.Logger.WarnContext(v.r.Context(), "no link to sign by", "id", s.ID, "error", err)
		return v.message(http.StatusServiceUnavailable, message{Title: "sign.away.title", Lead: "sign.away.lead", Calm: true, Retry: signdesk.Path(s.ID)})
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	return v.to(links[0].Reveal())
}

// visitorWait is how long somebody who comes back from the service waits for the answer.
const visitorWait = 15 * time.Second

// backFromSigning is where the service sends the browser. That proves nothing: the clerk
// reads the order, and the person waits for a moment.
func (a *App) backFromSigning(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), visitorWait)
	defer cancel()
	for a.Clerk.Busy(ctx, v.account, s.ID) { // a webhook may have come first
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return v.to(signdesk.Path(s.ID) + "?back=1")
}

// signAgain makes a new agreement of one that was not signed.
func (a *App) signAgain(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	if err := a.cfg.Store.SignAgain(v.r.Context(), v.account, s); err != nil && !errors.Is(err, store.ErrClosed) {
		return err
	}
	a.hurry()
	return v.to("/records/" + s.Record)
}

// signatureFile answers with a file of an agreement. Its name says nothing about anybody.
func (a *App) signatureFile(part, mediaType, suffix string) http.Handler {
	return a.member(func(v *visit) error {
		s, err := a.signatureOf(v)
		if err != nil {
			return err
		}
		content, err := a.cfg.Store.SignatureFile(v.r.Context(), v.account, s.ID, part)
		if err != nil {
			return err
		}
		h := v.w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Content-Disposition", `attachment; filename="`+s.ID+suffix+`"`)
		h.Set("Content-Length", strconv.Itoa(len(content)))
		h.Set("Cache-Control", "no-store")
		_, _ = v.w.Write(content) // the browser may have gone
		return nil
	})
}

// signingRoutes are the addresses about agreements.
func (a *App) signingRoutes(mux *http.ServeMux) {
	mux.Handle("GET /signatures/{id}", a.member(a.showSignature))
	mux.Handle("GET /signatures/{id}/sign", a.member(a.goToSign))
	mux.Handle("GET /signatures/{id}/back", a.member(a.backFromSigning))
	mux.Handle("POST /signatures/{id}/again", a.member(a.signAgain))
	mux.Handle("GET /signatures/{id}/document", a.signatureFile(store.FileDocument, "application/pdf", ".pdf"))
	mux.Handle("GET /signatures/{id}/signed", a.signatureFile(store.FileSigned, "application/pdf", "-signed.pdf"))
	mux.Handle("GET /signatures/{id}/evidence", a.signatureFile(store.FileEvidence, "application/zip", "-evidence.zip"))
	mux.Handle(signdesk.HookPath, a.hook)
}

// openClerk makes the clerk and the handler of webhooks.
func (a *App) openClerk() (err error) {
	a.Clerk = signdesk.NewClerk(signdesk.ClerkConfig{Store: a.cfg.Store, Desk: a.cfg.Signing, PublicURL: a.cfg.PublicURL, Follows: a.planner.Plan,
		Zone: a.zone, Every: a.cfg.SignEvery, Logger: a.cfg.Logger})
	a.hook, err = a.cfg.Signing.Webhook(func(ctx context.Context, order signing.ID) error {
		if err := a.cfg.Store.Nudge(ctx, order); err != nil {
			return err
		}
		a.Clerk.Hurry()
		return nil
	})
	return err
}
