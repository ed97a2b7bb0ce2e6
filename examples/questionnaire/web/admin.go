package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// Admin is who may administrate: an employee of an organisation, by the broker's key of
// them (the subject), or every employee. MitID's UUID would not do: colleagues may share one.
type Admin struct {
	CVR claims.CVR
	Key string // if empty, every employee
}

// everyEmployee stands for every employee in the flag.
const everyEmployee = "*"

// ParseAdmins reads "12345674:KEY,12345674:*". An organisation alone is not enough: that
// every employee may administrate must be said.
func ParseAdmins(s string) (all []Admin, err error) {
	for entry := range strings.SplitSeq(s, ",") {
		cvr, key, _ := strings.Cut(strings.TrimSpace(entry), ":")
		a := Admin{Key: key}
		if a.CVR, err = claims.ParseCVR(cvr); err != nil || key == "" || len(key) > 200 {
			return nil, errors.New("-admin is CVR:KEY, with commas between several; KEY is the employee's key at the broker, or * for every employee")
		}
		if key == everyEmployee {
			a.Key = ""
		}
		all = append(all, a)
	}
	return all, nil
}

// adminLevel is the lowest level of an administrator's login.
func (a *App) adminLevel() claims.Level { return max(a.cfg.Level, claims.Substantial) }

// administrates reports whether an identity may administrate: as an employee, and only
// one that the settings name.
func (a *App) administrates(id *claims.Identity) bool {
	if id.Capacity != claims.CapacityProfessional || id.Organisation == nil || id.Organisation.CVR.IsZero() {
		return false
	}
	for _, admin := range a.cfg.Admins {
		if admin.CVR == id.Organisation.CVR && (admin.Key == "" || admin.Key == id.Subject) {
			return true
		}
	}
	return false
}

// errNoAdmin refuses the login of somebody who came for an organisation and may not
// administrate, where there is nothing else to do for them. entry is what the settings would
// call them; empty if they did not come as an employee.
type errNoAdmin struct{ entry string }

func (errNoAdmin) Error() string { return "not an administrator" }

// adminLogin is what an administrator's login asks for.
func (a *App) adminLogin() mitid.Request {
	return mitid.Request{Level: a.adminLevel(), Capacity: claims.CapacityProfessional, Organisation: true}
}

// arriveAdmin notes who logs in, if they may administrate. done reports that the login is
// for nothing else.
func (a *App) arriveAdmin(r *http.Request, l *mitid.Login) (done bool, err error) {
	id := &l.Identity
	done = !a.cfg.Identity.Takes(id.Capacity)
	if !a.administrates(id) {
		if done {
			refusal := errNoAdmin{}
			if o := id.Organisation; id.Capacity == claims.CapacityProfessional && o != nil && !o.CVR.IsZero() {
				refusal.entry = o.CVR.String() + ":" + id.Subject
			}
			return true, refusal
		}
		return false, nil
	}
	name := ""
	if n := id.Name; n != nil && id.Protection != claims.NameAndAddressProtected {
		name = n.Full
	}
	return done, a.cfg.Store.ArriveAdministrator(r.Context(), store.AccountKey{Issuer: l.Issuer, Subject: id.Subject}, name)
}

// adminOf returns the administrator whose session r brings; nil if there is none. The
// settings are asked each time, so that whoever is taken off the list is out.
func (a *App) adminOf(r *http.Request, s *mitidhttp.Session) (*store.Administrator, error) {
	if s == nil || s.Level < a.adminLevel() || !a.administrates(&s.Identity) {
		return nil, nil
	}
	admin, err := a.cfg.Store.AdministratorOf(r.Context(), store.AccountKey{Issuer: s.Login().Issuer, Subject: s.Identity.Subject})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return admin, err
}

// admin is a page for administrators. Everybody else is shown the way to their login.
func (a *App) admin(do func(*visit) error) http.Handler {
	return a.open(func(v *visit) error {
		s, _ := a.session(v.r)
		var err error
		if v.admin, err = a.adminOf(v.r, s); err != nil {
			return err
		}
		if v.admin == nil {
			return a.adminWelcome(v)
		}
		v.session, v.account = s, "" // as an administrator, whatever else the person is here
		return do(v)
	})
}

// adminWelcome is what everybody else sees on a page for administrators: the same, whatever
// the page is. The text of a template that comes after the session ended is kept; other forms
// are short, and some hold a CPR number.
func (a *App) adminWelcome(v *visit) error {
	content := struct {
		Demo  bool
		Ended bool
		Kept  *kept
	}{Demo: a.cfg.DemoAdmin != nil, Ended: v.r.Method == http.MethodPost}
	if strings.HasPrefix(v.r.URL.Path, "/admin/templates/") {
		content.Kept = keep(v.r)
	}
	title, err := survey.TextOf(v.lang, "admin.login.title")
	if err != nil {
		return err
	}
	return v.show(http.StatusForbidden, "admin_login", view{Title: title, Path: adminPath, Content: content})
}

const (
	adminPath      = "/admin"
	adminLoginPath = "/admin/login?return=" + adminPath
)

// demoAdmin logs the fictitious administrator in with one click.
func (a *App) demoAdmin(v *visit) error {
	a.cfg.DemoAdmin()
	return v.to(adminLoginPath)
}
