package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// The limits of a list.
const (
	maxInvitees  = 1000
	lookUpAtOnce = 8               // questions to the distributor
	lookUpTime   = 8 * time.Second // for all of them; who was not asked by then is invited all the same
)

// The findings about lines, beside those of the store; ends of texts' keys.
const (
	foundFaulty      = "faulty"      // no CPR number
	foundReplacement = "replacement" // a replacement number, which has no mailbox
	foundUnreachable = "unreachable" // the distributor says that nothing can be sent there
)

// readList reads a list: one number a line, alone or in the first column of a CSV. A first
// line without any digit is a heading. What it finds names lines, never what stands there.
func readList(text string) (people []store.Invitee, findings []store.Finding) {
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		cell := line
		if end := strings.IndexAny(line, ",;\t"); end >= 0 {
			cell = line[:end]
		}
		cell = strings.Trim(strings.TrimSpace(cell), `"`)
		if strings.TrimSpace(line) == "" || i == 0 && !strings.ContainsAny(line, "0123456789") {
			continue
		}
		n, err := cpr.Parse(cell)
		switch {
		case err != nil:
			findings = append(findings, store.Finding{Line: i + 1, Why: foundFaulty})
		case n.RequireOrdinary() != nil:
			findings = append(findings, store.Finding{Line: i + 1, Why: foundReplacement})
		default:
			people = append(people, store.Invitee{Line: i + 1, Number: n})
		}
	}
	return people, findings
}

