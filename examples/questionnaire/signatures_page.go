package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// agreementOf is what is written into an agreement of the person who is logged in.
func (a *app) agreementOf(v *visit, g *agreement, letter letterContent) *signatureContent {
	letter.Sign, letter.Title = true, signTexts["letter.title.sign"].in(v.lang)
	c := &signatureContent{Letter: letter, Title: g.Title.in(v.lang), Lead: g.Lead.in(v.lang)}
	for _, t := range g.Terms {
		c.Terms = append(c.Terms, t.in(v.lang))
	}
	switch id := v.session.Identity.UUID; {
	case !id.IsZero():
		c.UUID = id.String()
	case a.clerk.desk.account.AskCPR:
		n, err := a.cfg.Store.number(v.r.Context(), v.account)
		if err != nil {
			a.cfg.Logger.ErrorContext(v.r.Context(), "the number of a person who is to sign cannot be read", "error", err)
			break
		}
		if !n.IsZero() {
			c.CPR = n.Reveal()
		}
	}
	return c
}

// signatureView is an agreement as the pages show it.
type signatureView struct {
	View  view
	S     *signature
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
func (s signatureView) Over() bool { return s.S.State == signatureEnded }

// Signed reports whether there is a signed copy.
func (s signatureView) Signed() bool { return s.S.SHA256 != "" }

// Path is where the agreement's own page is.
func (s signatureView) Path() string { return s.S.path() }

func (a *app) signatureView(v *visit, s *signature, r *record) signatureView {
	return signatureView{View: view{Lang: v.lang, zone: a.zone}, S: s, Stand: s.stand(), Again: r.Status.maySignAgain()}
}

// signaturesOf returns the newest agreement of a record, if there is one. What became of
// earlier ones is in the record's history.
func (a *app) signaturesOf(v *visit, r *record) ([]signatureView, error) {
	if a.clerk == nil {
		return nil, nil
	}
	all, err := a.cfg.Store.signatures(v.r.Context(), v.account, r.ID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, nil
	}
	return []signatureView{a.signatureView(v, &all[0], r)}, nil
}

// signatureOf returns the agreement that the address names. Somebody else's is not there.
func (a *app) signatureOf(v *visit) (*signature, error) {
	return a.cfg.Store.signature(v.r.Context(), v.account, v.r.PathValue("id"))
}

func (a *app) showSignature(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	r, err := a.cfg.Store.record(v.r.Context(), v.account, s.Record)
	if err != nil {
		return err
	}
	q, ok := find(a.cfg.Questionnaires, r.Questionnaire)
	if !ok {
		return errNotFound
	}
	return v.show(http.StatusOK, "signature", view{Title: q.Title.in(v.lang), Path: s.path(), Content: struct {
		signatureView
		Record *record
		Back   bool // the person comes from the service, and nothing is known yet
	}{a.signatureView(v, s, r), r, v.r.URL.Query().Get("back") != "" && s.State == signaturePlaced}})
}

// goToSign leads the person to the service. The link lets whoever has it see the
// agreement after a login, so it is read anew each time, and never stored, sent or shown.
func (a *app) goToSign(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	if s.stand() != "open" {
		return v.to(s.path())
	}
	links, err := a.clerk.desk.service.Links(v.r.Context(), s.Ticket)
	if err != nil || len(links) != 1 {
		a.cfg.Logger.WarnContext(v.r.Context(), "no link to sign by", "id", s.ID, "error", err)
		return v.message(http.StatusServiceUnavailable, message{Title: "sign.away.title", Lead: "sign.away.lead", Calm: true, Retry: s.path()})
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	return v.to(links[0].Reveal())
}

// backFromSigning is where the service sends the browser. That proves nothing: the clerk
// reads the order, and the person waits for a moment.
func (a *app) backFromSigning(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), visitorWait)
	defer cancel()
	for a.clerk.busy(ctx, v.account, s.ID) { // a webhook may have come first
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return v.to(s.path() + "?back=1")
}

// signAgain makes a new agreement of one that was not signed.
func (a *app) signAgain(v *visit) error {
	s, err := a.signatureOf(v)
	if err != nil {
		return err
	}
	if err := a.cfg.Store.signAgain(v.r.Context(), v.account, s); err != nil && !errors.Is(err, errClosed) {
		return err
	}
	a.hurry()
	return v.to("/records/" + s.Record)
}

// signatureFile answers with a file of an agreement. Its name says nothing about anybody.
func (a *app) signatureFile(part, mediaType, suffix string) http.Handler {
	return a.member(func(v *visit) error {
		s, err := a.signatureOf(v)
		if err != nil {
			return err
		}
		content, err := a.cfg.Store.signatureFile(v.r.Context(), v.account, s.ID, part)
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
func (a *app) signingRoutes(mux *http.ServeMux) {
	mux.Handle("GET /signatures/{id}", a.member(a.showSignature))
	mux.Handle("GET /signatures/{id}/sign", a.member(a.goToSign))
	mux.Handle("GET /signatures/{id}/back", a.member(a.backFromSigning))
	mux.Handle("POST /signatures/{id}/again", a.member(a.signAgain))
	mux.Handle("GET /signatures/{id}/document", a.signatureFile(fileDocument, "application/pdf", ".pdf"))
	mux.Handle("GET /signatures/{id}/signed", a.signatureFile(fileSigned, "application/pdf", "-signed.pdf"))
	mux.Handle("GET /signatures/{id}/evidence", a.signatureFile(fileEvidence, "application/zip", "-evidence.zip"))
	mux.Handle(hookPath, a.hook)
}

// openClerk makes the clerk and the handler of webhooks.
func (a *app) openClerk() error {
	every := a.cfg.SignEvery
	if every == 0 {
		every = askOrders
	}
	a.clerk = &clerk{store: a.cfg.Store, desk: a.cfg.Signing, publicURL: a.cfg.PublicURL, letters: a.cfg.Post != nil, zone: a.zone,
		log: a.cfg.Logger, wake: make(chan struct{}, 1), every: every}
	var err error
	a.hook, err = a.webhook()
	return err
}
