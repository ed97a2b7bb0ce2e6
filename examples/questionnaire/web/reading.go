package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// linkPath is where the links in letters lead; the token comes behind it.
const linkPath = "/brev/"

// openLinks makes the links by which people show that they read a letter. No wire
// tells that: the link asks for MitID, and who opens it is the recipient.
func (a *App) openLinks() error {
	keys, err := a.cfg.Keys.Derive("letter link")
	if err != nil {
		return err
	}
	a.links, err = readlink.New(readlink.Config{
		Gate: a.Gate, Address: a.cfg.PublicURL + strings.TrimSuffix(linkPath, "/"), Keys: keys, Level: a.cfg.Level,
		Record: func(ctx context.Context, o readlink.Opening) error { return a.cfg.Post.Learn(ctx, o.Event()) },
		Number: a.numberOf, Refused: a.linkRefused, Now: a.cfg.Now, Logger: a.cfg.Logger,
	})
	return err
}

// numberOf returns the number that MitID told about the person who is logged in;
// the session does without it.
func (a *App) numberOf(ctx context.Context, s *mitidhttp.Session) (cpr.Number, error) {
	account, err := a.cfg.Store.AccountOf(ctx, store.AccountKey{Issuer: s.Login().Issuer, Subject: s.Identity.Subject})
	if errors.Is(err, store.ErrNotFound) {
		return cpr.Number{}, nil
	}
	if err != nil {
		return cpr.Number{}, err
	}
	return a.cfg.Store.Number(ctx, account)
}

// showOpened thanks the recipient, whose opening is stored by now.
func (a *App) showOpened(v *visit) error {
	o, ok := readlink.FromContext(v.r.Context())
	if !ok {
		return store.ErrNotFound
	}
	content := struct {
		At   time.Time
		Path string // of the letter's page; if empty, it belongs to another account of the same person
	}{At: o.At}
	l, err := a.cfg.Store.Letter(v.r.Context(), v.account, o.Letter)
	switch {
	case err == nil && l.Status == survey.StatusToSign: // the letter asks for more than reading
		return a.toAgreement(v, l)
	case err == nil:
		content.Path = letterPage(l)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if content.Path == "" {
		if slug, err := a.cfg.Store.InvitedTo(v.r.Context(), o.Letter); err == nil {
			return v.to("/questionnaires/" + slug)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	title, err := survey.TextOf(v.lang, "opened.title")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "opened", view{Title: title, Content: content})
}

// toAgreement leads whoever opened the link in a letter to what they are to sign.
func (a *App) toAgreement(v *visit, l *store.Letter) error {
	all, err := a.cfg.Store.Signatures(v.r.Context(), v.account, l.Record)
	if err != nil {
		return err
	}
	if len(all) == 0 { // nothing is signed any more
		return v.to("/records/" + l.Record)
	}
	return v.to(signdesk.Path(all[0].ID))
}

// linkRefused answers somebody whom a link does not let through.
func (a *App) linkRefused(w http.ResponseWriter, r *http.Request, refusal *readlink.Refusal) {
	v, err := a.visit(w, r)
	if err == nil {
		title, body := refusal.Public(localeOf(v.lang))
		m := message{Said: body}
		if refusal.Reason == readlink.NotRecipient {
			m.Advice = "opened.other.advice"
		}
		err = v.show(readlink.StatusOf(refusal), "message", view{Title: title, Content: m})
	}
	if err != nil {
		v.fail(err)
	}
}