// lookUp asks the distributor whom it can reach, where it tells that, and takes out those
// whom it surely cannot. asked is false if it tells nothing.
func (a *App) lookUp(ctx context.Context, people []store.Invitee) (reachable []store.Invitee, findings []store.Finding, asked bool) {
	client := a.cfg.Post.Client()
	if !client.Capabilities().Lookup {
		return people, nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	out := make([]bool, len(people))
	turn := make(chan struct{}, lookUpAtOnce)
	var asking sync.WaitGroup
	for i := range people {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		asking.Go(func() {
			defer func() { <-turn }()
			r, err := client.Lookup(ctx, eboks.Person(people[i].Number), post.ReceiptMaterial)
			out[i] = err == nil && r != eboks.Reachable && r != eboks.ReachabilityUnknown
		})
	}
	asking.Wait()
	for i, p := range people {
		if out[i] {
			findings = append(findings, store.Finding{Line: p.Line, Why: foundUnreachable})
			continue
		}
		reachable = append(reachable, p)
	}
	return reachable, findings, true
}

// batchForm is what the page of a new list shows.
type batchForm struct {
	Questionnaires          []survey.Questionnaire
	Templates               []survey.Template
	Questionnaire, Template string // that were chosen
	Lang                    survey.Lang
	Problems                map[string]string
}

func (a *App) newBatch(v *visit) error {
	return a.batchPage(v, http.StatusOK, batchForm{Lang: v.lang})
}

func (a *App) batchPage(v *visit, status int, f batchForm) error {
	var err error
	if _, f.Templates, err = a.templateNames(v, survey.InvitationTemplate); err != nil {
		return err
	}
	f.Questionnaires = a.cfg.Questionnaires
	return v.adminForm(status, "admin_invite", "admin.invite.new", "/admin/invitations/new", len(f.Problems) > 0, f)
}

// checkBatch reads a list and keeps it, sealed, for an administrator to send. The numbers
// are in no page, no address and no log from here on.
func (a *App) checkBatch(v *visit) error {
	if err := v.r.ParseMultipartForm(maxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) { // in memory: the body is no larger
		return asTooLong(err)
	}
	get := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	f := batchForm{Questionnaire: get("questionnaire"), Template: get("template"), Problems: map[string]string{}}
	var ok bool
	if _, ok = survey.Find(a.cfg.Questionnaires, f.Questionnaire); !ok {
		f.Problems["questionnaire"] = "problem.missing.choice"
	}
	if f.Lang, ok = survey.ParseLang(get("lang")); !ok {
		f.Problems["lang"] = "problem.missing.choice"
	}
	t, err := a.cfg.Store.Template(v.r.Context(), f.Template)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || t.Kind != survey.InvitationTemplate {
		f.Problems["template"] = "problem.missing.choice"
	}
	text := v.r.PostFormValue("list")
	if file, err := fileOf(v.r.MultipartForm); err != nil {
		return err
	} else if file != "" {
		if strings.TrimSpace(text) != "" {
			f.Problems["list"] = "invite.problem.both"
		}
		text = file
	}
	people, findings := readList(text)
	switch {
	case f.Problems["list"] != "":
	case len(people)+len(findings) == 0:
		f.Problems["list"] = "invite.problem.empty"
	case len(people)+len(findings) > maxInvitees:
		f.Problems["list"] = "invite.problem.many"
	}
	if len(f.Problems) > 0 {
		return a.batchPage(v, http.StatusUnprocessableEntity, f)
	}
	people, unreachable, _ := a.lookUp(v.r.Context(), people)
	b := &store.Batch{ID: rand.Text(), Questionnaire: f.Questionnaire, Template: t.ID, Version: t.Version, Lang: f.Lang, Findings: append(findings, unreachable...)}
	if err := a.cfg.Store.AddBatch(v.r.Context(), b, people); err != nil {
		return err
	}
	return v.to("/admin/invitations/" + b.ID)
}

// fileOf returns the text of the file that a form brought, if any.
func fileOf(form *multipart.Form) (string, error) {
	if form == nil || len(form.File["file"]) == 0 || form.File["file"][0].Size == 0 {
		return "", nil
	}
	f, err := form.File["file"][0].Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	return string(raw), err
}

// batchView is a list as the pages show it.
type batchView struct {
	*store.Batch
	Q        string // title of the questionnaire
	Template string // name of the template
	Answered int
	Looked   bool // the distributor was asked whom it can reach
}

// IsSent reports whether the list was sent.
func (b batchView) IsSent() bool { return !b.Sent.IsZero() }

// Under reports whether letters are still being written.
func (b batchView) Under() bool { return b.IsSent() && b.Queued < b.People }

// Groups returns the findings by what was found, in the order of the lines.
func (b batchView) Groups() (groups []findingGroup) {
	for _, why := range []string{foundFaulty, foundReplacement, store.FoundTwice, store.FoundInvited, foundUnreachable} {
		g := findingGroup{Why: why}
		for _, f := range b.Findings {
			if f.Why == why {
				g.Lines = append(g.Lines, f.Line)
			}
		}
		if slices.Sort(g.Lines); len(g.Lines) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// findingGroup is what was found at some lines.
type findingGroup struct {
	Why   string
	Lines []int
}

// Text names the text for it.
func (g findingGroup) Text() string { return "invite.found." + g.Why }

func (a *App) batchViews(v *visit, batches []store.Batch) ([]batchView, error) {
	names, _, err := a.templateNames(v)
	if err != nil {
		return nil, err
	}
	var all []batchView
	for i := range batches {
		b := batchView{Batch: &batches[i], Q: a.titleOf(v, batches[i].Questionnaire), Template: cmp.Or(names[batches[i].Template], batches[i].Template),
			Looked: a.cfg.Post.Client().Capabilities().Lookup}
		if b.IsSent() {
			if b.Answered, err = a.cfg.Store.Answered(v.r.Context(), b.ID); err != nil {
				return nil, err
			}
		}
		all = append(all, b)
	}
	return all, nil
}

func (a *App) listBatches(v *visit) error {
	batches, err := a.cfg.Store.Batches(v.r.Context())
	if err != nil {
		return err
	}
	all, err := a.batchViews(v, batches)
	if err != nil {
		return err
	}
	return v.adminPage("admin_invitations", "admin.invitations", "/admin/invitations", struct{ Batches []batchView }{all})
}

func (a *App) showBatch(v *visit) error {
	b, err := a.cfg.Store.Batch(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := a.batchViews(v, []store.Batch{*b})
	if err != nil {
		return err
	}
	title, err := survey.TextOf(v.lang, "admin.invite")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "admin_batch", view{Title: title, Path: "/admin/invitations/" + b.ID, Waiting: all[0].Under(), Content: all[0]})
}

// sendBatch sends a list, once, however often the form comes.
func (a *App) sendBatch(v *visit) error {
	b, err := a.cfg.Store.Batch(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if b.People > 0 {
		if err := a.cfg.Store.SendBatch(v.r.Context(), v.admin, b.ID); err != nil {
			return err
		}
		a.hurry()
	}
	return v.to("/admin/invitations/" + b.ID)
}
