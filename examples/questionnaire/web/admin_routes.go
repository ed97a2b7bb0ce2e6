package web

import (
	"net/http"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

// adminRoutes are the addresses for administrators. Each goes through admin, which lets
// nobody else in; the form of another site is refused before (sameOrigin).
func (a *App) adminRoutes(mux *http.ServeMux) {
	if len(a.cfg.Admins) == 0 {
		return
	}
	page := func(pattern string, do func(*visit) error) { mux.Handle(pattern, a.admin(do)) }
	mux.Handle("GET /admin/login", a.Gate.Start(a.adminLogin()))
	if a.cfg.DemoAdmin != nil {
		mux.Handle("POST /admin/demo", a.open(a.demoAdmin))
	}
	page("GET /admin", a.adminFront)
	page("GET /admin/templates", a.listTemplates)
	page("GET /admin/templates/new", a.newTemplate)
	page("GET /admin/templates/{id}", a.showTemplate)
	page("POST /admin/templates/{id}", a.saveTemplate)
	page("GET /admin/actions", a.listActions)
	page("GET /admin/actions/new", a.newAction)
	page("GET /admin/actions/{id}", a.showAction)
	page("POST /admin/actions/{id}", a.saveAction)
	page("POST /admin/actions/{id}/turn", a.turnAction)
	page("POST /admin/actions/{id}/raise", a.raiseAction)
	page("GET /admin/records", a.adminRecords)
	page("GET /admin/records/{id}", a.adminRecord)
	if a.office != nil {
		page("GET /admin/invitations", a.listBatches)
		page("GET /admin/invitations/new", a.newBatch)
		page("POST /admin/invitations", a.checkBatch)
		page("GET /admin/invitations/{id}", a.showBatch)
		page("POST /admin/invitations/{id}/send", a.sendBatch)
		page("GET /admin/letters", a.adminLetters)
		page("GET /admin/letters/{id}", a.adminLetter)
		page("POST /admin/letters/{id}", a.decideLetter)
		status := a.cfg.Post.StatusPage()
		page("GET /admin/outbox", func(v *visit) error {
			status.ServeHTTP(v.w, v.r)
			return nil
		})
	}
	if a.Clerk != nil {
		page("GET /admin/signatures", a.adminSignatures)
		page("GET /admin/signatures/{id}", a.adminSignature)
		page("POST /admin/signatures/{id}", a.decideSignature)
	}
	page("/admin/", func(*visit) error { return store.ErrNotFound })
}
